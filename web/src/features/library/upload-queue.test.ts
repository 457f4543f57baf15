import { expect, it } from "vitest";
import type { Document } from "@/api/types";
import { ApiError } from "@/lib/http";
import { UploadQueue } from "./upload-queue";

const chosen = (name: string) => ({ name, path: name, file: new File(["12345"], name) });
const settle = () => new Promise((later) => setTimeout(later));

/** A server whose answers come when the test says so. */
function server() {
  const calls: { name: string; done: (value: Partial<Document>) => void; failed: (error: Error) => void }[] =
    [];
  const queue = new UploadQueue(
    ({ name }, _collection, _progress, signal) =>
      new Promise((done, failed) => {
        signal.addEventListener("abort", () => failed(new Error("aborted")));
        calls.push({ name, done: (value) => done(value as Document), failed });
      }),
  );
  const states = () => queue.snapshot().map(({ state }) => state);
  return { calls, queue, states };
}

it("sends three at a time, in order", async () => {
  const { calls, queue, states } = server();
  queue.add(["a", "b", "c", "d", "e"].map(chosen), "x");
  expect(states()).toEqual(["sending", "sending", "sending", "waiting", "waiting"]);
  calls[1]?.done({ duplicate: true });
  await settle();
  expect(states()).toEqual(["sending", "duplicate", "sending", "sending", "waiting"]);
  expect(calls.map(({ name }) => name)).toEqual(["a", "b", "c", "d"]);
});

it("goes on after a failure, and sends the file again when asked", async () => {
  const { calls, queue, states } = server();
  queue.add([chosen("a")], "x");
  calls[0]?.failed(new ApiError(413, { code: "too_large", message: "", details: {} }));
  await settle();
  expect(queue.snapshot()[0]).toMatchObject({ state: "failed", error: { code: "too_large" } });
  queue.again(1);
  calls[1]?.done({});
  await settle();
  expect(states()).toEqual(["sent"]);
});

it("stops what is sent and what waits", async () => {
  const { queue, states } = server();
  queue.add(["a", "b", "c", "d"].map(chosen), "x");
  queue.cancel(4);
  queue.cancel(1);
  await settle();
  expect(states()).toEqual(["cancelled", "sending", "sending", "cancelled"]);
});
