import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Door } from "@/features/login/door";
import { request } from "@/lib/http";
import { Enrol } from "./enrol";

/** The organisation wants a second factor: set one up before anything else. */
export function SecondFactorRequired({ organisation }: { organisation: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const leave = async () => {
    await request("POST", "/api/v1/auth/logout");
    client.clear();
    client.setQueryData(queries.me.queryKey, null);
  };
  return (
    <Door title={t("second.requiredTitle")} lead={t("second.requiredLead", { name: organisation })}>
      <Enrol
        onDone={() => void client.invalidateQueries()}
        onCancel={() => void leave()}
        cancel={t("app.signOut")}
      />
    </Door>
  );
}
