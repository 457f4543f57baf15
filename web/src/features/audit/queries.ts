import { infiniteQueryOptions } from "@tanstack/react-query";
import type { Page } from "@/api/types";
import { request } from "@/lib/http";

export interface Entry {
  position: number;
  id: string;
  at: string;
  action: string;
  actor: string;
  target: string | null;
  outcome: "done" | "refused" | "failed";
  credential: string | null;
  request: string | null;
  details: Record<string, unknown>;
  personal: Record<string, unknown> | null;
  erased: boolean;
}

export interface Verdict {
  valid: boolean;
  entries: number;
  erased: number;
  problems: string[];
  checkpoint: { size: number; root: string; at: string } | null;
}

export interface Filter {
  action?: string;
  actor?: string;
  target?: string;
  outcome?: string;
  since?: string | undefined;
  until?: string | undefined;
  log: "organisation" | "system";
}

export const entries = (filter: Filter) =>
  infiniteQueryOptions({
    queryKey: ["audit", filter],
    queryFn: ({ pageParam }) =>
      request<Page<Entry>>("GET", "/api/v1/audit", { query: { ...filter, limit: 50, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    staleTime: 0,
  });

/** A day of the reader's calendar, as an instant; `days` later. */
export function instantOf(day: string, days = 0): string | undefined {
  if (!day) return undefined;
  const date = new Date(`${day}T00:00:00`);
  date.setDate(date.getDate() + days);
  return date.toISOString();
}
