import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "@/api/people";
import type { Me, Role } from "@/api/types";
import { Button } from "@/components/button";
import { Search, Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { EraseDialog } from "@/features/personal-data/erase";
import { ExportDialog } from "@/features/personal-data/export";
import { PersonRow, type DataVerb } from "./person-row";
import { people } from "./queries";
import { ROLES, RoleOptions } from "./roles";

export function People({ me, manages }: { me: Me; manages: boolean }) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const [role, setRole] = useState<Role>();
  const found = useInfiniteQuery(people({ q: useDeferredValue(q).trim(), role }));
  const [asked, setAsked] = useState<{ what: DataVerb; person: Person }>();
  const items = found.data?.pages.flatMap((page) => page.items);
  return (
    <>
      <div className="mb-4 flex gap-2">
        <Search label={t("people.search")} value={q} onValue={setQ} className="min-w-0 flex-1 sm:max-w-72" />
        <Select
          label={t("people.role")}
          hideLabel
          value={role ?? ""}
          onChange={(event) => setRole(ROLES.find((one) => one === event.target.value))}
        >
          <option value="">{t("people.anyRole")}</option>
          <RoleOptions />
        </Select>
      </div>
      <ErrorNotice error={found.error} />
      {items?.length === 0 && <p className="py-8 text-soft">{t("people.empty")}</p>}
      <ul>
        {items?.map((person) => (
          <PersonRow
            key={person.id}
            person={person}
            me={me}
            manages={manages}
            onData={(what) => setAsked({ what, person })}
          />
        ))}
      </ul>
      {found.hasNextPage && <Button onClick={() => found.fetchNextPage()}>{t("app.more")}</Button>}
      {asked?.what === "export" && <ExportDialog person={asked.person} onClose={() => setAsked(undefined)} />}
      {asked?.what === "erase" && <EraseDialog person={asked.person} onClose={() => setAsked(undefined)} />}
    </>
  );
}
