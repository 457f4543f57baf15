import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { Door } from "./door";
import { PasswordField } from "./password-field";

/** Where a link for a new password leads: `/reset#<token>`. */
export function Reset() {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const token = location.hash.slice(1);
  const reset = useMutation({
    mutationFn: () => request("POST", "/api/v1/auth/reset", { json: { token, new_password: password } }),
  });
  return (
    <Door title={t("people.resetTitle")} lead={t("people.resetLead")}>
      {reset.isSuccess ? (
        <p role="status">
          {t("people.resetDone")}{" "}
          <a href="/ask" className="text-woad underline underline-offset-4">
            {t("people.toLogin")}
          </a>
        </p>
      ) : (
        <Form onSubmit={reset.mutate}>
          <PasswordField
            label={t("login.next")}
            autoComplete="new-password"
            autoFocus
            value={password}
            onValue={setPassword}
            hint={t("login.rule")}
          />
          <ErrorNotice error={reset.error} />
          <Button type="submit" look="main" size="large" disabled={reset.isPending}>
            {t("login.change")}
          </Button>
        </Form>
      )}
    </Door>
  );
}
