import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Form } from "@/components/form";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { Door } from "./door";
import { PasswordField } from "./password-field";
import { SecondFactor, type Answer, type Challenge } from "./second-factor";

interface Welcome {
  organisation: string;
  email: string;
  has_account: boolean;
}

/** Logged in; or, without having joined yet, asked for the second factor. */
interface Joined {
  user: Me | null;
  second_factor: Challenge | null;
}

/** Where an invitation leads: `/join#<token>`. The token stays behind the #, so that it reaches no log. */
export function Join() {
  const { t, i18n } = useTranslation();
  const token = location.hash.slice(1);
  const welcome = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => request<Welcome>("POST", "/api/v1/auth/invitation", { json: { token } }),
    retry: false,
    staleTime: Infinity,
  });
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const client = useQueryClient();
  const navigate = useNavigate();
  const send = async (second_factor?: Answer) => {
    const json = { token, password, name: name.trim(), locale: i18n.language, second_factor };
    const joined = await request<Joined>("POST", "/api/v1/auth/join", { json });
    if (joined.user) await navigate({ to: "/ask", replace: true });
    return joined;
  };
  const join = useMutation({
    mutationFn: () => send(),
    onSuccess: ({ user }) => user && client.setQueryData(queries.me.queryKey, user),
  });
  if (!welcome.data) {
    return (
      <Door title="Bastide" lead="">
        {welcome.isPending ? <Waiting label={t("app.loading")} /> : <ErrorNotice error={welcome.error} />}
      </Door>
    );
  }
  const asked = join.data?.second_factor;
  if (asked) {
    return (
      <SecondFactor
        asked={asked}
        onBack={() => join.reset()}
        send={(answer) => send(answer) as Promise<{ user: Me }>}
      />
    );
  }
  const { organisation, email, has_account: known } = welcome.data;
  return (
    <Door title={t("people.joinTitle", { organisation })} lead={t("people.joinLead", { email })}>
      <Form onSubmit={join.mutate}>
        <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
        {!known && (
          <Field
            label={t("people.joinName")}
            autoComplete="name"
            required
            autoFocus
            maxLength={200}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        )}
        <PasswordField
          label={known ? t("people.joinKnown") : t("people.joinNew")}
          autoComplete={known ? "current-password" : "new-password"}
          value={password}
          onValue={setPassword}
          {...(!known && { hint: t("login.rule") })}
        />
        <ErrorNotice error={join.error} />
        <Button type="submit" look="main" size="large" disabled={join.isPending}>
          {t("people.join")}
        </Button>
      </Form>
    </Door>
  );
}
