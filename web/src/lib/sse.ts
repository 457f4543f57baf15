/** Server-sent events read from a fetch stream (EventSource cannot POST). https://html.spec.whatwg.org/#server-sent-events */

export interface ServerEvent {
  event: string;
  data: string;
}

/** Cuts a stream of text into events; feed it pieces of any size. */
export class EventParser {
  #rest = "";
  #event = "";
  #data: string[] = [];

  feed(piece: string): ServerEvent[] {
    this.#rest += piece;
    // A lone \r at the end may be the first half of \r\n: it waits.
    const end = Math.max(this.#rest.lastIndexOf("\n"), this.#rest.lastIndexOf("\r", this.#rest.length - 2));
    if (end < 0) return [];
    const lines = this.#rest.slice(0, end + 1).split(/\r\n|\n|\r/);
    lines.pop();
    this.#rest = this.#rest.slice(end + 1);
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): ServerEvent[] {
    if (line === "") return this.#dispatch();
    const [field, value] = split(line);
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    return [];
  }

  #dispatch(): ServerEvent[] {
    const event = { event: this.#event || "message", data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    return empty ? [] : [event];
  }
}

function split(line: string): [string, string] {
  const colon = line.indexOf(":");
  if (colon < 0) return [line, ""];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value];
}

export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const parser = new EventParser();
  const reader = body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.feed(value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
