import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { queries } from "@/api/queries";
import type { Document, Page } from "@/api/types";
import { removed, updated } from "./events";

const page = (...ids: string[]): Page<Document> => ({
  items: ids.map((id) => ({ document_id: id, progress: 0, warnings: [] as string[] }) as Document),
  next_cursor: null,
  total: ids.length,
});

it("puts news into every list that shows the document", () => {
  const client = new QueryClient();
  const all = queries.documents({}).queryKey;
  const some = queries.documents({ q: "b" }).queryKey;
  client.setQueryData(all, { pages: [page("a"), page("b")], pageParams: [undefined, "x"] });
  client.setQueryData(some, { pages: [page("b")], pageParams: [undefined] });
  expect(updated(client, { document_id: "b", progress: 50, warnings: [] as string[] } as Document)).toBe(
    true,
  );
  expect(updated(client, { document_id: "z" } as Document)).toBe(false);
  const shown = (key: typeof all) =>
    client
      .getQueryData(key)
      ?.pages.flatMap(({ items }) => items.map(({ document_id: id, progress }) => [id, progress]));
  expect(shown(all)).toEqual([
    ["a", 0],
    ["b", 50],
  ]);
  expect(shown(some)).toEqual([["b", 50]]);
  removed(client, "b");
  expect(shown(all)).toEqual([["a", 0]]);
  expect(shown(some)).toEqual([]);
});

it("asks again for the lists when a document begins to wait, as others in the queue do then", () => {
  const client = new QueryClient();
  client.setQueryData(queries.documents({}).queryKey, { pages: [page("a", "b")], pageParams: [undefined] });
  const waiting = { document_id: "a", warnings: ["scanner.unreachable"] } as Document;
  expect(updated(client, waiting)).toBe(false);
  expect(updated(client, waiting)).toBe(true);
  expect(updated(client, { ...waiting, warnings: [] })).toBe(false);
});
