import { useEffect, useRef, useState } from "react";
import type { Call } from "@/features/usage/queries";
import { ApiError } from "@/lib/http";
import { settled, talk, type Message, type Sampling } from "./talk";

export interface Exchange {
  id: number;
  prompt: string;
  answer: string;
  thought: string;
  state: "streaming" | "done" | "stopped" | "failed";
  error: Error | null;
  /** As seen from here; null until there is a first word, or an end. */
  firstMs: number | null;
  totalMs: number | null;
  call: Call | undefined;
}

export interface Column {
  model: string;
  exchanges: Exchange[];
}

export interface Settings extends Sampling {
  system: string;
}

/** Conversations with one or two models that are told the same. */
export function usePlayground(first: string) {
  const [columns, setColumns] = useState<Column[]>([{ model: first, exchanges: [] }]);
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);
  const busy = columns.some(({ exchanges }) => exchanges.at(-1)?.state === "streaming");

  const patch = (place: number, id: number, change: (now: Exchange) => Partial<Exchange>) =>
    setColumns((all) => all.map((column, index) => (index === place ? changed(column, id, change) : column)));

  const run = async (place: number, { model, exchanges }: Column, fresh: Exchange, settings: Settings) => {
    const signal = abort.current?.signal ?? AbortSignal.abort();
    const { system, ...sampling } = settings;
    const started = performance.now();
    const since = () => performance.now() - started;
    const tell = (change: (now: Exchange) => Partial<Exchange>) => patch(place, fresh.id, change);
    let requestId = "";
    try {
      for await (const piece of talk(model, messagesOf(system, exchanges, fresh.prompt), sampling, signal)) {
        if ("request" in piece) requestId = piece.request;
        else tell((now) => grown(now, piece, now.firstMs ?? since()));
      }
      tell(() => ({ state: "done", totalMs: since() }));
    } catch (error) {
      tell(() => ({ ...ended(error, signal), totalMs: since() }));
    }
    const call = await settled(requestId).catch(() => undefined);
    if (call) tell(() => ({ call }));
  };

  const send = (prompt: string, settings: Settings) => {
    abort.current = new AbortController();
    const id = Date.now();
    columns.forEach((column, place) => {
      const fresh = newExchange(id, prompt);
      setColumns((all) =>
        all.map((one, index) => (index === place ? { ...one, exchanges: [...one.exchanges, fresh] } : one)),
      );
      void run(place, column, fresh, settings);
    });
  };

  return {
    columns,
    busy,
    send,
    stop: () => abort.current?.abort(),
    clear: () => {
      abort.current?.abort();
      setColumns((all) => all.map((column) => ({ ...column, exchanges: [] })));
    },
    choose: (place: number, model: string) =>
      setColumns((all) => all.map((column, index) => (index === place ? { ...column, model } : column))),
    compare: (model: string | undefined) =>
      setColumns(([one]) => [
        one ?? { model: first, exchanges: [] },
        ...(model === undefined ? [] : [{ model, exchanges: [] }]),
      ]),
  };
}

function changed(column: Column, id: number, change: (now: Exchange) => Partial<Exchange>): Column {
  const exchanges = column.exchanges.map((one) => (one.id === id ? { ...one, ...change(one) } : one));
  return { ...column, exchanges };
}

function newExchange(id: number, prompt: string): Exchange {
  return {
    id,
    prompt,
    answer: "",
    thought: "",
    state: "streaming",
    error: null,
    firstMs: null,
    totalMs: null,
    call: undefined,
  };
}

function grown(
  now: Exchange,
  piece: { text: string } | { thought: string },
  firstMs: number,
): Partial<Exchange> {
  if ("text" in piece) return { answer: now.answer + piece.text, firstMs };
  return { thought: now.thought + piece.thought, firstMs };
}

function ended(error: unknown, signal: AbortSignal): Partial<Exchange> {
  if (signal.aborted) return { state: "stopped" };
  const told =
    error instanceof Error ? error : new ApiError(0, { code: "network", message: "", details: {} });
  return { state: "failed", error: told };
}

/** What was answered in full counts as said. */
export function messagesOf(system: string, exchanges: Exchange[], prompt: string): Message[] {
  const said = exchanges
    .filter(({ answer, state }) => answer !== "" && state !== "failed")
    .flatMap(({ prompt: content, answer }): Message[] => [
      { role: "user", content },
      { role: "assistant", content: answer },
    ]);
  const first: Message[] = system.trim() ? [{ role: "system", content: system.trim() }] : [];
  return [...first, ...said, { role: "user", content: prompt }];
}
