import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { names } from "@/features/usage/queries";
import { CheckFile } from "./check-file";
import { JobList } from "./job-list";
import { jobs } from "./queries";

/** Every export and erasure of the organisation, with the receipts. */
export function EverybodysData({ me }: { me: Me }) {
  const { t } = useTranslation();
  const all = useQuery(jobs());
  const known = useQuery(names(me)).data?.all;
  return (
    <>
      <p className="mb-4 max-w-prose text-soft">{t("personal.allText")}</p>
      {all.isPending && <Waiting label={t("app.loading")} />}
      <ErrorNotice error={all.error} />
      {all.data?.length === 0 && <p className="py-8 text-soft">{t("personal.none")}</p>}
      {all.data && <JobList jobs={all.data} known={known} />}
      <CheckFile />
    </>
  );
}
