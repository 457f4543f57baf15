/** One answer of a model, as it comes, and afterwards what the ledger says of it. */
import { errorFrom, request, send, type ErrorAnswer } from "@/lib/http";
import { eventsOf } from "@/lib/sse";
import { READER } from "@/features/ask/choices";
import type { Call } from "@/features/usage/queries";

export interface Message {
  role: "system" | "user" | "assistant";
  content: string;
}

export interface Sampling {
  temperature?: number | undefined;
  max_tokens?: number | undefined;
}

export type Piece = { text: string } | { thought: string } | { request: string };

interface Chunk {
  choices?: { delta?: { content?: string | null; reasoning_content?: string | null } }[];
  error?: ErrorAnswer;
}

export async function* talk(
  model: string,
  messages: Message[],
  sampling: Sampling,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  const grounding = model === READER && { bastide: { collections: [] } }; // it quotes documents
  const json = { model, messages, stream: true, ...sampling, ...grounding };
  const response = await send("POST", "/v1/chat/completions", { json, signal });
  yield { request: response.headers.get("x-request-id") ?? "" };
  if (!response.body) return;
  for await (const { data } of eventsOf(response.body)) {
    if (data === "[DONE]") return;
    yield* piecesOf(JSON.parse(data) as Chunk);
  }
}

function piecesOf({ error, choices }: Chunk): Piece[] {
  if (error) throw errorFrom(200, error);
  const { content, reasoning_content: thought } = choices?.[0]?.delta ?? {};
  return [...(thought ? [{ thought }] : []), ...(content ? [{ text: content }] : [])];
}

const TRIES = 5;
const PAUSE_MS = 200;

/** The entry of the ledger: tokens as they were counted, and the money. */
export async function settled(requestId: string): Promise<Call | undefined> {
  for (let attempt = 0; requestId && attempt < TRIES; attempt += 1) {
    const { items } = await request<{ items: Call[] }>("GET", "/api/v1/usage/entries", {
      query: { limit: 20 },
    });
    const found = items.find(({ request_id }) => request_id === requestId);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return undefined;
}
