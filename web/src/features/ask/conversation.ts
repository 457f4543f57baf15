import type { Citation, Grounding } from "@/api/types";
import { ApiError, type ErrorBody } from "@/lib/http";
import { recall, remember } from "@/lib/storage";
import { answerTo, type Message, type Piece, type Question } from "./stream";

export interface Turn {
  id: number;
  question: string;
  collections: string[];
  model: string;
  answer: string;
  citations: Citation[];
  grounding: Grounding | null;
  state: "streaming" | "done" | "stopped" | "failed";
  error: ErrorBody | null;
}

type Answer = (question: Question, signal: AbortSignal) => AsyncIterable<Piece>;
const KEY = "bastide.conversation";

/** The turns of this tab. They live through a reload, and an answer goes on while another page is open. */
export class Conversation {
  #turns: Turn[];
  #listeners = new Set<() => void>();
  #abort: AbortController | undefined;

  constructor(private readonly answer: Answer) {
    const known = recall<Turn[]>(() => sessionStorage, KEY) ?? [];
    this.#turns = known.map((turn) => (turn.state === "streaming" ? { ...turn, state: "stopped" } : turn));
  }

  async ask(question: string, model: string, collections: string[], language: string): Promise<void> {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    const messages = [...historyOf(this.#turns), { role: "user" as const, content: question }];
    const turn = newTurn(this.#turns.length + 1, question, model, collections);
    this.#replace([...this.#turns, turn]);
    try {
      for await (const piece of this.answer({ model, messages, collections, language }, abort.signal)) {
        this.#patch(turn.id, (now) => grown(now, piece));
      }
      this.#patch(turn.id, () => ({ state: "done" }));
    } catch (error) {
      this.#patch(turn.id, () =>
        abort.signal.aborted ? { state: "stopped" } : { state: "failed", error: bodyOf(error) },
      );
    }
    remember(() => sessionStorage, KEY, this.#turns);
  }

  stop(): void {
    this.#abort?.abort();
  }

  clear(): void {
    this.stop();
    remember(() => sessionStorage, KEY, undefined);
    this.#replace([]);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): Turn[] => this.#turns;

  #patch(id: number, change: (turn: Turn) => Partial<Turn>): void {
    this.#replace(this.#turns.map((turn) => (turn.id === id ? { ...turn, ...change(turn) } : turn)));
  }

  #replace(turns: Turn[]): void {
    this.#turns = turns;
    for (const tell of this.#listeners) tell();
  }
}

function newTurn(id: number, question: string, model: string, collections: string[]): Turn {
  return {
    id,
    question,
    collections,
    model,
    answer: "",
    citations: [],
    grounding: null,
    state: "streaming",
    error: null,
  };
}

/** The last piece carries all citations; until then they come one by one. */
export function grown(turn: Turn, piece: Piece): Partial<Turn> {
  const change: Partial<Turn> = {};
  if (piece.text) change.answer = turn.answer + piece.text;
  if (piece.citations) {
    const fresh = new Set(piece.citations.map(({ number }) => number));
    const kept = piece.grounding ? [] : turn.citations.filter(({ number }) => !fresh.has(number));
    change.citations = [...kept, ...piece.citations].sort((a, b) => a.number - b.number);
  }
  if (piece.grounding) change.grounding = piece.grounding;
  return change;
}

/** What was said before, without the numbers of sources that this answer will not have. */
export function historyOf(turns: Turn[]): Message[] {
  return turns
    .filter(({ answer }) => answer !== "")
    .flatMap(({ question, answer }) => [
      { role: "user", content: question },
      { role: "assistant", content: answer.replace(/\s?\[\d+\]/g, "") },
    ]);
}

function bodyOf(error: unknown): ErrorBody {
  if (error instanceof ApiError) return { code: error.code, message: error.message, details: error.details };
  return { code: "network", message: String(error), details: {} };
}

export const conversation = new Conversation(answerTo);
