import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { MonitorSmartphone } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Session } from "@/api/people";
import type { Page } from "@/api/types";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/notice";
import { deviceOf } from "@/lib/device";
import { date, moment } from "@/lib/format";
import { request } from "@/lib/http";

const OWN = "/api/v1/me/sessions";

/** Where one is signed in; with `path`, where somebody else is. */
export function Sessions({ path = OWN }: { path?: string }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const sessions = useQuery({
    queryKey: ["sessions", path],
    queryFn: async () => (await request<Page<Session>>("GET", path)).items,
  });
  const end = useMutation({
    mutationFn: (id?: string) => request("DELETE", id ? `${path}/${id}` : path),
    onSettled: () => client.invalidateQueries({ queryKey: ["sessions"] }),
  });
  const others = sessions.data?.filter(({ current }) => !current).length ?? 0;
  return (
    <>
      <ErrorNotice error={sessions.error ?? end.error} />
      <ul className="mb-4 grid gap-2">
        {sessions.data?.map(({ id, current, user_agent, address, created_at, last_seen_at }) => (
          <li key={id} className="flex items-center gap-3 rounded-lg border border-line bg-sheet px-4 py-2.5">
            <MonitorSmartphone aria-hidden="true" className="size-5 shrink-0 text-soft" />
            <div className="min-w-0 grow">
              <p className="font-medium" title={user_agent}>
                {deviceOf(user_agent)}
                {current && <span className="font-normal text-leaf"> · {t("people.thisSession")}</span>}
              </p>
              <p className="text-xs text-soft">
                {address} ·{" "}
                {t("people.signedIn", {
                  date: date(created_at, i18n.language),
                  when: moment(last_seen_at, i18n.language),
                })}
              </p>
            </div>
            {!current && (
              <Button
                look="quiet"
                disabled={end.isPending}
                aria-label={`${t("people.endSession")} – ${deviceOf(user_agent)}, ${address}`}
                onClick={() => end.mutate(id)}
              >
                {t("people.endSession")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {others > 1 && (
        <Button disabled={end.isPending} onClick={() => end.mutate(undefined)}>
          {t(path === OWN ? "people.endOthers" : "people.endAll")}
        </Button>
      )}
    </>
  );
}
