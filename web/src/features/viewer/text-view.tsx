import { useQuery } from "@tanstack/react-query";
import { memo, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Block } from "@/api/types";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { textOf } from "./queries";
import { pieces, type Piece } from "./sheets";
import type { Place } from "./viewer";

/** The stored text, the quoted span marked and scrolled to. */
export function TextView({ place, picture }: { place: Place; picture: string | undefined }) {
  const { t } = useTranslation();
  const text = useQuery(textOf(place));
  const start = place.span?.start;
  const end = place.span?.end;
  const cut = useMemo(() => {
    const span = start !== undefined && end !== undefined ? { start, end } : undefined;
    return text.data ? pieces(text.data, span) : [];
  }, [text.data, start, end]);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const page = box.current?.querySelector(`[data-page="${place.page ?? 0}"]`);
    (box.current?.querySelector("mark") ?? page)?.scrollIntoView({ block: "center" });
  }, [cut, place.page]);
  const numbered = (text.data?.pages.length ?? 0) > 1;
  return (
    <div
      ref={box}
      tabIndex={0}
      role="region"
      aria-label={t("viewer.text")}
      className="min-h-0 grow overflow-y-auto bg-sheet px-5 py-6 outline-offset-[-2px] md:px-8"
    >
      {text.isPending && <Waiting label={t("app.loading")} />}
      <ErrorNotice error={text.error} />
      {picture && (
        <img
          src={picture}
          alt={t("viewer.image")}
          className="mx-auto mb-6 max-h-[70dvh] rounded border border-line"
        />
      )}
      <div className="mx-auto max-w-[42em] font-serif text-lg leading-relaxed break-words">
        {cut.map((piece, index) => (
          <PieceView key={index} piece={piece} numbered={numbered} />
        ))}
      </div>
    </div>
  );
}

const LOOKS: Record<Block["kind"], string> = {
  heading: "mt-[1.2em] mb-[0.3em] leading-snug font-semibold",
  paragraph: "my-[0.7em]",
  list_item: "my-[0.25em] ps-[1.2em]",
  table_row: "border-b border-line py-[0.3em] font-sans text-base",
  code: "overflow-x-auto bg-sunken px-3 font-mono text-sm",
};
const SIZES = ["", "text-2xl", "text-xl"];

const PieceView = memo(function PieceView({ piece, numbered }: { piece: Piece; numbered: boolean }) {
  const { t } = useTranslation();
  const { kind, level, page, before, quoted, after } = piece;
  const Tag = kind === "heading" ? "h3" : kind === "code" ? "pre" : "p";
  return (
    <>
      {numbered && page !== undefined && (
        <div
          data-page={page}
          className="my-5 flex items-center gap-3 font-sans text-xs text-soft after:h-px after:grow after:bg-line"
        >
          {t("viewer.pageSeparator", { page })}
        </div>
      )}
      <Tag className={`whitespace-pre-wrap ${LOOKS[kind]} ${SIZES[level] ?? ""}`}>
        {before}
        {quoted !== "" && <mark>{quoted}</mark>}
        {after}
      </Tag>
    </>
  );
});
