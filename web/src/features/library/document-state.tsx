import { useTranslation } from "react-i18next";
import type { Document, DocumentStatus } from "@/api/types";
import { inWords } from "@/i18n/errors";
import { classes } from "@/lib/classes";
import { duration } from "@/lib/format";
import { RetryButton } from "./retry-button";

const DOTS: Record<DocumentStatus, string> = {
  indexed: "bg-leaf",
  processing: "bg-woad",
  failed: "bg-brick",
  cancelled: "bg-soft",
};

const WARNINGS = ["ocr_unavailable", "ocr_language_missing", "scanner_unreachable"] as const;

/** Where a document stands: a word, how far and how long still, or what went wrong and what to do. */
export function DocumentState({ document }: { document: Document }) {
  const { t, i18n } = useTranslation();
  const { status, error, warnings } = document;
  return (
    <div>
      {status === "processing" ? (
        <Progress document={document} />
      ) : (
        <Word status={status} word={t(`library.states.${status}`)} />
      )}
      {status === "failed" && error && (
        <p className="mt-0.5 text-xs text-brick">{inWords(t, error, i18n.language)}</p>
      )}
      {(status === "failed" || status === "cancelled") && <RetryButton document={document} />}
      {warnings.map((code) => {
        const key = WARNINGS.find((known) => known === code.replaceAll(".", "_"));
        return (
          <p key={code} className="mt-0.5 text-xs text-soft">
            {key ? t(`library.warnings.${key}`) : t("library.warnings.other", { code })}
          </p>
        );
      })}
    </div>
  );
}

function Progress({ document: { filename, stage, progress, eta_s: eta } }: { document: Document }) {
  const { t, i18n } = useTranslation();
  const word = stage ? t(`library.stages.${stage}`) : t("library.states.processing");
  return (
    <>
      <Word status="processing" word={word} after={stage === "queued" ? "" : `${Math.round(progress)} %`} />
      <progress
        max={100}
        value={progress}
        aria-label={`${filename} – ${word}`}
        className="mt-1.5 block w-full"
      />
      {eta !== null && (
        <p className="mt-0.5 text-xs text-soft">{t("library.eta", { time: duration(eta, i18n.language) })}</p>
      )}
    </>
  );
}

function Word({ status, word, after }: { status: DocumentStatus; word: string; after?: string }) {
  return (
    <p className="flex items-center gap-2">
      <span aria-hidden="true" className={classes("size-2 shrink-0 rounded-[2px]", DOTS[status])} />
      {word}
      {after && <span className="ms-auto text-xs text-soft tabular-nums">{after}</span>}
    </p>
  );
}
