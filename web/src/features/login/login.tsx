import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { Door } from "./door";
import { Forgot } from "./forgot";
import { PasswordField } from "./password-field";
import { PasskeyButton } from "@/features/passkeys/login-button";
import { SecondFactor, type Challenge } from "./second-factor";

/** Logged in, or asked for the second factor. */
interface Answer {
  user: Me | null;
  second_factor: Challenge | null;
}

export function Login() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const login = useMutation({
    mutationFn: () => request<Answer>("POST", "/api/v1/auth/login", { json: { email, password } }),
    onSuccess: ({ user }) => user && client.setQueryData(queries.me.queryKey, user),
  });
  const [forgot, setForgot] = useState(false);
  if (forgot) return <Forgot email={email} onBack={() => setForgot(false)} />;
  const second = login.data?.second_factor;
  if (second) return <SecondFactor asked={second} onBack={() => login.reset()} />;
  return (
    <Door title={t("login.title")} lead={t("login.lead")}>
      <Form onSubmit={login.mutate}>
        <Field
          label={t("login.email")}
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <PasswordField
          label={t("login.password")}
          autoComplete="current-password"
          value={password}
          onValue={setPassword}
        />
        <ErrorNotice error={login.error} />
        <Button type="submit" look="main" disabled={login.isPending} size="large">
          {t("login.submit")}
        </Button>
        <PasskeyButton />
        <button
          type="button"
          onClick={() => setForgot(true)}
          className="justify-self-start text-sm text-woad underline underline-offset-4"
        >
          {t("people.forgot")}
        </button>
        <p className="text-sm text-soft">{t("login.hint")}</p>
      </Form>
    </Door>
  );
}
