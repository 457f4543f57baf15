import { queryOptions } from "@tanstack/react-query";
import { everyPage, queryClient } from "@/api/queries";
import { request } from "@/lib/http";

export interface Receipt {
  statement: {
    subject: string;
    done_at: string;
    removed: Record<string, Record<string, number>>;
    kept: Record<string, Record<string, string>>;
  };
  key_id: string;
  public_key: string;
  signature: string;
}

/** An export or an erasure. `archive_until`: while an archive waits to be downloaded. */
export interface Job {
  id: string;
  kind: "export" | "erasure" | "document_erasure";
  subject_id: string;
  state: "queued" | "done" | "failed" | "collected" | "discarded";
  asked_at: string;
  done_at: string | null;
  progress: number;
  archive_until: string | null;
  receipt: Receipt | null;
  error: { code: string; message: string } | null;
}

export type ErasedDocuments = "private" | "all" | "none";

const PATH = "/api/v1/personal-data";
const LOOK_EVERY_MS = 1500;

export const waits = ({ archive_until: until }: Job): boolean =>
  until !== null && new Date(until) > new Date();
const moves = (job: Job) => job.state === "queued" || waits(job);

/** Newest first; looked at again as long as something is under way or waits to be downloaded. */
export const jobs = (subject?: string) =>
  queryOptions({
    queryKey: ["personal-data", "all", subject],
    queryFn: () => everyPage<Job>(PATH, { subject }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.some(moves) ? LOOK_EVERY_MS : false),
  });

export const job = (id: string) =>
  queryOptions({
    queryKey: ["personal-data", "one", id],
    queryFn: () => request<Job>("GET", `${PATH}/${id}`),
    refetchInterval: ({ state }) => (state.data && !moves(state.data) ? false : LOOK_EVERY_MS),
  });

export const archiveOf = ({ id }: Job): string => `${PATH}/${id}/archive`;

export async function askExport(person: string): Promise<Job> {
  return asked(await request<Job>("POST", `/api/v1/people/${person}/export`));
}

export async function askErasure(person: string, documents: ErasedDocuments): Promise<Job> {
  return asked(await request<Job>("POST", `/api/v1/people/${person}/erasure`, { json: { documents } }));
}

export async function retry({ id }: Job): Promise<Job> {
  return asked(await request<Job>("POST", `${PATH}/${id}/retry`));
}

export function verify(receipt: Receipt): Promise<{ genuine: boolean }> {
  const { statement, key_id, public_key, signature } = receipt;
  return request("POST", `${PATH}/verify`, { json: { statement, key_id, public_key, signature } });
}

async function asked(made: Job): Promise<Job> {
  queryClient.setQueryData(job(made.id).queryKey, made);
  await queryClient.invalidateQueries({ queryKey: ["personal-data", "all"] });
  return made;
}
