import { CopyButton } from "./copy";

/** A text to take away: a key, a link, a command. */
export function Shown({ text }: { text: string }) {
  return (
    <div className="flex items-start gap-1 rounded-md bg-sunken py-1 ps-3 pe-1">
      <pre className="min-w-0 grow py-2 font-mono text-xs break-all whitespace-pre-wrap">{text}</pre>
      <CopyButton text={text} />
    </div>
  );
}
