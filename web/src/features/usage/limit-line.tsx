import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/lib/classes";
import { money, number } from "@/lib/format";
import { EACH, type Limit } from "./limit-queries";

interface Props {
  limit: Limit;
  nameOf: (id: string) => string;
  actions?: ReactNode;
}

/** A limit in words, with how much of it is used. */
export function LimitLine({ limit, nameOf, actions }: Props) {
  const { t, i18n } = useTranslation();
  const { subject, subject_id: id, metric, period, model, amount, used, thresholds } = limit;
  const show = (value: number | string) =>
    metric === "cost" ? money(String(value), i18n.language) : number(Number(value), i18n.language);
  const share = used === null ? undefined : Math.min(1, Number(used) / Number(amount));
  const who =
    subject === "organisation"
      ? t("limits.subjects.organisation")
      : id === EACH
        ? t(`limits.each.${subject}`)
        : `${t(`limits.subjects.${subject}`)} ${nameOf(id)}`;
  const what = t(`limits.amounts.${metric}`, { amount: show(amount) });
  return (
    <li className="rounded-lg border border-line bg-sheet px-4 py-3">
      <div className="flex items-start gap-3">
        <div className="min-w-0 grow">
          <p className="font-medium break-words">{who}</p>
          <p className="text-sm text-soft">
            {what} {t(`limits.periods.${period}`)}
            {model && ` · ${t("limits.onlyModel", { model })}`}
            {thresholds.length > 0 && ` · ${t("limits.toldAt", { percents: thresholds.join(", ") })}`}
          </p>
        </div>
        {actions}
      </div>
      {share !== undefined && used !== null && (
        <div className="mt-2 flex items-center gap-3 text-sm">
          <progress
            value={share}
            max={1}
            aria-label={t("limits.usedOf", { used: show(used), amount: show(amount) })}
            className={classes("w-full max-w-md", share >= 0.9 && "is-full")}
          />
          <span className="shrink-0 text-soft tabular-nums">
            {t("limits.usedOf", { used: show(used), amount: show(amount) })}
          </span>
        </div>
      )}
    </li>
  );
}
