import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Button } from "@/components/button";
import { Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { PasswordField } from "./password-field";

export function ChangePassword() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const email = useQuery(queries.me).data?.email ?? "";
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const change = useMutation({
    mutationFn: () =>
      request("POST", "/api/v1/me/password", { json: { current_password: current, new_password: next } }),
    onSuccess: async () => {
      setCurrent("");
      setNext("");
      await client.invalidateQueries({ queryKey: queries.me.queryKey });
    },
  });
  return (
    <Form onSubmit={change.mutate}>
      {/* For password managers: whose password it is. */}
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <PasswordField
        label={t("login.current")}
        autoComplete="current-password"
        value={current}
        onValue={setCurrent}
      />
      <PasswordField
        label={t("login.next")}
        autoComplete="new-password"
        value={next}
        onValue={setNext}
        hint={t("login.rule")}
      />
      <ErrorNotice error={change.error} />
      <Button
        type="submit"
        look="main"
        disabled={change.isPending}
        size="large"
        className="justify-self-start"
      >
        {t("login.change")}
      </Button>
      <p role="status" className="text-sm text-leaf">
        {change.isSuccess && t("settings.passwordChanged")}
      </p>
    </Form>
  );
}
