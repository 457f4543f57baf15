import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Field } from "@/components/field";
import { Form } from "@/components/form";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { factors } from "@/features/second-factor/queries";
import { request } from "@/lib/http";

interface Organisation {
  id: string;
  name: string;
  require_second_factor: boolean;
  second_factor_grace_days: number;
}

const PATH = "/api/v1/organisation";
const organisation = queryOptions({
  queryKey: ["organisation"],
  queryFn: () => request<Organisation>("GET", PATH),
});

export function OrganisationSettings() {
  const { t } = useTranslation();
  const own = useQuery(organisation);
  if (own.isPending) return <Waiting label={t("app.loading")} />;
  if (own.error) return <ErrorNotice error={own.error} />;
  return <OrganisationForm own={own.data} />;
}

function OrganisationForm({ own }: { own: Organisation }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const mine = useQuery(factors).data;
  const [name, setName] = useState(own.name);
  const [required, setRequired] = useState(own.require_second_factor);
  const [days, setDays] = useState(String(own.second_factor_grace_days));
  const save = useMutation({
    mutationFn: () =>
      request<Organisation>("PATCH", PATH, {
        json: {
          name: name.trim(),
          require_second_factor: required,
          second_factor_grace_days: Number(days),
        },
      }),
    onSuccess: async (now) => {
      client.setQueryData(organisation.queryKey, now);
      await client.invalidateQueries({ queryKey: queries.me.queryKey });
    },
  });
  const unchanged =
    name.trim() === own.name &&
    required === own.require_second_factor &&
    Number(days) === own.second_factor_grace_days;
  const atOnce = required && Number(days) === 0 && mine && !mine.totp && mine.passkeys === 0;
  return (
    <Form onSubmit={save.mutate} className="grid max-w-lg gap-4">
      <Field
        label={t("settings.name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        required
        maxLength={200}
        className="max-w-sm"
      />
      <Check
        label={t("second.policy")}
        hint={atOnce ? t("second.policyYou") : t("second.policyText")}
        checked={required}
        onChange={setRequired}
      />
      {required && (
        <Field
          label={t("second.grace")}
          hint={t("second.graceHint")}
          type="number"
          min={0}
          max={90}
          required
          value={days}
          onChange={(event) => setDays(event.target.value)}
          className="max-w-40"
        />
      )}
      <ErrorNotice error={save.error} />
      <div className="flex items-center gap-3">
        <Button type="submit" disabled={save.isPending || unchanged}>
          {t("settings.save")}
        </Button>
        <span role="status" className="text-sm text-leaf">
          {save.isSuccess && unchanged && t("settings.saved")}
        </span>
      </div>
    </Form>
  );
}
