import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { SquarePen } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Button } from "@/components/button";
import { classes } from "@/lib/classes";
import { recall, remember } from "@/lib/storage";
import { CollectionChoice, ModelChoice, READER } from "./choices";
import { Composer } from "./composer";
import { conversation, type Turn } from "./conversation";
import { Suggestions } from "./suggestions";
import { TurnView } from "./turn";

const MODEL = "bastide.model";
const SCOPE = "bastide.scope";

export function AskPage() {
  const { t, i18n } = useTranslation();
  const turns = useSyncExternalStore(conversation.subscribe, conversation.snapshot);
  const [model, setModel] = useModel();
  const [scope, setScope] = useScope();
  const ask = (question: string) => void conversation.ask(question, model, scope, i18n.language);
  const composer = (
    <Composer busy={turns.at(-1)?.state === "streaming"} onAsk={ask} onStop={() => conversation.stop()}>
      <CollectionChoice value={scope} onChange={setScope} />
      <ModelChoice value={model} onChange={setModel} />
      {turns.length > 0 && (
        <Button look="quiet" size="snug" onClick={() => conversation.clear()}>
          <SquarePen aria-hidden="true" className="size-4" />
          <span className="max-sm:sr-only">{t("ask.new")}</span>
        </Button>
      )}
    </Composer>
  );
  const start = turns.length === 0;
  // One tree for both looks: the question box keeps the focus when the first answer comes.
  return (
    <div
      className={classes(
        "mx-auto flex max-w-3xl flex-col px-4 md:px-8",
        start ? "min-h-[80dvh] justify-center py-8" : "pt-6 md:pt-10",
      )}
    >
      {start ? <Welcome /> : <Thread turns={turns} />}
      <div className={start ? "" : "sticky bottom-0 -mx-2 bg-paper px-2 pt-2 pb-4 max-md:bottom-[3.6rem]"}>
        {composer}
      </div>
      {start && <Beginnings onAsk={ask} />}
    </div>
  );
}

function Welcome() {
  const { t } = useTranslation();
  return (
    <div>
      <h1 className="text-4xl md:text-5xl">{t("ask.title")}</h1>
      <p className="mt-2 mb-7 text-lg text-soft">{t("ask.lead")}</p>
    </div>
  );
}

function Thread({ turns }: { turns: Turn[] }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-10">
      <h1 className="sr-only">{t("ask.title")}</h1>
      {turns.map((turn, index) => (
        <TurnView key={turn.id} turn={turn} last={index === turns.length - 1} />
      ))}
    </div>
  );
}

function Beginnings({ onAsk }: { onAsk: (question: string) => void }) {
  const { t } = useTranslation();
  const collections = useQuery(queries.collections);
  const empty = collections.data?.every(({ documents_count }) => documents_count === 0);
  return (
    <>
      {empty && (
        <p className="mt-6">
          {t("ask.empty")}{" "}
          <Link to="/library" className="font-medium text-woad underline underline-offset-4">
            {t("ask.emptyLink")}
          </Link>
        </p>
      )}
      <Suggestions onAsk={onAsk} />
    </>
  );
}

/** The model that was chosen last, as long as it is there. */
function useModel(): [string, (model: string) => void] {
  const models = useQuery(queries.models);
  const [chosen, setChosen] = useState(() => recall<string>(() => localStorage, MODEL) ?? READER);
  const there = models.data?.some(({ id }) => id === chosen) ?? true;
  const choose = (model: string) => {
    setChosen(model);
    remember(() => localStorage, MODEL, model);
  };
  return [there ? chosen : (models.data?.[0]?.id ?? READER), choose];
}

/** The collections that were chosen last, without those that are gone. */
function useScope(): [string[], (names: string[]) => void] {
  const collections = useQuery(queries.collections);
  const [chosen, setChosen] = useState(() => recall<string[]>(() => sessionStorage, SCOPE) ?? []);
  const known = collections.data?.map(({ name }) => name);
  const choose = (names: string[]) => {
    setChosen(names);
    remember(() => sessionStorage, SCOPE, names);
  };
  return [known ? chosen.filter((name) => known.includes(name)) : chosen, choose];
}
