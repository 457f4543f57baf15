import type { Citation, Grounding } from "@/api/types";
import { errorFrom, send, type ErrorAnswer } from "@/lib/http";
import { eventsOf } from "@/lib/sse";

export interface Message {
  role: "user" | "assistant";
  content: string;
}

export interface Question {
  model: string;
  messages: Message[];
  collections: string[];
  /** Of the page: in which to say that nothing answers when the question is a mere word. */
  language: string;
}

/** A piece of an answer; each field only where the piece has it. */
export interface Piece {
  text?: string;
  citations?: Citation[];
  grounding?: Grounding;
  model?: string;
}

interface Chunk {
  model?: string;
  choices?: { delta?: { content?: string | null } }[];
  citations?: Citation[];
  bastide?: Grounding;
  error?: ErrorAnswer;
}

/** Asks, and gives the pieces of the answer as they come. Raises ApiError, also in the middle. */
export async function* answerTo(question: Question, signal: AbortSignal): AsyncGenerator<Piece> {
  const { model, messages, collections, language } = question;
  const json = { model, messages, stream: true, bastide: { collections, language } };
  const response = await send("POST", "/v1/chat/completions", { json, signal });
  if (!response.body) return;
  for await (const { data } of eventsOf(response.body)) {
    if (data === "[DONE]") return;
    yield pieceOf(JSON.parse(data) as Chunk);
  }
}

export function pieceOf(chunk: Chunk): Piece {
  if (chunk.error) {
    throw errorFrom(200, chunk.error);
  }
  const piece: Piece = {};
  const text = chunk.choices?.[0]?.delta?.content;
  if (text) piece.text = text;
  if (chunk.citations) piece.citations = chunk.citations;
  if (chunk.bastide) piece.grounding = chunk.bastide;
  if (chunk.model) piece.model = chunk.model;
  return piece;
}
