import { useTranslation } from "react-i18next";
import type { Citation } from "@/api/types";
import { useOpenCitation } from "./citation-button";

export function Sources({ citations }: { citations: Citation[] }) {
  const { t } = useTranslation();
  const open = useOpenCitation();
  if (citations.length === 0) return null;
  return (
    <section className="mt-5">
      <h3 className="mb-1.5 text-sm font-semibold text-soft">{t("ask.sources")}</h3>
      <ol className="grid gap-1.5 lg:grid-cols-2">
        {citations.map((citation) => (
          <li key={citation.number}>
            <button
              type="button"
              onClick={() => open(citation)}
              className="flex h-full w-full gap-2.5 rounded-lg border border-line bg-sheet px-3 py-2 text-start text-sm hover:border-woad"
            >
              <span className="mt-0.5 grid size-5 shrink-0 place-items-center rounded-[3px] bg-woad-wash text-xs font-semibold text-woad tabular-nums">
                {citation.number}
              </span>
              <span className="min-w-0">
                <span className="block truncate font-medium">
                  {citation.filename}
                  {citation.page !== null && (
                    <span className="font-normal text-soft"> · {t("ask.page", { page: citation.page })}</span>
                  )}
                </span>
                <span className="line-clamp-2 font-serif text-soft">{citation.quote}</span>
                {!citation.verified && (
                  <span className="block text-xs text-brick">{t("ask.unverified")}</span>
                )}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
