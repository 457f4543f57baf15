import { useTranslation } from "react-i18next";
import type { Model } from "@/api/types";
import { CopyButton } from "@/components/copy";
import { Select } from "@/components/field";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { READER } from "@/features/ask/choices";
import { Markdown } from "@/features/ask/markdown";
import { elapsed, money, number } from "@/lib/format";
import type { Column, Exchange } from "./use-playground";

interface Props {
  column: Column;
  label: string;
  models: Model[];
  onChoose: (model: string) => void;
}

/** One model and what was said with it. */
export function ColumnView({ column: { model, exchanges }, label, models, onChoose }: Props) {
  const { t } = useTranslation();
  return (
    <section aria-label={`${label}: ${model}`} className="min-w-0 rounded-lg border border-line bg-sheet p-4">
      <Select label={label} value={model} onChange={(event) => onChoose(event.target.value)}>
        {models.map(({ id, available }) => (
          <option key={id} value={id}>
            {id === READER ? t("ask.reader") : id}
            {!available && ` (${t("ask.unavailable")})`}
          </option>
        ))}
      </Select>
      {exchanges.length === 0 && (
        <p className="py-8 text-center text-sm text-soft">{t("playground.empty")}</p>
      )}
      {exchanges.map((exchange) => (
        <ExchangeView key={exchange.id} exchange={exchange} />
      ))}
    </section>
  );
}

const PLAIN = { citation: () => null, mark: () => null };

function ExchangeView({ exchange }: { exchange: Exchange }) {
  const { t } = useTranslation();
  const { prompt, answer, thought, state, error } = exchange;
  return (
    <article className="mt-4 border-t border-line pt-3" aria-busy={state === "streaming"}>
      <p className="mb-2 text-sm whitespace-pre-wrap text-soft">
        <span className="font-medium text-ink">{t("playground.you")}</span> {prompt}
      </p>
      {thought && (
        <details className="mb-2 text-sm text-soft">
          <summary className="cursor-pointer">{t("playground.thinking")}</summary>
          <p className="mt-1 whitespace-pre-wrap">{thought}</p>
        </details>
      )}
      {answer && (
        <div className="prose-answer !text-base">
          <Markdown source={answer} insets={PLAIN} />
        </div>
      )}
      {state === "streaming" && !answer && <Waiting label={t("playground.waiting")} />}
      {state === "stopped" && <p className="text-sm text-soft">{t("playground.stopped")}</p>}
      <ErrorNotice error={error} />
      <div className="mt-2 flex items-center gap-2">
        <Facts exchange={exchange} />
        {answer && state !== "streaming" && <CopyButton text={answer} label={t("playground.copy")} />}
      </div>
    </article>
  );
}

/** Timing as seen from this browser; tokens and money as the ledger has them. */
function Facts({ exchange: { firstMs, totalMs, call } }: { exchange: Exchange }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const writing = (totalMs ?? 0) - (firstMs ?? 0);
  const facts = [
    firstMs !== null && t("playground.first", { time: elapsed(firstMs, language) }),
    totalMs !== null && t("playground.total", { time: elapsed(totalMs, language) }),
    call &&
      t("playground.tokens", {
        prompt: number(call.prompt_tokens, language),
        completion: number(call.completion_tokens, language),
      }),
    call &&
      writing > 50 &&
      t("playground.speed", {
        speed: number(Math.round((call.completion_tokens * 1000) / writing), language),
      }),
    call && t("playground.cost", { amount: money(call.cost, language) }),
  ];
  return (
    <p role="status" className="grow text-xs text-soft tabular-nums" data-testid="facts">
      {facts.filter(Boolean).join(" · ")}
    </p>
  );
}
