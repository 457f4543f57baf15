import { useMutation, useQuery } from "@tanstack/react-query";
import { FileArchive } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types";
import { Button } from "@/components/button";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { JobList } from "./job-list";
import { askExport, jobs } from "./queries";

/** One's own archive: ask for it, watch it, take it. */
export function MyData({ me }: { me: Me }) {
  const { t } = useTranslation();
  const all = useQuery(jobs(me.id));
  const ask = useMutation({ mutationFn: () => askExport(me.id) });
  const busy = all.data?.some(({ state }) => state === "queued") ?? false;
  return (
    <>
      {all.isPending && <Waiting label={t("app.loading")} />}
      <ErrorNotice error={all.error ?? ask.error} />
      {all.data?.length === 0 && <p className="mb-4 text-sm text-soft">{t("personal.noneMine")}</p>}
      {all.data && <JobList jobs={all.data} />}
      <Button disabled={ask.isPending || busy} onClick={() => ask.mutate()}>
        <FileArchive aria-hidden="true" className="size-4" />
        {t("personal.ask")}
      </Button>
      <p className="mt-3 text-sm text-soft">{t("personal.mineErase")}</p>
    </>
  );
}
