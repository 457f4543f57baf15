import { describe, expect, it } from "vitest";
import { EventParser, eventsOf } from "./sse";

const STREAM =
  'data: {"a":1}\n\n: keep-alive\n\nevent: document\r\ndata: one\r\ndata: two\r\n\r\ndata:é😀\n\n';
const EVENTS = [
  { event: "message", data: '{"a":1}' },
  { event: "document", data: "one\ntwo" },
  { event: "message", data: "é😀" },
];

describe("EventParser", () => {
  it("gives the same events however the text is cut", () => {
    for (let size = 1; size <= STREAM.length; size += 1) {
      const parser = new EventParser();
      const pieces = STREAM.match(new RegExp(`[\\s\\S]{1,${size}}`, "g")) ?? [];
      expect(pieces.flatMap((piece) => parser.feed(piece))).toEqual(EVENTS);
    }
  });

  it("keeps an event that is not finished", () => {
    const parser = new EventParser();
    expect(parser.feed("data: half")).toEqual([]);
    expect(parser.feed("\n")).toEqual([]);
    expect(parser.feed("\n")).toEqual([{ event: "message", data: "half" }]);
  });
});

describe("eventsOf", () => {
  it("decodes characters that were cut in two", async () => {
    const bytes = new TextEncoder().encode(STREAM);
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const events = [];
    for await (const event of eventsOf(body)) events.push(event);
    expect(events).toEqual(EVENTS);
  });
});
