import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Download, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Document } from "@/api/types";
import { IconButton } from "@/components/button";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { classes } from "@/lib/classes";
import { withQuery } from "@/lib/http";
import { PdfView } from "./pdf-view";
import { TextView } from "./text-view";

export interface Span {
  start: number;
  end: number;
}

export interface Place {
  id: string;
  version: number | undefined;
  page: number | undefined;
  span: Span | undefined;
}

const CLOSED = { doc: undefined, version: undefined, start: undefined, end: undefined, page: undefined };
const PICTURES = /^image\/(png|jpeg|webp)$/;
type Tab = "original" | "text";

/** The document beside the page (over it on a phone), open where it is quoted. */
export function Viewer({ id }: { id: string }) {
  const { t } = useTranslation();
  const search = useSearch({ from: "__root__" });
  const navigate = useNavigate();
  const document = useQuery(queries.document(id));
  const [tab, setTab] = useState<Tab>("original");
  const { version, start, end, page } = search;
  const place: Place = { id, version, page, span: spanOf(start, end) };
  const close = () =>
    void navigate({ to: ".", search: (now) => ({ ...now, ...CLOSED }), resetScroll: false });
  const panel = useFocusInside(`${String(start)}-${String(end)}`, close);
  return (
    <aside
      ref={panel}
      tabIndex={-1}
      aria-label={document.data?.filename ?? t("viewer.title")}
      className="flex h-dvh flex-col border-line bg-sunken outline-none max-lg:fixed max-lg:inset-0 max-lg:z-40 lg:sticky lg:top-0 lg:w-[46vw] lg:shrink-0 lg:border-s"
    >
      <header className="flex items-center gap-1 border-b border-line bg-paper py-1.5 ps-4 pe-2">
        <h2
          className="min-w-0 grow truncate font-sans text-base font-semibold tracking-normal"
          title={document.data?.filename}
        >
          {document.data?.filename}
        </h2>
        {isShown(document.data) && <Tabs tab={tab} onTab={setTab} />}
        <a
          href={withQuery(`/api/v1/documents/${id}/content`, { version })}
          download={document.data?.filename}
          aria-label={t("viewer.download")}
          title={t("viewer.download")}
          className="grid size-9 shrink-0 place-items-center rounded-md text-soft hover:bg-sunken hover:text-ink"
        >
          <Download aria-hidden="true" className="size-4" />
        </a>
        <IconButton label={t("viewer.close")} icon={<X className="size-5" />} onClick={close} />
      </header>
      {document.isPending && (
        <p className="p-6">
          <Waiting label={t("app.loading")} />
        </p>
      )}
      {document.error && (
        <div className="p-4">
          <ErrorNotice error={document.error} />
        </div>
      )}
      {document.data && <Content document={document.data} place={place} tab={tab} />}
    </aside>
  );
}

function spanOf(start: number | undefined, end: number | undefined): Span | undefined {
  return start !== undefined && end !== undefined ? { start, end } : undefined;
}

interface ContentProps {
  document: Document;
  place: Place;
  tab: Tab;
}

function Content({ document, place, tab }: ContentProps) {
  const { t } = useTranslation();
  const { media_type: type } = document;
  const content = withQuery(`/api/v1/documents/${place.id}/content`, { version: place.version });
  const picture = tab === "original" && PICTURES.test(type) ? content : undefined;
  return (
    <>
      {place.version !== undefined && place.version !== document.version && (
        <p className="border-b border-line bg-paper px-4 py-1.5 text-sm text-soft">
          {t("viewer.oldVersion", { number: place.version })}
        </p>
      )}
      {tab === "original" && type === "application/pdf" ? (
        <PdfView url={content} place={place} />
      ) : (
        <TextView place={place} picture={picture} />
      )}
    </>
  );
}

function isShown(document: Document | undefined): boolean {
  const type = document?.media_type ?? "";
  return type === "application/pdf" || PICTURES.test(type);
}

function Tabs({ tab, onTab }: { tab: Tab; onTab: (tab: Tab) => void }) {
  const { t } = useTranslation();
  const names: [Tab, string][] = [
    ["original", t("viewer.original")],
    ["text", t("viewer.text")],
  ];
  return (
    <div role="group" className="flex rounded-md bg-sunken p-0.5 text-sm">
      {names.map(([key, name]) => (
        <button
          key={key}
          type="button"
          aria-pressed={tab === key}
          onClick={() => onTab(key)}
          className={classes(
            "min-h-8 rounded px-2.5",
            tab === key ? "bg-sheet font-medium shadow-sm" : "text-soft hover:text-ink",
          )}
        >
          {name}
        </button>
      ))}
    </div>
  );
}

/** Takes the focus when a place is opened, gives it back on leaving; Escape closes. */
function useFocusInside(place: string, close: () => void) {
  const panel = useRef<HTMLElement>(null);
  const before = useRef<Element | null>(null);
  useEffect(() => {
    const active = globalThis.document.activeElement;
    if (!panel.current?.contains(active)) before.current = active;
    panel.current?.focus({ preventScroll: true });
  }, [place]);
  useEffect(
    () => () => {
      if (before.current instanceof HTMLElement) before.current.focus({ preventScroll: true });
    },
    [],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key === "Escape" &&
        !event.defaultPrevented &&
        !globalThis.document.querySelector("dialog[open]")
      )
        close();
    };
    globalThis.document.addEventListener("keydown", onKey);
    return () => globalThis.document.removeEventListener("keydown", onKey);
  });
  return panel;
}
