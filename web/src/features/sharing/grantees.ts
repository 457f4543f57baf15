import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { Grantee } from "@/api/people";
import { request } from "@/lib/http";

export function useGrantees(q: string) {
  return useQuery({
    queryKey: ["grantees", q],
    queryFn: async () =>
      (await request<{ items: Grantee[] }>("GET", "/api/v1/access/grantees", { query: { q, limit: 100 } }))
        .items,
    placeholderData: keepPreviousData,
  });
}

/** The whole list is short in most organisations; it names those whom a token or an id only points at. */
export function useGranteeName(): (token: string) => string {
  const all = useGrantees("").data;
  return (token) => all?.find((one) => one.token === token || one.token.endsWith(`:${token}`))?.name ?? token;
}
