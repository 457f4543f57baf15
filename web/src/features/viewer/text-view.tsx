import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { textOf } from "./queries";
import { sheets, type Sheet } from "./sheets";
import type { Place } from "./viewer";

/** The stored text, the quoted span marked and scrolled to. */
export function TextView({ place, picture }: { place: Place; picture: string | undefined }) {
  const { t } = useTranslation();
  const text = useQuery(textOf(place));
  const start = place.span?.start;
  const end = place.span?.end;
  const cut = useMemo(
    () =>
      text.data
        ? sheets(text.data, start !== undefined && end !== undefined ? { start, end } : undefined)
        : [],
    [text.data, start, end],
  );
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const target =
      box.current?.querySelector("mark") ??
      (place.page ? box.current?.querySelector(`[data-page="${place.page}"]`) : undefined);
    target?.scrollIntoView({ block: "center" });
  }, [cut, place.page]);
  return (
    <div
      ref={box}
      tabIndex={0}
      role="region"
      aria-label={t("viewer.text")}
      className="min-h-0 grow overflow-y-auto bg-sheet px-5 py-5 outline-offset-[-2px] md:px-8"
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
      {cut.map((sheet, index) => (
        <SheetView key={index} sheet={sheet} numbered={cut.length > 1 && sheet.page !== undefined} />
      ))}
    </div>
  );
}

function SheetView({
  sheet: { page, before, quoted, after },
  numbered,
}: {
  sheet: Sheet;
  numbered: boolean;
}) {
  const { t } = useTranslation();
  return (
    <section data-page={page} className="mx-auto max-w-[42em]">
      {numbered && page !== undefined && (
        <h3 className="my-4 flex items-center gap-3 text-xs text-soft after:h-px after:grow after:bg-line">
          {t("viewer.pageSeparator", { page })}
        </h3>
      )}
      <p className="font-serif text-lg leading-relaxed break-words whitespace-pre-wrap">
        {before}
        {quoted !== "" && <mark>{quoted}</mark>}
        {after}
      </p>
    </section>
  );
}
