import { Pencil, Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { classes } from "@/lib/classes";
import { money } from "@/lib/format";
import type { Deployment, GatewayModel, Health } from "./queries";
import { answerOf } from "./trouble";

export type Asked =
  | { what: "edit" | "drop"; model: GatewayModel }
  | { what: "place"; model: GatewayModel; place?: Deployment }
  | { what: "unplace"; model: GatewayModel; place: Deployment };

interface Props {
  model: GatewayModel;
  states: Map<string, Health>;
  editable: boolean;
  onAsk: (asked: Asked) => void;
}

/** A model's name, how it is routed, and the places where it runs. */
export function ModelCard({ model, states, editable, onAsk }: Props) {
  const { t, i18n } = useTranslation();
  const { name, source, context_tokens: context, deployments, fallbacks, strategy } = model;
  const facts = [
    t(`models.sources.${source}`),
    context !== null && t("models.context", { tokens: context.toLocaleString(i18n.language) }),
    deployments.length > 1 && t(`models.strategies.${strategy}`),
    fallbacks.length > 0 && t("models.elseAsks", { models: fallbacks.join(", ") }),
    model.degrade && t("models.elseReader"),
  ];
  return (
    <li className="rounded-lg border border-line bg-sheet px-4 py-3">
      <div className="flex items-start gap-1">
        <p className="me-auto flex min-w-0 flex-wrap items-baseline gap-x-3 py-1">
          <span className="font-medium break-all">{name}</span>
          <span className="text-xs text-soft">{facts.filter(Boolean).join(" · ")}</span>
        </p>
        {editable && (
          <>
            <IconButton
              label={`${t("models.edit")} – ${name}`}
              icon={<Pencil className="size-4" />}
              onClick={() => onAsk({ what: "edit", model })}
            />
            <IconButton
              label={`${t("models.remove")} – ${name}`}
              icon={<Trash2 className="size-4" />}
              onClick={() => onAsk({ what: "drop", model })}
            />
          </>
        )}
      </div>
      {model.unknown_fallbacks.length > 0 && (
        <p className="text-sm text-brick">
          {t("models.elseUnknown", { models: model.unknown_fallbacks.join(", ") })}
        </p>
      )}
      {deployments.length === 0 && <p className="text-sm text-brick">{t("models.nowhere")}</p>}
      <ul className="mt-1 grid gap-1.5 text-sm">
        {deployments.map((place) => (
          <li key={place.id} className="flex items-center gap-1">
            <div className="me-auto flex min-w-0 flex-wrap items-center gap-x-3">
              <StateOf state={states.get(place.id)} />
              <span>{place.provider}</span>
              <span className="text-xs text-soft">
                <PlaceFacts place={place} model={model} />
              </span>
            </div>
            {editable && (
              <>
                <IconButton
                  label={`${t("models.edit")} – ${name}, ${place.provider}`}
                  icon={<Pencil className="size-4" />}
                  onClick={() => onAsk({ what: "place", model, place })}
                />
                <IconButton
                  label={`${t("models.remove")} – ${name}, ${place.provider}`}
                  icon={<Trash2 className="size-4" />}
                  onClick={() => onAsk({ what: "unplace", model, place })}
                />
              </>
            )}
          </li>
        ))}
      </ul>
      {editable && (
        <Button look="quiet" size="snug" className="mt-2" onClick={() => onAsk({ what: "place", model })}>
          <Plus aria-hidden="true" className="size-4" />
          {t("models.addPlace")}
        </Button>
      )}
    </li>
  );
}

function PlaceFacts({ place, model }: { place: Deployment; model: GatewayModel }) {
  const { t, i18n } = useTranslation();
  const { zone, upstream_name: upstream, weight, priority, price } = place;
  const priced = [price.prompt, price.completion].some((one) => Number(one) > 0);
  const prices = {
    prompt: money(price.prompt, i18n.language),
    completion: money(price.completion, i18n.language),
  };
  const facts = [
    zone && t(`models.zones.${zone}`),
    upstream !== model.name && upstream,
    model.deployments.length > 1 && t("models.weightIs", { weight, priority }),
    priced && t("models.priceIs", prices),
  ];
  return facts.filter(Boolean).join(" · ");
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
      {answerOf(t, state)}
      <span className="text-xs text-soft">{facts.filter(Boolean).join(" · ")}</span>
    </span>
  );
}
