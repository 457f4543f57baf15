import { useMutation, useQueryClient, useQuery } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";
import { Button } from "@/components/button";
import { Field } from "@/components/field";
import { Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { ChangePassword } from "@/features/login/change-password";
import { request } from "@/lib/http";
import { Passkeys } from "@/features/passkeys/passkeys";
import { MyData } from "@/features/personal-data/mine";
import { SecondFactorSection } from "@/features/second-factor/section";
import { Keys } from "./keys";
import { OrganisationSettings } from "./organisation";
import { Sessions } from "./sessions";

export function SettingsPage() {
  const { t } = useTranslation();
  const me = useQuery(queries.me).data;
  return (
    <div className="mx-auto max-w-3xl px-4 py-6 md:px-8 md:py-8">
      <h1 className="mb-8 text-3xl">{t("settings.title")}</h1>
      {me && (
        <Section title={t("settings.keys")} text={t("settings.keysText")}>
          <Keys me={me} />
        </Section>
      )}
      {me && (
        <Section title={t("settings.account")}>
          <Account me={me} />
        </Section>
      )}
      <Section title={t("people.sessions")} text={t("people.sessionsText")}>
        <Sessions />
      </Section>
      {me?.email && <Personal me={me} />}
      {me?.actions.includes("organisation.manage") && (
        <Section title={t("settings.organisation")}>
          <OrganisationSettings />
        </Section>
      )}
    </div>
  );
}

/** What only somebody who logs in has: a program has none of it. */
function Personal({ me }: { me: Me }) {
  const { t } = useTranslation();
  return (
    <>
      <Section title={t("settings.passwordTitle")} text={t("settings.passwordText")}>
        <div className="max-w-sm">
          <ChangePassword />
        </div>
      </Section>
      <Section title={t("second.title")} text={t("second.text")}>
        <SecondFactorSection />
      </Section>
      <Section title={t("passkeys.title")} text={t("passkeys.text")}>
        <Passkeys />
      </Section>
      <Section title={t("personal.mine")} text={t("personal.mineText")}>
        <MyData me={me} />
      </Section>
    </>
  );
}

function Section({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="mb-10 border-t border-line pt-5">
      <h2 className="text-xl">{title}</h2>
      {text && <p className="mt-1 text-soft">{text}</p>}
      <div className="mt-4">{children}</div>
    </section>
  );
}

function Account({ me }: { me: Me }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [name, setName] = useState(me.name);
  const save = useMutation({
    mutationFn: () => request<Me>("PATCH", "/api/v1/me", { json: { name: name.trim() } }),
    onSuccess: (now) => client.setQueryData(queries.me.queryKey, now),
  });
  return (
    <Form onSubmit={save.mutate} className="grid max-w-sm gap-4">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        <dt className="text-soft">{t("settings.email")}</dt>
        <dd>{me.email}</dd>
        <dt className="text-soft">{t("settings.organisation")}</dt>
        <dd>{me.organisation.name}</dd>
        <dt className="text-soft">{t("settings.role")}</dt>
        <dd>{t(`people.roles.${me.role}`)}</dd>
      </dl>
      <Field
        label={t("settings.name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        required
        maxLength={200}
        autoComplete="name"
      />
      <ErrorNotice error={save.error} />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={save.isPending || name.trim() === me.name}>
          {t("settings.save")}
        </Button>
        <span role="status" className="text-sm text-leaf">
          {save.isSuccess && t("settings.saved")}
        </span>
      </div>
    </Form>
  );
}
