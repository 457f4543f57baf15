import { useMutation } from "@tanstack/react-query";
import { Download, RotateCcw } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, linkLook } from "@/components/button";
import { ErrorNotice } from "@/components/notice";
import { inWords } from "@/i18n/errors";
import { moment } from "@/lib/format";
import { archiveOf, retry, waits, type Job } from "./queries";

/** How far it is; what came of it. */
export function JobState({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  if (job.state === "queued") {
    const word = t("personal.states.queued");
    return (
      <div className="flex items-center gap-3 text-sm">
        <span role="status">{word}</span>
        <progress
          max={100}
          {...(job.kind === "erasure" && { value: job.progress })}
          aria-label={`${t(`personal.kinds.${job.kind}`)} – ${word}`}
          className="w-40"
        />
      </div>
    );
  }
  if (waits(job)) {
    return (
      <p role="status" className="text-sm text-soft">
        {t("personal.until", { when: moment(job.archive_until ?? "", i18n.language) })}
      </p>
    );
  }
  if (job.receipt) return null;
  if (job.state === "failed") return <Failed job={job} />;
  const state = job.state === "done" ? "discarded" : job.state;
  return (
    <p role="status" className="text-sm text-soft">
      {t(`personal.states.${state}`)}
    </p>
  );
}

/** Why it has failed; it can be begun again, and goes on where it was. */
function Failed({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  const again = useMutation({ mutationFn: () => retry(job) });
  const reason = job.error && inWords(t, { ...job.error, details: {} }, i18n.language);
  return (
    <div className="grid justify-items-start gap-1.5 text-sm">
      <p role="status" className="text-brick">
        {t("personal.states.failed")} {reason}
      </p>
      <Button size="small" disabled={again.isPending} onClick={() => again.mutate()}>
        <RotateCcw aria-hidden="true" className="size-3.5" />
        {t("personal.retry")}
      </Button>
      <ErrorNotice error={again.error} />
    </div>
  );
}

/** The browser takes the archive as a file; there is only one download. */
export function DownloadLink({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  if (!waits(job)) return null;
  return (
    <a
      href={archiveOf(job)}
      download
      aria-label={t("personal.downloadOf", { when: moment(job.asked_at, i18n.language) })}
      className={linkLook("main")}
    >
      <Download aria-hidden="true" className="size-4" />
      {t("personal.download")}
    </a>
  );
}
