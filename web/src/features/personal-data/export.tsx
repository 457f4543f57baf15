import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Person } from "@/api/people";
import { Dialog } from "@/components/dialog";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { DownloadLink, JobState } from "./job-state";
import { askExport, job, type Job } from "./queries";

/** All that is held on somebody, for who asks an administrator for it. */
export function ExportDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const ask = useMutation({ mutationFn: () => askExport(person.id) });
  return (
    <Dialog title={t("personal.exportTitle", { name: person.name })} onClose={onClose}>
      {ask.data ? (
        <Asked asked={ask.data} />
      ) : (
        <Form onSubmit={ask.mutate}>
          <p className="text-soft">{t("personal.exportText")}</p>
          <ErrorNotice error={ask.error} />
          <Buttons action={t("personal.ask")} disabled={ask.isPending} onCancel={onClose} />
        </Form>
      )}
    </Dialog>
  );
}

function Asked({ asked }: { asked: Job }) {
  const { t } = useTranslation();
  const now = useQuery(job(asked.id));
  return (
    <div className="grid justify-items-start gap-4">
      <JobState job={now.data ?? asked} />
      <DownloadLink job={now.data ?? asked} />
      <ErrorNotice error={now.error} />
      <p className="text-sm text-soft">{t("personal.leave", { place: t("personal.tab") })}</p>
    </div>
  );
}
