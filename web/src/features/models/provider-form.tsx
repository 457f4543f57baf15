import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { PasswordField } from "@/features/login/password-field";
import { request } from "@/lib/http";
import { GATEWAY, refreshGateway, type Provider } from "./queries";

const KINDS = ["openai", "azure", "anthropic"] as const;
const ZONES = ["internal", "cloud"] as const;
const START = { name: "", kind: "openai", url: "", zone: "internal", api_key: "", api_version: "" };

const formOf = ({ kind, url, zone, api_version }: Provider): Partial<typeof START> => ({
  kind,
  url,
  zone,
  api_version: api_version ?? "",
});

/** Adds a provider, or changes its address, zone and key. */
export function ProviderForm({ provider, onClose }: { provider?: Provider; onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ ...START, ...(provider && formOf(provider)) });
  const set = (change: Partial<typeof START>) => setForm((now) => ({ ...now, ...change }));
  const hasVersion = form.kind === "azure";
  const add = useMutation({
    mutationFn: () => {
      const { api_key, ...typed } = form;
      const rest = { ...typed, api_version: hasVersion ? typed.api_version.trim() || null : null };
      if (provider) {
        const { url, zone, api_version } = rest;
        return request<Provider>("PATCH", `${GATEWAY}/providers/${encodeURIComponent(provider.name)}`, {
          json: { url, zone, ...(hasVersion && { api_version }), ...(api_key && { api_key }) },
        });
      }
      return request<Provider>("POST", `${GATEWAY}/providers`, {
        json: { ...rest, api_key: api_key || null },
      });
    },
    onSuccess: async () => {
      await refreshGateway();
      onClose();
    },
  });
  return (
    <Dialog
      title={provider ? t("models.editProvider", { name: provider.name }) : t("models.newProvider")}
      onClose={onClose}
    >
      <Form onSubmit={add.mutate} autoComplete="off">
        {!provider && (
          <>
            <Field
              label={t("models.providerName")}
              required
              autoFocus
              maxLength={100}
              value={form.name}
              onChange={(event) => set({ name: event.target.value })}
            />
            <Select
              label={t("models.kind")}
              value={form.kind}
              onChange={(event) => set({ kind: event.target.value })}
              options={KINDS.map((kind) => [kind, t(`models.kinds.${kind}`)])}
            />
          </>
        )}
        <Field
          label={t("models.url")}
          type="url"
          required
          placeholder="http://localhost:8000/v1"
          hint={t("models.urlHint")}
          value={form.url}
          onChange={(event) => set({ url: event.target.value })}
        />
        {hasVersion && (
          <Field
            label={`${t("models.apiVersion")} (${t("library.optional")})`}
            placeholder="2024-10-21"
            hint={t("models.apiVersionHint")}
            maxLength={50}
            value={form.api_version}
            onChange={(event) => set({ api_version: event.target.value })}
          />
        )}
        <PasswordField
          label={`${t("models.key")} (${t("library.optional")})`}
          autoComplete="off"
          required={false}
          value={form.api_key}
          onValue={(api_key) => set({ api_key })}
          hint={provider?.has_key ? t("models.keyStays") : t("models.keyHint")}
        />
        <div>
          <Select
            label={t("models.zone")}
            value={form.zone}
            onChange={(event) => set({ zone: event.target.value })}
            options={ZONES.map((one) => [one, t(`models.zones.${one}`)])}
          />
          <p className="mt-1 text-sm text-soft">{t("models.zoneHint")}</p>
        </div>
        <ErrorNotice error={add.error} />
        <Buttons
          action={provider ? t("people.save") : t("models.add")}
          disabled={add.isPending}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  );
}
