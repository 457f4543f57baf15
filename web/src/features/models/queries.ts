import { queryOptions } from "@tanstack/react-query";
import { queryClient } from "@/api/queries";
import type { Page } from "@/api/types";
import { request } from "@/lib/http";

export type Source = "built_in" | "settings" | "discovered" | "api";
export type Zone = "internal" | "cloud";
export const STRATEGIES = ["least_busy", "weighted", "latency", "prefix", "session"] as const;

export interface Price {
  prompt: string;
  completion: string;
  cached: string | null;
  request: string;
}

export interface Deployment {
  id: string;
  model: string;
  provider: string;
  upstream_name: string;
  weight: number;
  priority: number;
  price: Price;
  context_tokens: number | null;
  max_output_tokens: number | null;
  max_concurrency: number | null;
  max_queue: number;
  zone: Zone | null;
}

export interface GatewayModel {
  name: string;
  source: Source;
  context_tokens: number | null;
  strategy: (typeof STRATEGIES)[number];
  fallbacks: string[];
  unknown_fallbacks: string[];
  overflow_queue: number | null;
  degrade: boolean;
  deployments: Deployment[];
}

/** Why a provider does not answer; `status` is what it said, where it said something. */
export interface Trouble {
  why: "refused" | "name" | "tls" | "unconnected" | "timeout" | "credentials" | "status" | "broken";
  status: number | null;
}

export interface Health {
  deployment: string;
  reachable: boolean;
  trouble: Trouble | null;
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
  lists: boolean;
  api_version: string | null;
  has_key: boolean;
  reachable: boolean;
  trouble: Trouble | null;
}

export const GATEWAY = "/api/v1/gateway";
const LIVE_MS = 5000;

const list =
  <T>(name: string) =>
  async () =>
    (await request<Page<T>>("GET", `${GATEWAY}/${name}`)).items;

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

/** After a change: what can be asked, where, and how it is doing. */
export async function refreshGateway(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ["gateway"] });
  await queryClient.invalidateQueries({ queryKey: ["models"] });
}

/** A model's name may hold slashes, which are part of the path. */
export const pathOf = (name: string) =>
  `${GATEWAY}/models/${name.split("/").map(encodeURIComponent).join("/")}`;
