import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Group, Person, ServiceAccount } from "@/api/people";
import { everyPage } from "@/api/queries";
import type { ApiKey, Me, Page } from "@/api/types";
import { request } from "@/lib/http";

export interface Totals {
  requests: number;
  failed: number;
  /** No part of the requests: limits, budgets or guardrails have refused them. */
  turned_away: number;
  prompt_tokens: number;
  cached_tokens: number;
  completion_tokens: number;
  reasoning_tokens: number;
  estimated: number;
  cost: string;
}

export type Dimension = "model" | "user" | "key" | "group";

export interface UsageRow extends Totals, Partial<Record<Dimension, string | null>> {
  day?: string;
}

export type Outcome =
  "ok" | "cached" | "degraded" | "cut" | "refused" | "limited" | "blocked" | "failed" | "interrupted";

export interface Call {
  id: string;
  at: string;
  request_id: string;
  user: string;
  key: string;
  model: string;
  deployment: string;
  operation: string;
  outcome: Outcome;
  status: number;
  streamed: boolean;
  prompt_tokens: number;
  completion_tokens: number;
  reasoning_tokens: number;
  estimated: boolean;
  cost: string;
  attempts: number;
  queue_ms: number;
  first_token_ms: number;
  total_ms: number;
  findings: string[];
}

/** Days of the calendar (UTC), both included. */
export interface Span {
  from: string;
  to: string;
}

export const usage = (span: Span, by: Dimension | undefined) =>
  queryOptions({
    queryKey: ["usage", span, by],
    queryFn: () =>
      request<{ items: UsageRow[]; total: Totals }>("GET", "/api/v1/usage", {
        query: { ...span, by: by ? ["day", by] : ["day"] },
      }),
    staleTime: 10_000,
  });

export const calls = infiniteQueryOptions({
  queryKey: ["usage", "calls"],
  queryFn: ({ pageParam }) =>
    request<Page<Call>>("GET", "/api/v1/usage/entries", { query: { limit: 50, cursor: pageParam } }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
  staleTime: 0,
});

type Named = [id: string, name: string];

export interface Names {
  user: Named[];
  group: Named[];
  key: Named[];
  all: Map<string, string>;
}

/** What ids are called, as far as the caller may know. */
export const names = (me: Me) =>
  queryOptions({
    queryKey: ["names", me.actions],
    queryFn: async () => {
      const may = (action: string) => me.actions.includes(action);
      const [people, groups, services, keys] = await Promise.all([
        may("people.read") ? everyPage<Person>("/api/v1/people") : [],
        may("people.read") ? everyPage<Group>("/api/v1/groups") : [],
        may("people.manage") ? everyPage<ServiceAccount>("/api/v1/service-accounts") : [],
        everyPage<ApiKey>("/api/v1/keys", may("key.manage") ? { everyone: true } : {}),
      ]);
      const user = [...people, ...services].map(named);
      const found = { user, group: groups.map(named), key: keys.map(named) };
      const all = new Map([[me.id, me.name] as Named, ...Object.values(found).flat()]);
      return { ...found, all } satisfies Names;
    },
    staleTime: 60_000,
  });

const named = ({ id, name }: { id: string; name: string }): Named => [id, name];
