/** What was said, out of the requests and answers of four protocols. What is not understood is left out. */
import { EventParser } from "@/lib/sse";

export interface Turn {
  role: string;
  text: string;
}

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === "object" && value !== null;
const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** Messages, instructions and prompts of a request, in their order. */
export function turnsOf(request: string): Turn[] {
  const body = parsed(request);
  if (!body) return [];
  const turns: Turn[] = [];
  const say = (role: unknown, content: unknown) => {
    const text = textOf(content);
    if (text) turns.push({ role: typeof role === "string" ? role : "user", text });
  };
  say("system", body.system ?? body.instructions);
  for (const { role, content } of listOf(body.messages)) say(role, content);
  if (typeof body.input === "string") say("user", body.input);
  for (const { role, content } of listOf(body.input)) say(role, content);
  say("user", body.prompt);
  return turns;
}

/** The text of an answer, whole or streamed. */
export function answerOf(contentType: string, answer: string): string {
  if (!contentType.includes("event-stream")) return wholeOf(parsed(answer));
  return new EventParser()
    .feed(`${answer}\n\n`)
    .map(({ data }) => pieceOf(parsed(data)))
    .join("");
}

/** JSON with its lines broken where one can read it; anything else as it is. */
export function readable(text: string): string {
  const content = parsed(text);
  return content ? JSON.stringify(content, null, 2) : text;
}

function wholeOf(body: Json | undefined): string {
  if (!body) return "";
  const texts = [
    ...listOf(body.choices).map((choice) =>
      textOf(isObject(choice.message) ? choice.message.content : choice.text),
    ),
    textOf(body.content),
    ...listOf(body.output).map(({ content }) => textOf(content)),
  ];
  return texts.filter(Boolean).join("\n\n");
}

function pieceOf(event: Json | undefined): string {
  if (!event) return "";
  if (typeof event.delta === "string") return event.type === "response.output_text.delta" ? event.delta : "";
  if (isObject(event.delta)) return textOf(event.delta.text);
  return listOf(event.choices)
    .map((choice) => textOf(isObject(choice.delta) ? choice.delta.content : choice.text))
    .join("");
}

/** A text, or the texts of a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (Array.isArray(content) && content.every((part) => typeof part === "string")) return content.join("\n");
  return listOf(content)
    .map(({ text }) => (typeof text === "string" ? text : ""))
    .filter(Boolean)
    .join("\n");
}

function parsed(text: string): Json | undefined {
  try {
    const content: unknown = JSON.parse(text);
    return isObject(content) ? content : undefined;
  } catch {
    return undefined;
  }
}
