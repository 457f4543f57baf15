import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Citation } from "@/api/types";
import { classes } from "@/lib/classes";

/** Where a citation points, as the search parameters of the viewer. */
export function placeOf({ document_id, version, start, end, page }: Citation) {
  return { doc: document_id, version, start, end, page: page ?? undefined };
}

export function useOpenCitation(): (citation: Citation) => void {
  const navigate = useNavigate();
  return (citation) =>
    void navigate({ to: ".", search: (now) => ({ ...now, ...placeOf(citation) }), resetScroll: false });
}

/** The number in the text: opens the document on the words that are quoted. */
export function CitationButton({ citation }: { citation: Citation }) {
  const { t } = useTranslation();
  const open = useOpenCitation();
  const { number, filename, page, verified, quote } = citation;
  const name =
    page === null ? t("ask.source", { number, filename }) : t("ask.sourcePage", { number, filename, page });
  return (
    <button
      type="button"
      aria-label={name}
      title={`${filename}${page === null ? "" : `, ${t("ask.page", { page })}`}\n${quote}`}
      onClick={() => open(citation)}
      className={classes(
        "mx-0.5 inline-grid h-[1.35em] min-w-[1.35em] place-items-center rounded-[3px] px-0.5 align-[0.12em] font-sans text-[0.68em] font-semibold tabular-nums",
        verified
          ? "bg-woad-wash text-woad hover:bg-woad hover:text-on-woad"
          : "bg-brick-wash text-brick hover:bg-brick hover:text-paper",
      )}
    >
      {number}
    </button>
  );
}
