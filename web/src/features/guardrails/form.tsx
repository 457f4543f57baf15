import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Field, INPUT, Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { Ticks } from "@/components/ticks";
import { classes } from "@/lib/classes";
import { request } from "@/lib/http";
import { ACTIONS, guardrails, PATH, STAGES, type Guardrail, type Recogniser } from "./queries";

interface Props {
  rule?: Guardrail;
  recognisers: Recogniser[];
  onClose: () => void;
}

type Draft = Omit<Guardrail, "id">;
const START: Draft = {
  name: "",
  action: "mask",
  stages: ["before", "after"],
  recognisers: [],
  patterns: [],
  model: null,
  enabled: true,
};

const formOf = ({ name, action, stages, recognisers, patterns, model, enabled }: Guardrail): Draft => ({
  name,
  action,
  stages,
  recognisers,
  patterns,
  model,
  enabled,
});

export function GuardrailForm({ rule, recognisers, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const id = useId();
  const [form, setForm] = useState(() => (rule ? formOf(rule) : START));
  const set = (change: Partial<Draft>) => setForm((now) => ({ ...now, ...change }));
  const save = useMutation({
    mutationFn: () => {
      const json = { ...form, patterns: form.patterns.filter((line) => line !== "") };
      return rule ? request("PATCH", `${PATH}/${rule.id}`, { json }) : request("POST", PATH, { json });
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: guardrails.queryKey });
      onClose();
    },
  });
  return (
    <Dialog title={rule ? rule.name : t("guardrails.add")} onClose={onClose}>
      <Form onSubmit={save.mutate}>
        <Field
          label={t("settings.name")}
          required
          maxLength={100}
          value={form.name}
          onChange={(event) => set({ name: event.target.value })}
        />
        <Select
          label={t("guardrails.action")}
          value={form.action}
          onChange={(event) => set({ action: event.target.value as Draft["action"] })}
          options={ACTIONS.map((one) => [one, t(`guardrails.actions.${one}`)])}
        />
        <Ticks
          legend={t("guardrails.where")}
          options={STAGES.map((one) => [one, t(`guardrails.stages.${one}`)])}
          value={form.stages}
          onChange={(stages) => set({ stages })}
        />
        <Ticks
          legend={t("guardrails.what")}
          options={recognisers.map((one) => [one, t(`guardrails.kinds.${one}`)])}
          value={form.recognisers}
          onChange={(next) => set({ recognisers: next })}
        />
        <div>
          <label htmlFor={id} className="mb-1 block text-sm font-medium">
            {t("guardrails.patterns")}
          </label>
          <textarea
            id={id}
            rows={2}
            spellCheck={false}
            value={form.patterns.join("\n")}
            onChange={(event) => set({ patterns: event.target.value.split("\n") })}
            className={classes(INPUT, "py-2 font-mono")}
          />
        </div>
        <Check
          label={t("guardrails.enabled")}
          checked={form.enabled}
          onChange={(enabled) => set({ enabled })}
        />
        <ErrorNotice error={save.error} />
        <Buttons
          action={t("people.save")}
          disabled={save.isPending || form.stages.length === 0}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  );
}
