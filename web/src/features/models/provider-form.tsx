import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { PasswordField } from "@/features/login/password-field";
import { request } from "@/lib/http";
import type { Provider } from "./queries";

const KINDS = ["openai", "azure", "anthropic"] as const;
const START = { name: "", kind: "openai", url: "", zone: "internal", api_key: "" };

export function ProviderForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form, setForm] = useState(START);
  const set = (change: Partial<typeof START>) => setForm((now) => ({ ...now, ...change }));
  const add = useMutation({
    mutationFn: () => {
      const { api_key, ...rest } = form;
      return request<Provider>("POST", "/api/v1/gateway/providers", {
        json: { ...rest, api_key: api_key || null },
      });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["gateway"] });
      await client.invalidateQueries({ queryKey: ["models"] });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    add.mutate();
  };
  return (
    <Dialog title={t("models.newProvider")} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4" autoComplete="off">
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
          hint={t("models.keyHint")}
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
            {t("models.add")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
