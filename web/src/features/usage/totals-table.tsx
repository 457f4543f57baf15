import { useTranslation } from "react-i18next";
import { money, number } from "@/lib/format";
import { classes } from "@/lib/classes";
import type { Totals } from "./queries";

interface Props {
  head: string;
  rows: { id: string; total: Totals }[];
  nameOf: (id: string) => string;
}

const COLUMNS = ["requests", "failed", "turned_away", "prompt_tokens", "completion_tokens"] as const;
const BAD: ReadonlySet<string> = new Set(["failed", "turned_away"]);

export function TotalsTable({ head, rows, nameOf }: Props) {
  const { t, i18n } = useTranslation();
  const titles = [
    t("usage.measures.requests"),
    t("usage.failed"),
    t("usage.measures.turned_away"),
    t("usage.prompt"),
    t("usage.completion"),
    t("usage.measures.cost"),
  ];
  const numeric = "px-2 py-2 text-end tabular-nums";
  return (
    <div tabIndex={0} role="region" aria-label={head} className="overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="border-b border-line text-soft">
            <th scope="col" className="px-2 py-2 text-start font-medium">
              {head}
            </th>
            {titles.map((title) => (
              <th key={title} scope="col" className="px-2 py-2 text-end font-medium">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, total }) => (
            <tr key={id} className="border-b border-line">
              <th scope="row" className="px-2 py-2 min-w-32 text-start font-normal wrap-anywhere" title={id}>
                {nameOf(id)}
              </th>
              {COLUMNS.map((name) => (
                <td key={name} className={classes(numeric, BAD.has(name) && total[name] > 0 && "text-brick")}>
                  {number(total[name], i18n.language)}
                </td>
              ))}
              <td className={numeric} title={total.cost}>
                {money(total.cost, i18n.language)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
