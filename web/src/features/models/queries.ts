import { queryOptions } from "@tanstack/react-query";
import type { Page } from "@/api/types";
import { request } from "@/lib/http";

export type Source = "built_in" | "settings" | "discovered" | "api";
export type Zone = "internal" | "cloud";

export interface GatewayModel {
  name: string;
  source: Source;
  context_tokens: number | null;
  deployments: { id: string; provider: string; upstream_name: string; zone: Zone | null }[];
}

export interface Health {
  deployment: string;
  reachable: boolean;
  breaker: "closed" | "open" | "half_open";
  running: number;
  waiting: number;
  latency_ms: number;
}

export interface Provider {
  name: string;
  kind: "openai" | "azure" | "anthropic" | "reader";
  url: string;
  zone: Zone;
  source: Source;
  has_key: boolean;
  reachable: boolean;
}

const LIVE_MS = 5000;

const list =
  <T>(name: string) =>
  async () =>
    (await request<Page<T>>("GET", `/api/v1/gateway/${name}`)).items;

export const gatewayModels = queryOptions({
  queryKey: ["gateway", "models"],
  queryFn: list<GatewayModel>("models"),
});
export const health = queryOptions({
  queryKey: ["gateway", "health"],
  queryFn: list<Health>("health"),
  refetchInterval: LIVE_MS,
});
export const providers = queryOptions({
  queryKey: ["gateway", "providers"],
  queryFn: list<Provider>("providers"),
  refetchInterval: LIVE_MS,
});
