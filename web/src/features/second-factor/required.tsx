import { useQueryClient } from "@tanstack/react-query";
import { Fingerprint, Smartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Button } from "@/components/button";
import { Door } from "@/features/login/door";
import { AddPasskey } from "@/features/passkeys/add";
import { passkeysWork } from "@/features/passkeys/browser";
import { request } from "@/lib/http";
import { Enrol } from "./enrol";

/** The organisation wants a second factor: set one up before anything else, an application or a passkey. */
export function SecondFactorRequired({ organisation }: { organisation: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [way, setWay] = useState<"code" | "passkey">("code");
  const leave = async () => {
    await request("POST", "/api/v1/auth/logout");
    client.clear();
    client.setQueryData(queries.me.queryKey, null);
  };
  const passkey = way === "passkey";
  const Icon = passkey ? Smartphone : Fingerprint;
  const props = {
    onDone: () => void client.invalidateQueries(),
    onCancel: () => void leave(),
    cancel: t("app.signOut"),
    instead: passkeysWork() && (
      <Button look="quiet" className="mt-4" onClick={() => setWay(passkey ? "code" : "passkey")}>
        <Icon aria-hidden="true" className="size-4" />
        {t(passkey ? "second.useCode" : "second.usePasskey")}
      </Button>
    ),
  };
  return (
    <Door title={t("second.requiredTitle")} lead={t("second.requiredLead", { name: organisation })}>
      {passkey ? <AddPasskey {...props} /> : <Enrol {...props} />}
    </Door>
  );
}
