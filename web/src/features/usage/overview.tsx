import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types";
import { Button } from "@/components/button";
import { Field, Select } from "@/components/field";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { money, number, short } from "@/lib/format";
import { save } from "@/lib/save";
import { Chart } from "./chart";
import { csvOf } from "./csv";
import { names, usage, type Dimension, type Span, type Totals } from "./queries";
import { daysOf, lastDays, NONE, seriesOf, totalsBy, type Measure } from "./series";
import { TotalsTable } from "./totals-table";

const SPANS = [7, 30, 90] as const;
const MEASURES: Measure[] = ["cost", "tokens", "requests", "turned_away"];

export function Overview({ me, manages }: { me: Me; manages: boolean }) {
  const { t, i18n } = useTranslation();
  const [span, setSpan] = useState<Span>(() => lastDays(30));
  const [by, setBy] = useState<Dimension | undefined>("model");
  const [measure, setMeasure] = useState<Measure>("requests");
  const report = useQuery({ ...usage(span, by), placeholderData: keepPreviousData });
  const known = useQuery(names(me)).data?.all;
  const nameOf = (id: string) => {
    if (id === "") return t("usage.rest");
    if (id === NONE && by === "key") return t("usage.noKey");
    return by ? (known?.get(id) ?? id) : t(`usage.measures.${measure}`);
  };
  const format = (value: number) =>
    measure === "cost" ? money(String(value), i18n.language) : number(value, i18n.language);
  const days = daysOf(span);
  const rows = report.data?.items ?? [];
  const isEmpty = report.data && report.data.total.requests + report.data.total.turned_away === 0;
  return (
    <>
      <Choices
        span={span}
        onSpan={setSpan}
        by={by}
        onBy={setBy}
        measure={measure}
        onMeasure={setMeasure}
        manages={manages}
      />
      <ErrorNotice error={report.error} />
      {report.isPending && <Waiting label={t("app.loading")} />}
      {report.data && <Sums totals={report.data.total} />}
      {isEmpty && <p className="py-8 text-soft">{t("usage.nothing")}</p>}
      {isEmpty === false && (
        <>
          <Chart
            label={t("usage.chart", { measure: t(`usage.measures.${measure}`) })}
            days={days}
            series={seriesOf(rows, days, by, measure)}
            nameOf={nameOf}
            format={format}
            formatShort={(value) => short(value, i18n.language)}
          />
          <div className="mt-8 mb-2 flex flex-wrap items-center gap-3">
            <h2 className="me-auto text-xl">{t("usage.table")}</h2>
            <Button
              onClick={() =>
                save(`usage-${span.from}-${span.to}.csv`, csvOf(rows, by, known), "text/csv;charset=utf-8")
              }
            >
              <Download aria-hidden="true" className="size-4" />
              {t("usage.csv")}
            </Button>
          </div>
          <TotalsTable
            head={by ? t(`usage.by.${by}`) : t("usage.day")}
            rows={totalsBy(rows, by)}
            nameOf={by ? nameOf : (day) => day}
          />
        </>
      )}
    </>
  );
}

function Sums({ totals }: { totals: Totals }) {
  const { t, i18n } = useTranslation();
  const facts: [name: string, value: string, hint?: string][] = [
    [t("usage.measures.requests"), number(totals.requests, i18n.language)],
    [t("usage.failed"), number(totals.failed, i18n.language)],
    [t("usage.measures.turned_away"), number(totals.turned_away, i18n.language), t("usage.turnedAwayHint")],
    [t("usage.prompt"), number(totals.prompt_tokens, i18n.language)],
    [t("usage.completion"), number(totals.completion_tokens, i18n.language)],
    [t("usage.measures.cost"), money(totals.cost, i18n.language)],
  ];
  return (
    <dl className="mb-6 grid grid-cols-2 gap-x-4 gap-y-3 sm:grid-cols-3 lg:grid-cols-6">
      {facts.map(([name, value, hint]) => (
        <div key={name} title={hint}>
          <dt className="text-xs text-soft">{name}</dt>
          <dd className="font-serif text-2xl tabular-nums">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ChoicesProps {
  span: Span;
  onSpan: (span: Span) => void;
  by: Dimension | undefined;
  onBy: (by: Dimension | undefined) => void;
  measure: Measure;
  onMeasure: (measure: Measure) => void;
  manages: boolean;
}

function Choices({ span, onSpan, by, onBy, measure, onMeasure, manages }: ChoicesProps) {
  const { t } = useTranslation();
  const dimensions: Dimension[] = manages ? ["model", "user", "key", "group"] : ["model", "key"];
  const preset = SPANS.find((count) => lastDays(count).from === span.from && lastDays(count).to === span.to);
  const day = (name: "from" | "to") => ({
    type: "date",
    required: true,
    value: span[name],
    onChange: (event: { target: { value: string } }) => {
      const next = { ...span, [name]: event.target.value };
      if (next.from && next.to && next.from <= next.to) onSpan(next);
    },
  });
  return (
    <div className="mb-6 grid grid-cols-2 gap-3 lg:grid-cols-5">
      <Select
        label={t("usage.period")}
        value={preset ?? ""}
        onChange={(event) => onSpan(lastDays(Number(event.target.value)))}
        options={SPANS.map((count) => [count, t("usage.lastDays", { count })])}
      >
        {!preset && <option value="">{t("usage.ownPeriod")}</option>}
      </Select>
      <Field label={t("audit.since")} {...day("from")} />
      <Field label={t("audit.until")} {...day("to")} />
      <Select
        label={t("usage.shown")}
        value={measure}
        onChange={(event) => onMeasure(event.target.value as Measure)}
        options={MEASURES.map((one) => [one, t(`usage.measures.${one}`)])}
      />
      <Select
        label={t("usage.split")}
        value={by ?? ""}
        onChange={(event) => onBy((event.target.value || undefined) as Dimension | undefined)}
        options={dimensions.map((one) => [one, t(`usage.by.${one}`)])}
      >
        <option value="">{t("usage.together")}</option>
      </Select>
    </div>
  );
}
