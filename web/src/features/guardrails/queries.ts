import { queryOptions } from "@tanstack/react-query";
import { request } from "@/lib/http";

export const ACTIONS = ["mask", "block", "flag"] as const;
export const STAGES = ["before", "after"] as const;
export type Recogniser =
  "email" | "phone" | "iban" | "card" | "fr_social_security" | "ip_address" | "api_key";

export interface Guardrail {
  id: string;
  name: string;
  action: (typeof ACTIONS)[number];
  stages: (typeof STAGES)[number][];
  recognisers: Recogniser[];
  patterns: string[];
  model: string | null;
  enabled: boolean;
}

export const PATH = "/api/v1/gateway/guardrails";

export const guardrails = queryOptions({
  queryKey: ["guardrails"],
  queryFn: () => request<{ items: Guardrail[]; recognisers: Recogniser[] }>("GET", PATH),
});
