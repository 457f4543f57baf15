import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { classes } from "@/lib/classes";
import { Providers } from "./providers";
import { gatewayModels, health, type GatewayModel, type Health } from "./queries";

export function ModelsPage() {
  const { t } = useTranslation();
  const models = useQuery(gatewayModels);
  const states = useQuery(health);
  const byId = new Map(states.data?.map((state) => [state.deployment, state]));
  return (
    <div className="mx-auto max-w-4xl px-4 py-6 md:px-8 md:py-8">
      <h1 className="text-3xl">{t("models.title")}</h1>
      <p className="mt-1 mb-6 text-soft">{t("models.lead")}</p>
      <ErrorNotice error={models.error ?? states.error} />
      {models.isPending && <Waiting label={t("app.loading")} />}
      {models.data?.length === 0 && <p className="text-soft">{t("models.none")}</p>}
      <ul className="grid gap-3">
        {models.data?.map((model) => (
          <ModelCard key={model.name} model={model} states={byId} />
        ))}
      </ul>
      <Providers />
    </div>
  );
}

function ModelCard({ model, states }: { model: GatewayModel; states: Map<string, Health> }) {
  const { t, i18n } = useTranslation();
  const { name, source, context_tokens: context, deployments } = model;
  return (
    <li className="rounded-lg border border-line bg-sheet px-4 py-3">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-medium break-all">{name}</span>
        <span className="text-xs text-soft">
          {t(`models.sources.${source}`)}
          {context !== null && ` · ${t("models.context", { tokens: context.toLocaleString(i18n.language) })}`}
        </span>
      </p>
      <ul className="mt-2 grid gap-1.5 text-sm">
        {deployments.map(({ id, provider, zone }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-3">
            <StateOf state={states.get(id)} />
            <span>{provider}</span>
            {zone && <span className="text-xs text-soft">{t(`models.zones.${zone}`)}</span>}
          </li>
        ))}
      </ul>
    </li>
  );
}

/** A word beside the colour: not everybody sees it. */
function StateOf({ state }: { state: Health | undefined }) {
  const { t } = useTranslation();
  if (!state) return null;
  const { reachable, breaker, running, waiting, latency_ms: latency } = state;
  const sound = reachable && breaker === "closed";
  const facts = [
    sound || !reachable ? "" : t(`models.breakers.${breaker}`),
    latency > 0 ? t("models.latency", { ms: latency }) : "",
    running > 0 ? t("models.running", { count: running }) : "",
    waiting > 0 ? t("models.waiting", { count: waiting }) : "",
  ];
  return (
    <span className="flex items-center gap-2">
      <span aria-hidden="true" className={classes("size-2 rounded-[2px]", sound ? "bg-leaf" : "bg-brick")} />
      {reachable ? t("models.reachable") : t("models.unreachable")}
      <span className="text-xs text-soft">{facts.filter(Boolean).join(" · ")}</span>
    </span>
  );
}
