import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Field, INPUT } from "@/components/field";
import { classes } from "@/lib/classes";
import type { Settings } from "./use-playground";

/** What is left empty is left to the model. */
export function SettingsForm({ value, onChange }: { value: Settings; onChange: (value: Settings) => void }) {
  const { t } = useTranslation();
  const id = useId();
  const number = (name: "temperature" | "max_tokens", text: string) => {
    onChange({ ...value, [name]: text === "" ? undefined : Number(text) });
  };
  return (
    <>
      <div>
        <label htmlFor={id} className="mb-1 block text-sm font-medium">
          {t("playground.system")}
        </label>
        <textarea
          id={id}
          rows={4}
          value={value.system}
          onChange={(event) => onChange({ ...value, system: event.target.value })}
          className={classes(INPUT, "field-sizing-content max-h-60 py-2")}
        />
      </div>
      <div className="grid grid-cols-2 gap-3 lg:grid-cols-1">
        <Field
          label={t("playground.temperature")}
          type="number"
          min={0}
          max={2}
          step={0.1}
          placeholder={t("playground.asModel")}
          value={value.temperature ?? ""}
          onChange={(event) => number("temperature", event.target.value)}
        />
        <Field
          label={t("playground.maxTokens")}
          type="number"
          min={1}
          step={1}
          placeholder={t("playground.asModel")}
          value={value.max_tokens ?? ""}
          onChange={(event) => number("max_tokens", event.target.value)}
        />
      </div>
    </>
  );
}
