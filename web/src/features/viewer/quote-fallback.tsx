import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { indexer } from "@/lib/offsets";
import { textOf } from "./queries";
import type { Place } from "./viewer";

/** A page without a text layer, a scan: the quoted words above it. */
export function QuoteFallback({ place }: { place: Place }) {
  const { t } = useTranslation();
  const text = useQuery(textOf(place));
  if (!text.data || !place.span) return null;
  const indexOf = indexer(text.data.text);
  return (
    <div className="border-b border-line bg-paper px-4 py-2 text-sm">
      <p className="text-soft">{t("viewer.notLocated")}</p>
      <p className="font-serif text-base">
        <mark>{text.data.text.slice(indexOf(place.span.start), indexOf(place.span.end))}</mark>
      </p>
    </div>
  );
}
