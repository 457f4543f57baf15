import { useMutation } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { ApiKey } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { Shown } from "@/components/shown";
import { request } from "@/lib/http";

const DAYS = [30, 90, 365];
const DAY_MS = 86_400_000;

/** Makes a key and shows it, once; for oneself, or for a service account. */
export function NewKey({ subject, onClose }: { subject?: string; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [days, setDays] = useState(90);
  const make = useMutation({
    mutationFn: () => {
      const expires_at = days ? new Date(Date.now() + days * DAY_MS).toISOString() : null;
      return request<ApiKey & { key: string }>("POST", "/api/v1/keys", {
        json: { name: name.trim(), expires_at, ...(subject && { subject_id: subject }) },
      });
    },
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queries.keys.queryKey }),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    make.mutate();
  };
  if (make.data) {
    const { key } = make.data;
    return (
      <Dialog title={t("settings.keyMade")} onClose={onClose}>
        <p className="mb-2 text-soft">{t("settings.keyOnce")}</p>
        <Shown text={key} />
        <p className="mt-4 mb-2 text-sm text-soft">{t("settings.example")}</p>
        <Shown text={`OPENAI_BASE_URL=${location.origin}/v1\nOPENAI_API_KEY=${key}`} />
        <div className="mt-4 text-end">
          <Button look="main" onClick={onClose}>
            {t("settings.keyDone")}
          </Button>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog title={t("settings.newKey")} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <Field
          label={t("settings.keyName")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          autoFocus
          maxLength={100}
        />
        <Select
          label={t("settings.keyExpires")}
          value={days}
          onChange={(event) => setDays(Number(event.target.value))}
        >
          {DAYS.map((count) => (
            <option key={count} value={count}>
              {t("settings.keyDays", { count })}
            </option>
          ))}
          <option value={0}>{t("settings.keyNever")}</option>
        </Select>
        <ErrorNotice error={make.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button type="submit" look="main" disabled={make.isPending}>
            {t("settings.keyCreate")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
