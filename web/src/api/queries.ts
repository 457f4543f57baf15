import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import { ApiError, request, type Query } from "@/lib/http";
import type { ApiKey, Collection, Document, Me, Model, Page, ServerStatus, Suggestion } from "./types";

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (count, error) =>
        count < 2 && error instanceof ApiError && (error.status === 0 || error.status >= 500),
    },
  },
});

/** OpenAI's list does not say what a model is for; the names of those that only measure or listen do. */
const ANSWERS_NOTHING = /embed|minilm|(^|[-/])(bge|gte|e5)-|rerank|whisper|(^|[-/])tts/i;

export interface DocumentFilter {
  collection?: string | undefined;
  status?: string | undefined;
  q?: string | undefined;
}

export const queries = {
  /** Null when nobody is signed in. */
  me: queryOptions({
    queryKey: ["me"],
    queryFn: async () => {
      try {
        return await request<Me>("GET", "/api/v1/me");
      } catch (error) {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      }
    },
    staleTime: Infinity,
  }),
  status: queryOptions({
    queryKey: ["status"],
    queryFn: () => request<ServerStatus>("GET", "/api/v1/status"),
    staleTime: 300_000,
  }),
  collections: queryOptions({
    queryKey: ["collections"],
    queryFn: () => everyPage<Collection>("/api/v1/collections"),
  }),
  documents: (filter: DocumentFilter) =>
    infiniteQueryOptions({
      queryKey: ["documents", filter],
      queryFn: ({ pageParam }) =>
        request<Page<Document>>("GET", "/api/v1/documents", {
          query: { ...filter, limit: 50, cursor: pageParam },
        }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    }),
  document: (id: string) =>
    queryOptions({
      queryKey: ["document", id],
      queryFn: () => request<Document>("GET", `/api/v1/documents/${id}`),
    }),
  /** Those that can be asked. */
  models: queryOptions({
    queryKey: ["models"],
    queryFn: async () =>
      (await request<{ data: Model[] }>("GET", "/v1/models")).data.filter(
        ({ id }) => !ANSWERS_NOTHING.test(id),
      ),
  }),
  suggestions: queryOptions({
    queryKey: ["suggestions"],
    queryFn: async () => (await request<{ items: Suggestion[] }>("GET", "/api/v1/suggestions")).items,
  }),
  keys: (everyone: boolean) =>
    queryOptions({
      queryKey: ["keys", everyone],
      queryFn: () => everyPage<ApiKey>("/api/v1/keys", { everyone: everyone || undefined }),
    }),
};

export async function everyPage<T>(path: string, query: Query = {}): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await request("GET", path, { query: { ...query, limit: 200, cursor } });
    items.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return items;
}
