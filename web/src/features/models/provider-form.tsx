import { useMutation } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { PasswordField } from "@/features/login/password-field";
import { request } from "@/lib/http";
import { GATEWAY, refreshGateway, type Provider } from "./queries";

const KINDS = ["openai", "azure", "anthropic"] as const;
const START = { name: "", kind: "openai", url: "", zone: "internal", api_key: "" };

/** Adds a provider, or changes its address, zone and key. */
export function ProviderForm({ provider, onClose }: { provider?: Provider; onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState({ ...START, ...(provider && { url: provider.url, zone: provider.zone }) });
  const set = (change: Partial<typeof START>) => setForm((now) => ({ ...now, ...change }));
  const add = useMutation({
    mutationFn: () => {
      const { api_key, ...rest } = form;
      if (provider) {
        const { url, zone } = rest;
        return request<Provider>("PATCH", `${GATEWAY}/providers/${encodeURIComponent(provider.name)}`, {
          json: { url, zone, ...(api_key && { api_key }) },
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
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Dialog
      title={provider ? t("models.editProvider", { name: provider.name }) : t("models.newProvider")}
      onClose={onClose}
    >
      <form onSubmit={submit} className="grid gap-4" autoComplete="off">
        {!provider && (
          <>
            {" "}
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
            >
              {KINDS.map((kind) => (
                <option key={kind} value={kind}>
                  {t(`models.kinds.${kind}`)}
                </option>
              ))}
            </Select>
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
          >
            <option value="internal">{t("models.zones.internal")}</option>
            <option value="cloud">{t("models.zones.cloud")}</option>
          </Select>
          <p className="mt-1 text-sm text-soft">{t("models.zoneHint")}</p>
        </div>
        <ErrorNotice error={add.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button type="submit" look="main" disabled={add.isPending}>
            {provider ? t("people.save") : t("models.add")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
