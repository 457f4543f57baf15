import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Field, INPUT, Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { classes } from "@/lib/classes";
import { request } from "@/lib/http";
import { ACTIONS, guardrails, PATH, STAGES, type Guardrail, type Recogniser } from "./queries";

interface Props {
  rule?: Guardrail;
  recognisers: Recogniser[];
  onClose: () => void;
}

type Form = Omit<Guardrail, "id">;
const START: Form = {
  name: "",
  action: "mask",
  stages: ["before", "after"],
  recognisers: [],
  patterns: [],
  model: null,
  enabled: true,
};

const formOf = ({ name, action, stages, recognisers, patterns, model, enabled }: Guardrail): Form => ({
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
  const set = (change: Partial<Form>) => setForm((now) => ({ ...now, ...change }));
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
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog title={rule ? rule.name : t("guardrails.add")} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
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
          onChange={(event) => set({ action: event.target.value as Form["action"] })}
        >
          {ACTIONS.map((one) => (
            <option key={one} value={one}>
              {t(`guardrails.actions.${one}`)}
            </option>
          ))}
        </Select>
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
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button type="submit" look="main" disabled={save.isPending || form.stages.length === 0}>
            {t("people.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface TicksProps<T extends string> {
  legend: string;
  options: [T, string][];
  value: T[];
  onChange: (value: T[]) => void;
}

function Ticks<T extends string>({ legend, options, value, onChange }: TicksProps<T>) {
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      {options.map(([key, name]) => (
        <Check
          key={key}
          label={name}
          checked={value.includes(key)}
          onChange={(on) => onChange(on ? [...value, key] : value.filter((one) => one !== key))}
        />
      ))}
    </fieldset>
  );
}
