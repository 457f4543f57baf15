import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { linkLook } from "@/components/button";
import { moment } from "@/lib/format";
import { archiveOf, waits, type Job } from "./queries";

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
  const state = job.state === "done" ? "discarded" : job.state;
  return (
    <p role="status" className={job.state === "failed" ? "text-sm text-brick" : "text-sm text-soft"}>
      {t(`personal.states.${state}`)}
    </p>
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
