import { useQuery } from "@tanstack/react-query";
import { Eraser, Send, Square } from "lucide-react";
import { useState, type KeyboardEvent, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Model } from "@/api/types";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { INPUT } from "@/components/field";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { classes } from "@/lib/classes";
import { ColumnView } from "./column";
import { SettingsForm } from "./settings-form";
import { usePlayground, type Settings } from "./use-playground";

export function PlaygroundPage() {
  const { t } = useTranslation();
  const models = useQuery(queries.models);
  return (
    <div className="mx-auto max-w-6xl px-4 py-6 md:px-8 md:py-8">
      <h1 className="text-3xl">{t("playground.title")}</h1>
      <p className="mt-1 mb-6 text-soft">{t("playground.lead")}</p>
      <ErrorNotice error={models.error} />
      {models.isPending && <Waiting label={t("app.loading")} />}
      {models.data?.length === 0 && <p className="text-soft">{t("models.none")}</p>}
      {models.data?.[0] && <Playground models={models.data} />}
    </div>
  );
}

function Playground({ models }: { models: Model[] }) {
  const { t } = useTranslation();
  const names = [...models].sort((a, b) => Number(b.available) - Number(a.available)).map(({ id }) => id);
  const { columns, busy, send, stop, clear, choose, compare } = usePlayground(names[0] ?? "");
  const [settings, setSettings] = useState<Settings>({ system: "" });
  const [text, setText] = useState("");
  const submit = (event?: SyntheticEvent) => {
    event?.preventDefault();
    if (busy || !text.trim()) return;
    send(text.trim(), settings);
    setText("");
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
  };
  const said = columns.some(({ exchanges }) => exchanges.length > 0);
  const second = names.find((name) => name !== columns[0]?.model) ?? names[0];
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[17rem_1fr]">
      <div className="grid gap-4">
        <SettingsForm value={settings} onChange={setSettings} />
        <Check
          label={t("playground.compare")}
          checked={columns.length > 1}
          onChange={(checked) => compare(checked ? second : undefined)}
        />
      </div>
      <div className="grid min-w-0 gap-4">
        <div className={classes("grid gap-4", columns.length > 1 && "md:grid-cols-2")}>
          {columns.map((column, place) => (
            <ColumnView
              key={place}
              column={column}
              label={
                columns.length > 1 ? t("playground.modelOf", { number: place + 1 }) : t("playground.model")
              }
              models={models}
              onChoose={(model) => choose(place, model)}
            />
          ))}
        </div>
        <form onSubmit={submit} className="grid gap-2">
          <textarea
            aria-label={t("playground.message")}
            placeholder={t("playground.message")}
            title={t("playground.hint")}
            rows={3}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={onKey}
            className={classes(INPUT, "field-sizing-content max-h-60 py-2")}
          />
          <div className="flex flex-wrap items-center gap-2">
            {busy ? (
              <Button look="main" onClick={stop}>
                <Square aria-hidden="true" className="size-3.5 fill-current" />
                {t("playground.stop")}
              </Button>
            ) : (
              <Button look="main" type="submit" disabled={!text.trim()}>
                <Send aria-hidden="true" className="size-4" />
                {t("playground.send")}
              </Button>
            )}
            <span className="text-xs text-soft max-md:hidden">{t("playground.hint")}</span>
            {said && (
              <Button look="quiet" className="ms-auto" onClick={clear}>
                <Eraser aria-hidden="true" className="size-4" />
                {t("playground.clear")}
              </Button>
            )}
          </div>
        </form>
      </div>
    </div>
  );
}
