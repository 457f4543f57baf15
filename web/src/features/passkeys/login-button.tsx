import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Fingerprint } from "lucide-react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";
import { Button } from "@/components/button";
import { request } from "@/lib/http";
import { askPasskey, passkeysWork } from "./browser";
import { PasskeyProblem } from "./problem";

type Options = PublicKeyCredentialRequestOptionsJSON;

interface Second {
  options: Options;
  send: (credential: unknown) => Promise<{ user: Me }>;
}

/** Logs in with a passkey: alone, or as the second step of a login (`second`). */
export function PasskeyButton({ second }: { second?: Second }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const login = useMutation({
    mutationFn: async () => {
      if (second) return second.send(await askPasskey(second.options));
      const { options } = await request<{ options: Options }>("POST", "/api/v1/auth/passkey/begin");
      const json = { credential: await askPasskey(options) };
      return request<{ user: Me }>("POST", "/api/v1/auth/passkey", { json });
    },
    onSuccess: ({ user }) => client.setQueryData(queries.me.queryKey, user),
  });
  if (!passkeysWork()) return null;
  return (
    <>
      <Button size="large" disabled={login.isPending} onClick={() => login.mutate()}>
        <Fingerprint aria-hidden="true" className="size-5" />
        {t("passkeys.use")}
      </Button>
      <PasskeyProblem error={login.error} />
    </>
  );
}
