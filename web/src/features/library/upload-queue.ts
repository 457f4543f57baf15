import { queries, queryClient } from "@/api/queries";
import type { Document } from "@/api/types";
import { ApiError, csrfToken, errorOf, refused } from "@/lib/http";
import type { Chosen } from "./dropped";

export type UploadState = "waiting" | "sending" | "sent" | "duplicate" | "failed" | "cancelled";

export interface Upload {
  id: number;
  name: string;
  collection: string;
  bytes: number;
  sent: number;
  state: UploadState;
  error: ApiError | null;
}

type Send = (
  file: Chosen,
  collection: string,
  progress: (sent: number) => void,
  signal: AbortSignal,
) => Promise<Document>;

const PARALLEL = 3;

/** Sends files a few at a time. Components subscribe to snapshots; the list outlives the page that filled it. */
export class UploadQueue {
  #uploads: Upload[] = [];
  #files = new Map<number, { chosen: Chosen; abort: AbortController }>();
  #listeners = new Set<() => void>();
  #next = 1;

  constructor(
    private readonly send: Send,
    private readonly onSettled: () => void = () => undefined,
  ) {}

  add(files: Chosen[], collection: string): void {
    const added = files.map((chosen): Upload => {
      const id = this.#next++;
      this.#files.set(id, { chosen, abort: new AbortController() });
      return {
        id,
        name: chosen.path,
        collection,
        bytes: chosen.file.size,
        sent: 0,
        state: "waiting",
        error: null,
      };
    });
    this.#replace([...this.#uploads, ...added]);
    this.#start();
  }

  cancel(id: number): void {
    this.#files.get(id)?.abort.abort();
    if (this.#get(id)?.state === "waiting") this.#patch(id, { state: "cancelled" });
  }

  again(id: number): void {
    const held = this.#files.get(id);
    if (!held) return;
    held.abort = new AbortController();
    this.#patch(id, { state: "waiting", sent: 0, error: null });
    this.#start();
  }

  clear(): void {
    this.#files.clear();
    this.#replace([]);
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  snapshot = (): Upload[] => this.#uploads;

  #start(): void {
    const sending = this.#uploads.filter((upload) => upload.state === "sending").length;
    const waiting = this.#uploads.filter((upload) => upload.state === "waiting");
    for (const upload of waiting.slice(0, Math.max(0, PARALLEL - sending))) void this.#run(upload);
  }

  async #run({ id, collection }: Upload): Promise<void> {
    const held = this.#files.get(id);
    if (!held) return;
    const { chosen, abort } = held;
    this.#patch(id, { state: "sending" });
    try {
      const document = await this.send(chosen, collection, (sent) => this.#patch(id, { sent }), abort.signal);
      this.#patch(id, { state: document.duplicate ? "duplicate" : "sent", sent: chosen.file.size });
      this.#files.delete(id);
    } catch (error) {
      const known =
        error instanceof ApiError ? error : new ApiError(0, { code: "network", message: "", details: {} });
      this.#patch(id, abort.signal.aborted ? { state: "cancelled" } : { state: "failed", error: known });
    }
    this.onSettled();
    this.#start();
  }

  #get(id: number): Upload | undefined {
    return this.#uploads.find((upload) => upload.id === id);
  }

  #patch(id: number, change: Partial<Upload>): void {
    this.#replace(this.#uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)));
  }

  #replace(uploads: Upload[]): void {
    this.#uploads = uploads;
    for (const tell of this.#listeners) tell();
  }
}

/** By XMLHttpRequest: fetch cannot tell how much has been sent. */
const sendFile: Send = ({ file, path, name }, collection, progress, signal) =>
  new Promise((done, failed) => {
    const form = new FormData();
    form.set("collection", collection);
    if (path !== name) form.set("metadata", JSON.stringify({ path }));
    form.set("file", file, name);
    const call = new XMLHttpRequest();
    call.open("POST", "/api/v1/documents");
    call.setRequestHeader("X-CSRF-Token", csrfToken());
    call.upload.onprogress = (event) => progress(Math.min(event.loaded, file.size));
    call.onload = () => {
      if (call.status < 300) done(JSON.parse(call.responseText) as Document);
      else failed(refused(errorOf(call.status, call.responseText)));
    };
    call.onerror = () => failed(new ApiError(0, { code: "network", message: "", details: {} }));
    call.onabort = () => failed(new DOMException("Stopped", "AbortError"));
    signal.addEventListener("abort", () => call.abort());
    call.send(form);
  });

export const uploads = new UploadQueue(sendFile, () => {
  void queryClient.invalidateQueries({ queryKey: ["documents"] });
  void queryClient.invalidateQueries({ queryKey: queries.collections.queryKey });
});
