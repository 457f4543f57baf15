import { useTranslation } from "react-i18next";
import type { Citation } from "@/api/types";
import { indexer } from "@/lib/offsets";
import { CitationButton } from "./citation-button";
import { END_MARK, Markdown } from "./markdown";

interface Props {
  text: string;
  citations: Citation[];
  /** Sentences without support: (start, end) in characters of `text`. */
  unsupported: [number, number][];
}

export function Answer({ text, citations, unsupported }: Props) {
  const { t } = useTranslation();
  const byNumber = new Map(citations.map((citation) => [citation.number, citation]));
  const insets = {
    citation: (number: number) => {
      const citation = byNumber.get(number);
      return citation ? <CitationButton citation={citation} /> : null;
    },
    mark: () => (
      <sup
        className="ms-0.5 rounded-sm bg-brick-wash px-1 font-sans text-[0.65em] font-semibold text-brick"
        title={t("ask.unsupported")}
      >
        <span aria-hidden="true">?</span>
        <span className="sr-only">({t("ask.unsupported")})</span>
      </sup>
    ),
  };
  return (
    <div className="prose-answer">
      <Markdown source={marked(text, unsupported)} insets={insets} />
    </div>
  );
}

/** Puts END_MARK after each sentence that has no support. */
export function marked(text: string, unsupported: [number, number][]): string {
  const indexOf = indexer(text);
  const ends = unsupported.map(([, end]) => indexOf(end)).sort((a, b) => b - a);
  return ends.reduce((now, end) => now.slice(0, end) + END_MARK + now.slice(end), text);
}
