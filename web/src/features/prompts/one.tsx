import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { moment } from "@/lib/format";
import { prompt, type Kept, type KeptWhole } from "./queries";
import { answerOf, readable, turnsOf } from "./words";

const ROLES = ["system", "developer", "user", "assistant", "tool"] as const;

/** One call, with its words. */
export function KeptDialog({ kept, who, onClose }: { kept: Kept; who: string; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const whole = useQuery(prompt(kept.id));
  return (
    <Dialog wide title={kept.model} onClose={onClose}>
      <p className="mb-4 text-sm text-soft">
        {who} · {moment(kept.at, i18n.language)}
      </p>
      {whole.isPending && <Waiting label={t("app.loading")} />}
      <ErrorNotice error={whole.error} />
      {whole.data && <Words whole={whole.data} />}
    </Dialog>
  );
}

function Words({ whole }: { whole: KeptWhole }) {
  const { t } = useTranslation();
  const turns = turnsOf(whole.request);
  const answer = answerOf(whole.content_type, whole.answer);
  return (
    <div className="grid gap-4">
      {whole.truncated && <p className="text-sm text-brick">{t("prompts.truncated")}</p>}
      {turns.map(({ role, text }, place) => {
        const known = ROLES.find((one) => one === role);
        return <Said key={place} who={known ? t(`prompts.roles.${known}`) : role} text={text} />;
      })}
      <Said answers who={t("prompts.answer")} text={answer || t("prompts.noText")} />
      <Raw title={t("prompts.rawRequest")} text={readable(whole.request)} />
      <Raw title={t("prompts.rawAnswer")} text={readable(whole.answer)} />
      <p className="text-xs text-soft">{t("prompts.noted", { id: whole.request_id })}</p>
    </div>
  );
}

function Said({ who, text, answers }: { who: string; text: string; answers?: boolean }) {
  return (
    <section className={answers ? "rounded-lg bg-woad-wash p-3" : "rounded-lg bg-sunken p-3"}>
      <h3 className="font-sans text-xs font-medium text-soft">{who}</h3>
      <p className="mt-1 text-sm break-words whitespace-pre-wrap">{text}</p>
    </section>
  );
}

/** Folded: as it was sent, to the letter. */
function Raw({ title, text }: { title: string; text: string }) {
  return (
    <details className="rounded-md border border-line px-3 py-2">
      <summary className="cursor-pointer text-sm font-medium">{title}</summary>
      <pre tabIndex={0} className="mt-2 max-h-80 overflow-auto font-mono text-xs whitespace-pre-wrap">
        {text}
      </pre>
    </details>
  );
}
