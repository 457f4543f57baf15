import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";

const MOST = 6;

/** Questions to try, those in the reader's language first. */
export function Suggestions({ onAsk }: { onAsk: (question: string) => void }) {
  const { t, i18n } = useTranslation();
  const suggestions = useQuery(queries.suggestions);
  const items = [...(suggestions.data ?? [])].sort(
    (a, b) => Number(b.language === i18n.language) - Number(a.language === i18n.language),
  );
  if (items.length === 0) return null;
  return (
    <section className="mt-6">
      <h2 className="mb-2 font-sans text-sm font-medium tracking-normal text-soft">{t("ask.suggestions")}</h2>
      <ul className="flex flex-wrap gap-2">
        {items.slice(0, MOST).map(({ question, language }) => (
          <li key={question}>
            <button
              type="button"
              lang={language}
              onClick={() => onAsk(question)}
              className="rounded-lg border border-line bg-sheet px-3 py-1.5 text-start font-serif text-base hover:border-woad hover:text-woad"
            >
              {question}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
