import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { queryClient } from "@/api/queries";
import type { Page } from "@/api/types";
import { GATEWAY } from "@/features/models/queries";
import { request } from "@/lib/http";

export interface Kept {
  id: string;
  at: string;
  user: string;
  key: string;
  model: string;
  operation: string;
  status: number;
  streamed: boolean;
  request_id: string;
  size_bytes: number;
}

export interface KeptWhole extends Kept {
  request: string;
  content_type: string;
  answer: string;
  truncated: boolean;
}

export interface Policy {
  log_prompts: boolean;
  prompt_days: number;
}

export interface KeptFilter {
  from: string | undefined;
  to: string | undefined;
  user: string | undefined;
  key: string | undefined;
  model: string | undefined;
}

const PROMPTS = `${GATEWAY}/prompts`;
const POLICY = `${GATEWAY}/policy`;
/** The audit log has every look at them: none is made that nobody asked for. */
const ONLY_WHEN_ASKED = { refetchOnWindowFocus: false, refetchOnReconnect: false, staleTime: 0 };

export const prompts = (filter: KeptFilter) =>
  infiniteQueryOptions({
    queryKey: ["prompts", filter],
    queryFn: ({ pageParam }) =>
      request<Page<Kept>>("GET", PROMPTS, { query: { ...filter, limit: 50, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    ...ONLY_WHEN_ASKED,
  });

export const prompt = (id: string) =>
  queryOptions({
    queryKey: ["prompts", "one", id],
    queryFn: () => request<KeptWhole>("GET", `${PROMPTS}/${id}`),
    ...ONLY_WHEN_ASKED,
  });

export const policy = queryOptions({
  queryKey: ["gateway", "policy"],
  queryFn: () => request<Policy>("GET", POLICY),
});

/** The whole policy is replaced: what it says of other things stays. */
export async function changePolicy(change: Partial<Policy>): Promise<void> {
  const now = await request<Policy>("GET", POLICY);
  const changed = await request<Policy>("PUT", POLICY, { json: { ...now, ...change } });
  queryClient.setQueryData(policy.queryKey, changed);
}
