import { Info, RotateCcw } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { CopyButton } from "@/components/copy";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { Answer } from "./answer";
import { conversation, type Turn } from "./conversation";
import { Sources } from "./sources";

/** A question as a heading, the answer below it as on paper. */
export function TurnView({ turn, last }: { turn: Turn; last: boolean }) {
  const { t } = useTranslation();
  const article = useRef<HTMLElement>(null);
  const { question } = turn;
  const streaming = turn.state === "streaming";
  useEffect(() => {
    if (last && streaming) article.current?.scrollIntoView({ block: "start", behavior: motion() });
  }, [last, streaming]);
  return (
    <article
      ref={article}
      aria-label={question}
      className={
        last
          ? "min-h-[calc(100dvh-11.5rem)] scroll-mt-20 max-md:min-h-[calc(100dvh-19rem)] md:scroll-mt-8"
          : "scroll-mt-20"
      }
    >
      <h2 className="mb-3 text-2xl break-words whitespace-pre-wrap">{question}</h2>
      <div aria-live="polite" aria-busy={streaming}>
        {streaming && turn.answer === "" && <Waiting label={t("ask.thinking")} />}
        <Body turn={turn} />
      </div>
      <Sources citations={turn.citations} />
      {!streaming && <Footer turn={turn} last={last} />}
    </article>
  );
}

function Body({ turn: { answer, citations, grounding, state, error } }: { turn: Turn }) {
  const { t } = useTranslation();
  const unsupported = grounding?.unsupported ?? [];
  return (
    <>
      {grounding?.degraded && <Note>{t("ask.degraded")}</Note>}
      {grounding?.answered === false ? (
        <Note>{answer.trim() || t("ask.notAnswered")}</Note>
      ) : (
        <Answer text={answer} citations={citations} unsupported={unsupported} />
      )}
      {unsupported.length > 0 && <Note>{t("ask.unsupportedNote", { count: unsupported.length })}</Note>}
      {state === "stopped" && <p className="mt-2 text-sm text-soft">{t("ask.stopped")}</p>}
      <ErrorNotice error={error} />
    </>
  );
}

function Footer({ turn, last }: { turn: Turn; last: boolean }) {
  const { t, i18n } = useTranslation();
  const { question, model, collections, answer, state } = turn;
  return (
    <footer className="mt-3 -ms-2 flex items-center gap-1 text-sm text-soft">
      {answer !== "" && <CopyButton text={copied(turn)} label={t("ask.copyAnswer")} />}
      {(state === "failed" || state === "stopped") && last && (
        <Button
          look="quiet"
          onClick={() => void conversation.ask(question, model, collections, i18n.language)}
        >
          <RotateCcw aria-hidden="true" className="size-4" />
          {t("ask.again")}
        </Button>
      )}
      <span className="ps-1 text-xs">{model}</span>
    </footer>
  );
}

function Note({ children }: { children: ReactNode }) {
  return (
    <p className="my-3 flex items-start gap-2 rounded-md bg-sunken px-3 py-2 text-sm">
      <Info aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-brick" />
      {children}
    </p>
  );
}

/** The answer with its sources, for another program. */
function copied({ answer, citations }: Turn): string {
  const sources = citations.map(
    ({ number, filename, page, quote }) =>
      `[${number}] ${filename}${page === null ? "" : `, p. ${page}`}: “${quote}”`,
  );
  return [answer, ...sources].join("\n\n");
}

function motion(): ScrollBehavior {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
}
