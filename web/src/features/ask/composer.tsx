import { ArrowUp, Square } from "lucide-react";
import { useState, type KeyboardEvent, type ReactNode, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";

interface Props {
  busy: boolean;
  onAsk: (question: string) => void;
  onStop: () => void;
  children: ReactNode;
}

const MOST_LINES = 8;

/** The question box; `children` are the choices below it. */
export function Composer({ busy, onAsk, onStop, children }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const submit = (event?: SyntheticEvent) => {
    event?.preventDefault();
    if (busy || !text.trim()) return;
    onAsk(text.trim());
    setText("");
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  };
  return (
    <form
      onSubmit={submit}
      className="rounded-2xl border border-line bg-sheet p-2 shadow-sm transition-colors focus-within:border-woad focus-within:shadow-md"
    >
      <textarea
        id="question"
        aria-label={t("ask.label")}
        aria-describedby="question-hint"
        placeholder={t("ask.placeholder")}
        rows={Math.min(text.split("\n").length, MOST_LINES)}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKey}
        className="field-sizing-content block max-h-60 w-full resize-none bg-transparent px-2 py-1.5 font-serif text-xl leading-snug outline-none placeholder:text-soft"
      />
      <div className="flex items-end gap-1">
        <div className="flex min-w-0 grow flex-wrap items-center gap-x-1">{children}</div>
        <span id="question-hint" className="sr-only">
          {t("ask.hint")}
        </span>
        {busy ? (
          <IconButton
            look="main"
            label={t("ask.stop")}
            icon={<Square className="size-3.5 fill-current" />}
            onClick={onStop}
          />
        ) : (
          <IconButton
            look="main"
            type="submit"
            label={t("ask.send")}
            icon={<ArrowUp className="size-5" />}
            disabled={!text.trim()}
          />
        )}
      </div>
    </form>
  );
}
