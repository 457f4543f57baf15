import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Group, Invitation, Person, ServiceAccount } from "@/api/people";
import { everyPage, queryClient } from "@/api/queries";
import type { Page, Role } from "@/api/types";
import { request } from "@/lib/http";

export const people = (filter: { q?: string; role?: Role | undefined }) =>
  infiniteQueryOptions({
    queryKey: ["people", filter],
    queryFn: ({ pageParam }) =>
      request<Page<Person>>("GET", "/api/v1/people", { query: { ...filter, limit: 50, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const groups = queryOptions({
  queryKey: ["groups"],
  queryFn: () => everyPage<Group>("/api/v1/groups"),
});

export const membersOf = (id: string) =>
  queryOptions({
    queryKey: ["groups", id, "members"],
    queryFn: async () => (await request<{ items: string[] }>("GET", `/api/v1/groups/${id}/members`)).items,
  });

export const invitations = queryOptions({
  queryKey: ["invitations"],
  queryFn: async () => (await request<Page<Invitation>>("GET", "/api/v1/invitations")).items,
});

export const services = queryOptions({
  queryKey: ["service-accounts"],
  queryFn: () => everyPage<ServiceAccount>("/api/v1/service-accounts"),
});

/** Asks again for the lists that begin with these words. */
export async function refresh(...keys: string[]): Promise<void> {
  await Promise.all(keys.map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
}
