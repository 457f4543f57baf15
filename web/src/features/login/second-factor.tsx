import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { PasskeyButton } from "@/features/passkeys/login-button";
import { request } from "@/lib/http";
import { Door } from "./door";

export interface Challenge {
  challenge: string;
  methods: ("passkey" | "totp" | "recovery")[];
  passkey: PublicKeyCredentialRequestOptionsJSON | null;
}

/** What goes back for a challenge. */
export type Answer = { challenge: string } & ({ code: string } | { credential: unknown });

interface Props {
  asked: Challenge;
  onBack: () => void;
  /** Where the answer goes; a login when left out. */
  send?: (answer: Answer) => Promise<{ user: Me }>;
}

const sendLogin = (json: Answer) => request<{ user: Me }>("POST", "/api/v1/auth/second-factor", { json });

/** The second step of logging in: a code of the generator, or a recovery code. */
export function SecondFactor({ asked, onBack, send = sendLogin }: Props) {
  const { challenge, methods, passkey } = asked;
  const { t } = useTranslation();
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const answer = useMutation({
    mutationFn: () => send({ challenge, code: code.trim() }),
    onSuccess: ({ user }) => client.setQueryData(queries.me.queryKey, user),
  });
  return (
    <Door title={t("login.secondTitle")} lead={t("login.secondLead")}>
      {passkey && (
        <PasskeyButton second={{ options: passkey, send: (credential) => send({ challenge, credential }) }} />
      )}
      <Form onSubmit={answer.mutate}>
        <Field
          label={t("login.code")}
          autoComplete="one-time-code"
          required
          autoFocus={!methods.includes("passkey")}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <ErrorNotice error={answer.error} />
        <div className="flex gap-2">
          <Button type="submit" look="main" size="large" disabled={answer.isPending}>
            {t("login.submit")}
          </Button>
          <Button size="large" onClick={onBack}>
            {t("people.back")}
          </Button>
        </div>
      </Form>
    </Door>
  );
}
