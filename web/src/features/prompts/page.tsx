import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { KeptList } from "./list";
import { Keeping } from "./keeping";
import { policy } from "./queries";

/** What is kept of calls: whether, for how long, and what it was. */
export function Prompts({ me }: { me: Me }) {
  const { t } = useTranslation();
  const now = useQuery(policy);
  if (!now.data) return now.error ? <ErrorNotice error={now.error} /> : <Waiting label={t("app.loading")} />;
  return (
    <>
      <Keeping policy={now.data} />
      <KeptList me={me} keeps={now.data.log_prompts} />
    </>
  );
}
