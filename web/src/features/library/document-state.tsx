import { useTranslation } from "react-i18next";
import type { Document, DocumentStatus } from "@/api/types";
import { inWords } from "@/i18n/errors";
import { classes } from "@/lib/classes";
import { duration } from "@/lib/format";

const DOTS: Record<DocumentStatus, string> = {
  indexed: "bg-leaf",
  processing: "bg-woad",
  failed: "bg-brick",
  cancelled: "bg-soft",
};

/** Where a document stands: a word, how far and how long still, or what went wrong and what to do. */
export function DocumentState({ document }: { document: Document }) {
  const { t, i18n } = useTranslation();
  const { status, stage, progress, eta_s: eta, error, warnings } = document;
  const word =
    status === "processing" && stage ? t(`library.stages.${stage}`) : t(`library.states.${status}`);
  return (
    <div>
      <p className="flex items-center gap-2">
        <span aria-hidden="true" className={classes("size-2 shrink-0 rounded-[2px]", DOTS[status])} />
        {word}
        {status === "processing" && stage !== "queued" && (
          <span className="text-xs text-soft tabular-nums">
            {Math.round(progress)} %
            {eta !== null && ` · ${t("library.eta", { time: duration(eta, i18n.language) })}`}
          </span>
        )}
      </p>
      {status === "processing" && (
        <progress
          max={100}
          value={progress}
          aria-label={`${document.filename} – ${word}`}
          className="mt-1.5 block w-full"
        />
      )}
      {status === "failed" && error && (
        <p className="mt-0.5 text-xs text-brick">{inWords(t, error, i18n.language)}</p>
      )}
      {warnings.map((code) => (
        <p key={code} className="mt-0.5 text-xs text-soft">
          {code.includes("ocr") ? t("library.warnings.ocr") : t("library.warnings.other", { code })}
        </p>
      ))}
    </div>
  );
}
