import { Eraser, FileArchive, ReceiptText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { moment } from "@/lib/format";
import { DownloadLink, JobState } from "./job-state";
import type { Job, Receipt } from "./queries";
import { ReceiptDialog } from "./receipt";

/** Exports and erasures. `known`: what people are called, where it is not plain whom they are about. */
export function JobList({ jobs, known }: { jobs: Job[]; known?: Map<string, string> | undefined }) {
  const { t, i18n } = useTranslation();
  const [shown, setShown] = useState<Receipt>();
  return (
    <>
      <ul className="mb-4 grid gap-2">
        {jobs.map((job) => {
          const Icon = job.kind === "export" ? FileArchive : Eraser;
          const kind = t(`personal.kinds.${job.kind}`);
          const ended = job.state === "failed" ? null : job.done_at;
          const when = moment(ended ?? job.asked_at, i18n.language);
          const { receipt, subject_id: subject } = job;
          const name = known?.get(subject) ?? t("personal.gone");
          const told = known !== undefined && job.kind !== "document_erasure";
          return (
            <li
              key={job.id}
              className="flex flex-wrap items-center gap-3 rounded-lg border border-line bg-sheet px-4 py-2.5"
            >
              <Icon aria-hidden="true" className="size-5 shrink-0 text-soft" />
              <div className="min-w-48 flex-1">
                <p className="font-medium break-words">{told ? t("personal.of", { kind, name }) : kind}</p>
                <p className="text-xs text-soft">
                  {t(ended ? "personal.done" : "personal.asked", { when })}
                  {known && !known.has(subject) && (
                    <>
                      {" · "}
                      <code className="font-mono break-all">{subject}</code>
                    </>
                  )}
                </p>
                <JobState job={job} />
              </div>
              <DownloadLink job={job} />
              {receipt && (
                <Button aria-label={t("personal.receiptOf", { when })} onClick={() => setShown(receipt)}>
                  <ReceiptText aria-hidden="true" className="size-4" />
                  {t("personal.receipt")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {shown && <ReceiptDialog receipt={shown} onClose={() => setShown(undefined)} />}
    </>
  );
}
