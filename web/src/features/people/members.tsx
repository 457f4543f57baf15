import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Group } from "@/api/people";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Search } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { membersOf, people, refresh, services } from "./queries";

/** Who is in a group: everybody in a list, with a tick. */
export function Members({ group, onClose }: { group: Group; onClose: () => void }) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const members = useQuery(membersOf(group.id));
  const found = useInfiniteQuery(people({ q: useDeferredValue(q).trim() }));
  const programs = useQuery(services).data ?? [];
  const path = `/api/v1/groups/${group.id}/members`;
  const change = useMutation({
    mutationFn: ({ id, member }: { id: string; member: boolean }) =>
      request(member ? "DELETE" : "PUT", `${path}/${id}`),
    onSettled: () => refresh("groups", "people"),
  });
  const candidates = [
    ...(found.data?.pages.flatMap((page) => page.items) ?? []).map(({ id, name, email }) => ({
      id,
      name,
      detail: email,
    })),
    ...programs.map(({ id, name }) => ({ id, name, detail: t("people.grantees.service") })),
  ].filter(({ name, detail }) => `${name} ${detail}`.toLowerCase().includes(q.trim().toLowerCase()));
  return (
    <Dialog title={t("people.editGroup", { name: group.name })} onClose={onClose}>
      <Search label={t("people.search")} value={q} onValue={setQ} />
      <ErrorNotice error={change.error ?? members.error} />
      <ul className="mt-3 max-h-80 overflow-y-auto">
        {candidates.map(({ id, name, detail }) => {
          const member = members.data?.includes(id) ?? false;
          return (
            <li key={id}>
              <label className="flex min-h-10 cursor-pointer items-center gap-3 rounded-md px-1 hover:bg-sunken">
                <input
                  type="checkbox"
                  aria-label={member ? t("people.removeMember", { name }) : t("people.addMember", { name })}
                  checked={member}
                  disabled={change.isPending || !members.data}
                  onChange={() => change.mutate({ id, member })}
                  className="size-4 accent-woad"
                />
                <span className="min-w-0">
                  <span className="block truncate text-sm">{name}</span>
                  <span className="block truncate text-xs text-soft">{detail}</span>
                </span>
              </label>
            </li>
          );
        })}
      </ul>
      <div className="mt-4 text-end">
        <Button look="main" onClick={onClose}>
          {t("people.done")}
        </Button>
      </div>
    </Dialog>
  );
}
