import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { EACH, LIMITS, limits, METRICS, PERIODS, SUBJECTS, type Limit } from "./limit-queries";
import type { Names } from "./queries";

interface Props {
  limit?: Limit;
  known: Names | undefined;
  onClose: () => void;
}

interface Form {
  subject: Limit["subject"];
  subject_id: string;
  model: string;
  metric: Limit["metric"];
  period: Limit["period"];
  amount: string;
  thresholds: string;
}

const START: Form = {
  subject: "user",
  subject_id: EACH,
  model: "",
  metric: "tokens",
  period: "day",
  amount: "",
  thresholds: "",
};

/** A limit's amount and thresholds can be changed; what it is about is decided once. */
export function LimitForm({ limit, known, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form, setForm] = useState(() => (limit ? formOf(limit) : START));
  const set = (change: Partial<Form>) => setForm((now) => ({ ...now, ...change }));
  const isBudget = ["day", "month", "total"].includes(form.period) && form.metric !== "concurrency";
  const save = useMutation({
    mutationFn: () => {
      const thresholds = isBudget ? numbersOf(form.thresholds) : [];
      const change = { amount: form.amount.trim().replace(",", "."), thresholds };
      if (limit) return request("PATCH", `${LIMITS}/${limit.id}`, { json: change });
      return request("POST", LIMITS, {
        json: {
          subject: form.subject,
          subject_id: form.subject === "organisation" ? "" : form.subject_id,
          metric: form.metric,
          period: form.metric === "concurrency" ? "now" : form.period,
          model: form.model || null,
          ...change,
        },
      });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: limits.queryKey });
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog title={limit ? t("limits.edit") : t("limits.add")} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        {!limit && <About form={form} known={known} onChange={set} />}
        <Field
          label={t(`limits.most.${form.metric}`)}
          required
          inputMode="decimal"
          pattern={form.metric === "cost" ? "[0-9]+([.,][0-9]+)?" : "[0-9]+"}
          value={form.amount}
          onChange={(event) => set({ amount: event.target.value })}
        />
        {isBudget && (
          <Field
            label={`${t("limits.thresholds")} (${t("library.optional")})`}
            hint={t("limits.thresholdsHint")}
            placeholder="80, 100"
            value={form.thresholds}
            onChange={(event) => set({ thresholds: event.target.value })}
          />
        )}
        <ErrorNotice error={save.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button type="submit" look="main" disabled={save.isPending}>
            {t("people.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface AboutProps {
  form: Form;
  known: Names | undefined;
  onChange: (change: Partial<Form>) => void;
}

function About({ form, known, onChange }: AboutProps) {
  const { t } = useTranslation();
  const models = useQuery(queries.models).data ?? [];
  const { subject } = form;
  return (
    <>
      <div className="grid grid-cols-2 gap-3">
        <Select
          label={t("limits.whose")}
          value={subject}
          onChange={(event) => onChange({ subject: event.target.value as Form["subject"], subject_id: EACH })}
        >
          {SUBJECTS.map((one) => (
            <option key={one} value={one}>
              {t(`limits.subjects.${one}`)}
            </option>
          ))}
        </Select>
        {subject !== "organisation" && (
          <Select
            label={t("limits.which")}
            value={form.subject_id}
            onChange={(event) => onChange({ subject_id: event.target.value })}
          >
            <option value={EACH}>{t(`limits.each.${subject}`)}</option>
            {(subject === "model" ? models.map(({ id }) => [id, id]) : (known?.[subject] ?? [])).map(
              ([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ),
            )}
          </Select>
        )}
      </div>
      <div className="grid grid-cols-2 gap-3">
        <Select
          label={t("limits.metric")}
          value={form.metric}
          onChange={(event) => onChange({ metric: event.target.value as Form["metric"] })}
        >
          {METRICS.map((one) => (
            <option key={one} value={one}>
              {t(`limits.metrics.${one}`)}
            </option>
          ))}
        </Select>
        {form.metric !== "concurrency" && (
          <Select
            label={t("usage.period")}
            value={form.period}
            onChange={(event) => onChange({ period: event.target.value as Form["period"] })}
          >
            {PERIODS.map((one) => (
              <option key={one} value={one}>
                {t(`limits.periods.${one}`)}
              </option>
            ))}
          </Select>
        )}
      </div>
      {subject !== "model" && (
        <Select
          label={t("limits.model")}
          value={form.model}
          onChange={(event) => onChange({ model: event.target.value })}
        >
          <option value="">{t("limits.anyModel")}</option>
          {models.map(({ id }) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </Select>
      )}
    </>
  );
}

function formOf({ amount, thresholds, model, ...rest }: Limit): Form {
  return { ...rest, model: model ?? "", amount: String(amount), thresholds: thresholds.join(", ") };
}

function numbersOf(text: string): number[] {
  return text
    .split(/[\s,;%]+/)
    .filter(Boolean)
    .map(Number);
}
