import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types";
import { Button } from "@/components/button";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { classes } from "@/lib/classes";
import { elapsed, moment, money, number } from "@/lib/format";
import { calls, names, type Call, type Outcome } from "./queries";

const WELL: readonly Outcome[] = ["ok", "cached", "degraded", "cut"];

/** Single calls, the newest first. */
export function Calls({ me }: { me: Me }) {
  const { t } = useTranslation();
  const found = useInfiniteQuery(calls);
  const known = useQuery(names(me)).data?.all;
  const items = found.data?.pages.flatMap((page) => page.items);
  const heads = [
    t("audit.when"),
    t("usage.by.model"),
    t("usage.by.user"),
    t("usage.outcome"),
    t("usage.tokens"),
    t("usage.time"),
    t("usage.measures.cost"),
  ];
  return (
    <>
      <ErrorNotice error={found.error} />
      {found.isPending && <Waiting label={t("app.loading")} />}
      {items?.length === 0 && <p className="py-8 text-soft">{t("usage.nothing")}</p>}
      {items && items.length > 0 && (
        <div tabIndex={0} role="region" aria-label={t("usage.views.calls")} className="overflow-x-auto">
          <table className="w-full border-collapse text-sm whitespace-nowrap">
            <thead>
              <tr className="border-b border-line text-soft">
                {heads.map((head) => (
                  <th key={head} scope="col" className="px-2 py-2 text-start font-medium">
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {items.map((call) => (
                <Row key={call.id} call={call} known={known} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {found.hasNextPage && (
        <Button className="mt-4" disabled={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
          {t("app.more")}
        </Button>
      )}
    </>
  );
}

function Row({ call, known }: { call: Call; known: Map<string, string> | undefined }) {
  const { t, i18n } = useTranslation();
  const { at, model, user, key, outcome, prompt_tokens: prompt, completion_tokens: completion } = call;
  const who = [known?.get(user) ?? user, key && (known?.get(key) ?? key)].filter(Boolean).join(" · ");
  const detail = [call.deployment, call.status || "", ...call.findings].filter(Boolean).join(" · ");
  return (
    <tr className="border-b border-line">
      <td className="px-2 py-2 tabular-nums">{moment(at, i18n.language)}</td>
      <td className="px-2 py-2">{model}</td>
      <td className="max-w-56 truncate px-2 py-2" title={user}>
        {who}
      </td>
      <td
        className={classes("px-2 py-2", !WELL.includes(outcome) && "text-brick")}
        title={detail || undefined}
      >
        {t(`usage.outcomes.${outcome}`)}
      </td>
      <td className="px-2 py-2 tabular-nums">
        {call.estimated && <abbr title={t("usage.estimated")}>≈ </abbr>}
        {number(prompt, i18n.language)} + {number(completion, i18n.language)}
      </td>
      <td className="px-2 py-2 tabular-nums">{elapsed(call.total_ms, i18n.language)}</td>
      <td className="px-2 py-2 tabular-nums" title={call.cost}>
        {money(call.cost, i18n.language)}
      </td>
    </tr>
  );
}
