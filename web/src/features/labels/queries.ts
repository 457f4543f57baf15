import { queryOptions } from "@tanstack/react-query";
import { request } from "@/lib/http";

export interface Rule {
  only_for: string[];
  people_only: boolean;
  second_factor: boolean;
}

export interface Label {
  label: string;
  name: string;
  rule: Rule;
}

export const labels = queryOptions({
  queryKey: ["labels"],
  queryFn: async () => (await request<{ items: Label[] }>("GET", "/api/v1/labels")).items,
});
