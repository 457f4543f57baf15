import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "@/lib/http";

export interface Passkey {
  id: string;
  name: string;
  synced: boolean;
  created_at: string;
  last_used_at: string | null;
}

export const PATH = "/api/v1/me/passkeys";
export const passkeys = queryOptions({
  queryKey: ["passkeys"],
  queryFn: async () => (await request<{ items: Passkey[] }>("GET", PATH)).items,
});

/** A change of one's passkeys; what depends on them is asked for again. */
export function useChange(change: () => Promise<unknown>, onDone: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      for (const key of [["passkeys"], ["second-factor"], ["sessions"]]) {
        await client.invalidateQueries({ queryKey: key });
      }
      onDone();
    },
  });
}
