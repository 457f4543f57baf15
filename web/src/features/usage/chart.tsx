import { useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/lib/classes";
import { axisOf, type Series } from "./series";

interface Props {
  label: string;
  days: string[];
  series: Series[];
  nameOf: (id: string) => string;
  format: (value: number) => string;
  formatShort: (value: number) => string;
}

const FILLS = [
  "fill-series-1",
  "fill-series-2",
  "fill-series-3",
  "fill-series-4",
  "fill-series-5",
  "fill-series-6",
];
const DOTS = ["bg-series-1", "bg-series-2", "bg-series-3", "bg-series-4", "bg-series-5", "bg-series-6"];
const HEIGHT = 100;

/** Stacked bars, one per day. The pointer or the arrow keys choose a day, whose values are told below. */
export function Chart({ label, days, series, nameOf, format, formatShort }: Props) {
  const { t, i18n } = useTranslation();
  const [chosen, setChosen] = useState<number>();
  const sums = days.map((_, day) => series.reduce((all, { values }) => all + (values[day] ?? 0), 0));
  const steps = axisOf(Math.max(...sums));
  const top = steps.at(-1) ?? 1;
  const day = Math.min(chosen ?? days.length - 1, days.length - 1);
  const nameDay = (iso: string | undefined) =>
    iso
      ? new Intl.DateTimeFormat(i18n.language, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(iso))
      : "";
  const told = series.filter(({ values }) => (values[day] ?? 0) > 0);
  const words = [
    `${nameDay(days[day])}: ${format(sums[day] ?? 0)}`,
    ...told.map(({ id, values }) => `${nameOf(id)} ${format(values[day] ?? 0)}`),
  ].join(", ");
  const onKey = (event: KeyboardEvent) => {
    const next = moved(event.key, day, days.length);
    if (next === undefined) return;
    event.preventDefault();
    setChosen(next);
  };
  const onPointer = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const place = Math.floor(((event.clientX - left) / width) * days.length);
    setChosen(Math.max(0, Math.min(place, days.length - 1)));
  };
  return (
    <figure>
      <div className="flex gap-2">
        <div
          aria-hidden="true"
          className="relative h-56 w-12 shrink-0 text-end text-xs text-soft tabular-nums"
        >
          {steps.map((step) => (
            <span
              key={step}
              className="absolute end-0 -translate-y-1/2"
              style={{ top: `${100 - (step / top) * 100}%` }}
            >
              {formatShort(step)}
            </span>
          ))}
        </div>
        <div
          role="slider"
          tabIndex={0}
          aria-label={`${label} – ${t("usage.chartHint")}`}
          aria-valuemin={1}
          aria-valuemax={days.length}
          aria-valuenow={day + 1}
          aria-valuetext={words}
          onKeyDown={onKey}
          onPointerMove={onPointer}
          onPointerDown={onPointer}
          onPointerLeave={() => setChosen(undefined)}
          className="relative h-56 min-w-0 grow cursor-crosshair rounded-sm"
        >
          <svg
            aria-hidden="true"
            viewBox={`0 0 ${days.length} ${HEIGHT}`}
            preserveAspectRatio="none"
            className="absolute inset-0 size-full overflow-visible"
          >
            {steps.map((step) => (
              <line
                key={step}
                x1={0}
                x2={days.length}
                y1={HEIGHT - (step / top) * HEIGHT}
                y2={HEIGHT - (step / top) * HEIGHT}
                vectorEffect="non-scaling-stroke"
                className="stroke-line"
              />
            ))}
            <rect x={day} width={1} y={0} height={HEIGHT} className="fill-woad-wash" />
            {stacked(series, days.length).map(({ key, x, from, value, fill }) => (
              <rect
                key={key}
                x={x + 0.1}
                width={0.8}
                y={HEIGHT - ((from + value) / top) * HEIGHT}
                height={(value / top) * HEIGHT}
                className={fill}
              />
            ))}
          </svg>
        </div>
      </div>
      <div aria-hidden="true" className="ms-14 mt-1 flex justify-between text-xs text-soft">
        <span>{nameDay(days[0])}</span>
        <span>{nameDay(days.at(-1))}</span>
      </div>
      <figcaption aria-hidden="true" className="mt-3 min-h-12 text-sm" data-testid="chart-values">
        <p className="font-medium">
          {nameDay(days[day])} · <span className="tabular-nums">{format(sums[day] ?? 0)}</span>
        </p>
        <ul className="flex flex-wrap gap-x-4 gap-y-1">
          {series.map(({ id, values }, index) => (
            <li key={id} className="flex items-center gap-1.5">
              <span className={classes("size-2.5 rounded-[2px]", DOTS[index])} />
              <span className="max-w-56 truncate">{nameOf(id)}</span>
              <span className="text-soft tabular-nums">{format(values[day] ?? 0)}</span>
            </li>
          ))}
        </ul>
      </figcaption>
    </figure>
  );
}

function moved(key: string, day: number, count: number): number | undefined {
  const steps: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageDown: -7, PageUp: 7 };
  if (key === "Home") return 0;
  if (key === "End") return count - 1;
  const step = steps[key];
  return step === undefined ? undefined : Math.max(0, Math.min(day + step, count - 1));
}

function stacked(series: Series[], days: number) {
  const bars: { key: string; x: number; from: number; value: number; fill: string | undefined }[] = [];
  const base = Array.from({ length: days }, () => 0);
  series.forEach(({ id, values }, index) => {
    values.forEach((value, x) => {
      const from = base[x] ?? 0;
      if (value > 0) bars.push({ key: `${id}-${x}`, x, from, value, fill: FILLS[index] });
      base[x] = from + value;
    });
  });
  return bars;
}
