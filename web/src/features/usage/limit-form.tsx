import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { EACH, LIMITS, limits, METRICS, PERIODS, SUBJECTS, type Limit } from "./limit-queries";
import type { Names } from "./queries";

interface Props {
  limit?: Limit;
  known: Names | undefined;
  onClose: () => void;
}

interface Draft {
  subject: Limit["subject"];
  subject_id: string;
  model: string;
  metric: Limit["metric"];
  period: Limit["period"];
  amount: string;
  thresholds: string;
}

const START: Draft = {
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
  const set = (change: Partial<Draft>) => setForm((now) => ({ ...now, ...change }));
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
  return (
    <Dialog title={limit ? t("limits.edit") : t("limits.add")} onClose={onClose}>
      <Form onSubmit={save.mutate}>
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
        <Buttons action={t("people.save")} disabled={save.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}

interface AboutProps {
  form: Draft;
  known: Names | undefined;
  onChange: (change: Partial<Draft>) => void;
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
          onChange={(event) =>
            onChange({ subject: event.target.value as Draft["subject"], subject_id: EACH })
          }
          options={SUBJECTS.map((one) => [one, t(`limits.subjects.${one}`)])}
        />
        {subject !== "organisation" && (
          <Select
            label={t("limits.which")}
            value={form.subject_id}
            onChange={(event) => onChange({ subject_id: event.target.value })}
            options={subject === "model" ? models.map(({ id }) => [id, id]) : known?.[subject]}
          >
            <option value={EACH}>{t(`limits.each.${subject}`)}</option>
          </Select>
        )}
      </div>
      <div className="grid grid-cols-2 gap-3">
        <Select
          label={t("limits.metric")}
          value={form.metric}
          onChange={(event) => onChange({ metric: event.target.value as Draft["metric"] })}
          options={METRICS.map((one) => [one, t(`limits.metrics.${one}`)])}
        />
        {form.metric !== "concurrency" && (
          <Select
            label={t("usage.period")}
            value={form.period}
            onChange={(event) => onChange({ period: event.target.value as Draft["period"] })}
            options={PERIODS.map((one) => [one, t(`limits.periods.${one}`)])}
          />
        )}
      </div>
      {subject !== "model" && (
        <Select
          label={t("limits.model")}
          value={form.model}
          onChange={(event) => onChange({ model: event.target.value })}
          options={models.map(({ id }) => [id, id])}
        >
          <option value="">{t("limits.anyModel")}</option>
        </Select>
      )}
    </>
  );
}

function formOf({ amount, thresholds, model, ...rest }: Limit): Draft {
  return { ...rest, model: model ?? "", amount: String(amount), thresholds: thresholds.join(", ") };
}

function numbersOf(text: string): number[] {
  return text
    .split(/[\s,;%]+/)
    .filter(Boolean)
    .map(Number);
}
