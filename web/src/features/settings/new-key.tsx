import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { ApiKey } from "@/api/types";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { Several } from "@/components/several";
import { Ticks } from "@/components/ticks";
import { request } from "@/lib/http";
import { KeyShown } from "./key-shown";

const DAYS = [30, 90, 365];
const DAY_MS = 86_400_000;
const SCOPES = ["chat", "documents:read", "documents:write", "metrics", "audit", "admin"] as const;
type Scope = (typeof SCOPES)[number];
const USUAL: Scope[] = ["chat", "documents:read", "documents:write"];

interface Draft {
  name: string;
  days: number;
  scopes: Scope[];
  /** Undefined: any. */
  models: string[] | undefined;
  collections: string[] | undefined;
  networks: string;
}

const START: Draft = {
  name: "",
  days: 90,
  scopes: USUAL,
  models: undefined,
  collections: undefined,
  networks: "",
};

/** Makes a key and shows it, once; for oneself, or for a service account. */
export function NewKey({ subject, onClose }: { subject?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState(START);
  const set = (change: Partial<Draft>) => setForm((now) => ({ ...now, ...change }));
  const make = useMutation({
    mutationFn: () =>
      request<ApiKey & { key: string }>("POST", "/api/v1/keys", {
        json: { ...bodyOf(form), ...(subject && { subject_id: subject }) },
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["keys"] }),
  });
  if (make.data) return <KeyShown secret={make.data.key} onClose={onClose} />;
  return (
    <Dialog title={t("settings.newKey")} onClose={onClose}>
      <Form onSubmit={make.mutate}>
        <Field
          label={t("settings.keyName")}
          value={form.name}
          onChange={(event) => set({ name: event.target.value })}
          required
          autoFocus
          maxLength={100}
        />
        <Select
          label={t("settings.keyExpires")}
          value={form.days}
          onChange={(event) => set({ days: Number(event.target.value) })}
          options={[
            ...DAYS.map((count): [number, string] => [count, t("settings.keyDays", { count })]),
            [0, t("settings.keyNever")],
          ]}
        />
        <Bounds form={form} onChange={set} />
        <ErrorNotice error={make.error} />
        <Buttons
          action={t("settings.keyCreate")}
          disabled={make.isPending || form.scopes.length === 0}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  );
}

/** Folded: the usual key needs none of it. */
function Bounds({ form, onChange }: { form: Draft; onChange: (change: Partial<Draft>) => void }) {
  const { t } = useTranslation();
  const models = useQuery(queries.models).data ?? [];
  const collections = useQuery(queries.collections).data ?? [];
  return (
    <details className="rounded-md border border-line px-3 py-2">
      <summary className="cursor-pointer text-sm font-medium">{t("apiKeys.bounds")}</summary>
      <div className="mt-3 grid gap-4">
        <Ticks
          legend={t("apiKeys.scopes")}
          options={SCOPES.map((scope) => [scope, t(`apiKeys.scope.${scope.replace(":", "_") as "chat"}`)])}
          value={form.scopes}
          onChange={(scopes) => onChange({ scopes: SCOPES.filter((one) => scopes.includes(one)) })}
        />
        <Several
          label={t("apiKeys.whichModels")}
          all={t("limits.anyModel")}
          options={models.map(({ id }) => [id, id])}
          value={form.models}
          onChange={(next) => onChange({ models: next })}
        />
        <Several
          label={t("apiKeys.whichCollections")}
          all={t("apiKeys.anyCollection")}
          options={collections.map(({ id, name }) => [id, name])}
          value={form.collections}
          onChange={(next) => onChange({ collections: next })}
        />
        <Field
          label={`${t("apiKeys.whichNetworks")} (${t("library.optional")})`}
          hint={t("apiKeys.networksHint")}
          placeholder="10.0.0.0/8, 192.168.1.20"
          value={form.networks}
          onChange={(event) => onChange({ networks: event.target.value })}
        />
      </div>
    </details>
  );
}

function bodyOf({ name, days, scopes, models, collections, networks }: Draft) {
  const given = networks.split(/[\s,;]+/).filter(Boolean);
  return {
    name: name.trim(),
    expires_at: days ? new Date(Date.now() + days * DAY_MS).toISOString() : null,
    scopes,
    allowed_models: models ?? null,
    allowed_collections: collections ?? null,
    allowed_networks: given.length > 0 ? given : null,
  };
}
