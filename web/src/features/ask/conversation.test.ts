import { beforeEach, expect, it } from "vitest";
import type { Citation } from "@/api/types";
import { ApiError } from "@/lib/http";
import { Conversation } from "./conversation";
import { pieceOf, type Piece, type Question } from "./stream";

const citation = (number: number): Citation => ({
  number,
  document_id: `d${number}`,
  version: 1,
  filename: "a.pdf",
  collection: "c",
  chunk_id: "k",
  page: 1,
  start: 0,
  end: 4,
  quote: "text",
  section: "",
  score: 1,
  verified: true,
});
const GROUNDED = { answered: true, degraded: false, unsupported: [] };

// eslint-disable-next-line @typescript-eslint/require-await
async function* pieces(...all: Piece[]): AsyncGenerator<Piece> {
  yield* all;
}

beforeEach(() => sessionStorage.clear());

it("puts an answer together, the last list of citations replacing the pieces", async () => {
  const conversation = new Conversation(() =>
    pieces(
      { text: "One [2]" },
      { citations: [citation(2)] },
      { text: " two [1]." },
      { citations: [citation(1)] },
      { citations: [citation(1)], grounding: GROUNDED },
    ),
  );
  await conversation.ask("?", "m", [], "fr");
  const [turn] = conversation.snapshot();
  expect(turn).toMatchObject({ answer: "One [2] two [1].", state: "done", grounding: GROUNDED });
  expect(turn?.citations.map(({ number }) => number)).toEqual([1]);
});

it("sends what was said before, without numbers of sources, and leaves out questions without an answer", async () => {
  const asked: Question[] = [];
  const answers = [
    pieces({ text: "Nine [1], or ten [12]." }),
    // eslint-disable-next-line @typescript-eslint/require-await, require-yield
    (async function* (): AsyncGenerator<Piece> {
      throw new ApiError(503, { code: "unavailable", message: "", details: {} });
    })(),
    pieces({ text: "Yes." }),
  ];
  const conversation = new Conversation((question) => {
    asked.push(question);
    return answers.shift() ?? pieces();
  });
  await conversation.ask("When?", "m", ["a"], "fr");
  await conversation.ask("Why?", "m", [], "fr");
  await conversation.ask("Sure?", "n", ["b"], "fr");
  expect(conversation.snapshot().map(({ state }) => state)).toEqual(["done", "failed", "done"]);
  expect(conversation.snapshot()[1]?.error?.code).toBe("unavailable");
  expect(asked[2]).toEqual({
    model: "n",
    collections: ["b"],
    language: "fr",
    messages: [
      { role: "user", content: "When?" },
      { role: "assistant", content: "Nine, or ten." },
      { role: "user", content: "Sure?" },
    ],
  });
});

it("stops, keeping what had come", async () => {
  const conversation = new Conversation(async function* (_, signal) {
    yield { text: "Half" };
    await new Promise((_, failed) => signal.addEventListener("abort", () => failed(new Error("aborted"))));
  });
  const asking = conversation.ask("?", "m", [], "fr");
  await new Promise((later) => setTimeout(later));
  expect(conversation.snapshot()[0]?.state).toBe("streaming");
  conversation.stop();
  await asking;
  expect(conversation.snapshot()[0]).toMatchObject({ answer: "Half", state: "stopped", error: null });
});

it("is there again after a reload", async () => {
  await new Conversation(() => pieces({ text: "Yes." })).ask("?", "m", [], "fr");
  expect(new Conversation(() => pieces()).snapshot()[0]).toMatchObject({ question: "?", answer: "Yes." });
});

it("reads an error in the middle of a stream", () => {
  expect(() => pieceOf({ error: { code: "upstream.broken", message: "gone" } })).toThrow(ApiError);
});
