import { queryOptions } from "@tanstack/react-query";
import { request } from "@/lib/http";

export const SUBJECTS = ["organisation", "user", "group", "key", "model"] as const;
export const METRICS = ["requests", "tokens", "cost", "concurrency"] as const;
export const PERIODS = ["minute", "hour", "day", "month", "total"] as const;
export const EACH = "*";

export interface Limit {
  id: string;
  subject: (typeof SUBJECTS)[number];
  subject_id: string;
  model: string | null;
  metric: (typeof METRICS)[number];
  period: (typeof PERIODS)[number] | "now";
  amount: number | string;
  thresholds: number[];
  /** Null: of a window, or of each by itself. */
  used: number | string | null;
}

export const LIMITS = "/api/v1/gateway/limits";

export const limits = queryOptions({
  queryKey: ["limits"],
  queryFn: async () => (await request<{ items: Limit[] }>("GET", LIMITS)).items,
  staleTime: 0,
});

export const myLimits = (model: string) =>
  queryOptions({
    queryKey: ["limits", "mine", model],
    queryFn: async () =>
      (await request<{ items: Limit[] }>("GET", `${LIMITS}/mine`, { query: { model } })).items,
    staleTime: 0,
  });
