import { useQueryClient, type InfiniteData, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { queries } from "@/api/queries";
import type { Document, Page } from "@/api/types";

type Documents = InfiniteData<Page<Document>>;

/** How often lists are asked for again while many documents change. */
const REFRESH_MS = 1500;
const RECONNECT_MS = 3000;

/** Keeps every list and document on the page as the server has it. */
export function useDocumentEvents(): void {
  const client = useQueryClient();
  useEffect(() => {
    const refresh = throttled(() => {
      void client.invalidateQueries({ queryKey: ["documents"] });
      void client.invalidateQueries({ queryKey: queries.collections.queryKey });
      void client.invalidateQueries({ queryKey: queries.suggestions.queryKey });
    }, REFRESH_MS);
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const connect = () => {
      source = new EventSource("/api/v1/documents/events");
      source.addEventListener("document", (event) => {
        const document = JSON.parse((event as MessageEvent<string>).data) as Document;
        if (!updated(client, document) || document.status !== "processing") refresh();
      });
      source.addEventListener("deleted", (event) => {
        removed(
          client,
          (JSON.parse((event as MessageEvent<string>).data) as Pick<Document, "document_id">).document_id,
        );
        refresh();
      });
      source.onerror = () => {
        // The browser reconnects by itself unless the answer was an error; what was missed is asked for again.
        refresh();
        if (source?.readyState === EventSource.CLOSED) timer = setTimeout(connect, RECONNECT_MS);
      };
    };
    connect();
    return () => {
      source?.close();
      clearTimeout(timer);
      refresh.cancel();
    };
  }, [client]);
}

/** Puts the new state where the document is shown. False when there is more to ask for: no list has it, or it
 * began or ceased to wait for something, as all behind it in the queue did then.
 */
export function updated(client: QueryClient, document: Document): boolean {
  let found = false;
  client.setQueriesData<Documents>({ queryKey: ["documents"] }, (data) =>
    mapped(data, (items) =>
      items.map((item) => {
        if (item.document_id !== document.document_id) return item;
        found ||= item.warnings.length === document.warnings.length;
        return document;
      }),
    ),
  );
  client.setQueryData(queries.document(document.document_id).queryKey, (known) => known && document);
  return found;
}

export function removed(client: QueryClient, id: string): void {
  client.setQueriesData<Documents>({ queryKey: ["documents"] }, (data) =>
    mapped(data, (items) => items.filter((item) => item.document_id !== id)),
  );
}

function mapped(
  data: Documents | undefined,
  change: (items: Document[]) => Document[],
): Documents | undefined {
  return data && { ...data, pages: data.pages.map((page) => ({ ...page, items: change(page.items) })) };
}

/** Runs at once, then at most once per period; the last call is never lost. */
function throttled(run: () => void, period: number): (() => void) & { cancel: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let again = false;
  const fire = () => {
    if (timer) {
      again = true;
      return;
    }
    run();
    timer = setTimeout(() => {
      timer = undefined;
      if (again) {
        again = false;
        fire();
      }
    }, period);
  };
  return Object.assign(fire, { cancel: () => clearTimeout(timer) });
}
