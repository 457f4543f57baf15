import { queryOptions } from "@tanstack/react-query";
import type { DocumentText, PageRectangles } from "@/api/types";
import { request } from "@/lib/http";
import type { Place } from "./viewer";

export const textOf = ({ id, version }: Place) =>
  queryOptions({
    queryKey: ["text", id, version],
    queryFn: () => request<DocumentText>("GET", `/api/v1/documents/${id}/text`, { query: { version } }),
    staleTime: version === undefined ? 0 : Infinity,
  });

export const rectanglesOf = ({ id, version, span }: Place) =>
  queryOptions({
    queryKey: ["rectangles", id, version, span],
    queryFn: async () => {
      const query = { version, start: span?.start, end: span?.end };
      return (
        await request<{ pages: PageRectangles[] }>("GET", `/api/v1/documents/${id}/rectangles`, { query })
      ).pages;
    },
    enabled: span !== undefined,
    staleTime: Infinity,
  });
