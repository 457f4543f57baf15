import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Grantee } from "@/api/people";
import { request, type Query } from "@/lib/http";

/** Those found by a part of their name. */
export function useGrantees(q: string) {
  return useQuery({
    queryKey: ["grantees", q],
    queryFn: () => ask({ q, limit: 100 }),
    placeholderData: keepPreviousData,
  });
}

/** Those whom grants name by their tokens; who is not here any more is missing. */
export function useNamed(tokens: string[]) {
  const sorted = [...new Set(tokens)].sort();
  return useQuery({
    queryKey: ["grantees", "of", sorted],
    queryFn: async () => (await Promise.all(portions(sorted).map((token) => ask({ token })))).flat(),
    placeholderData: keepPreviousData,
  });
}

const AT_A_TIME = 50;

function portions(tokens: string[]): string[][] {
  const starts = Array.from(
    { length: Math.ceil(tokens.length / AT_A_TIME) },
    (_, index) => index * AT_A_TIME,
  );
  return starts.map((start) => tokens.slice(start, start + AT_A_TIME));
}

async function ask(query: Query): Promise<Grantee[]> {
  return (await request<{ items: Grantee[] }>("GET", "/api/v1/access/grantees", { query })).items;
}

/** What those are called whom the tokens point at. */
export function useGranteeName(tokens: string[]): (token: string) => string {
  const { t } = useTranslation();
  const found = useNamed(tokens);
  return (token) =>
    found.data?.find((one) => one.token === token)?.name ?? (found.isPending ? "…" : t("people.gone"));
}
