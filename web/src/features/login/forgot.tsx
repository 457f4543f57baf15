import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { Door } from "./door";

/** Asks for a link; what is answered does not tell whether the account exists. */
export function Forgot({ email: known, onBack }: { email: string; onBack: () => void }) {
  const { t } = useTranslation();
  const [email, setEmail] = useState(known);
  const send = useMutation({ mutationFn: () => request("POST", "/api/v1/auth/forgot", { json: { email } }) });
  return (
    <Door title={t("people.forgotTitle")} lead={t("people.forgotLead")}>
      <Form onSubmit={send.mutate}>
        <Field
          label={t("login.email")}
          type="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <ErrorNotice error={send.error} />
        <p role="status" className="text-sm text-leaf empty:hidden">
          {send.isSuccess && t("people.forgotDone")}
        </p>
        <div className="flex gap-2">
          <Button type="submit" look="main" size="large" disabled={send.isPending}>
            {t("people.forgotSend")}
          </Button>
          <Button size="large" onClick={onBack}>
            {t("people.back")}
          </Button>
        </div>
      </Form>
    </Door>
  );
}
