import { useMutation, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Person } from "@/api/people";
import type { Me, Role } from "@/api/types";
import { Avatar } from "@/components/avatar";
import { Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { classes } from "@/lib/classes";
import { moment } from "@/lib/format";
import { request } from "@/lib/http";
import { PersonMenu } from "./person-menu";
import { groups, refresh } from "./queries";
import { RoleOptions } from "./roles";

/** What is done with all that is held on somebody; it outlives their line. */
export type DataVerb = "export" | "erase";

interface Props {
  person: Person;
  me: Me;
  manages: boolean;
  onData: (what: DataVerb) => void;
}

/** Somebody in a line, with what an administrator may do to them. Nobody changes their own role here. */
export function PersonRow({ person, me, manages, onData }: Props) {
  const { t } = useTranslation();
  const changes = manages && person.id !== me.id;
  const setRole = useMutation({
    mutationFn: (role: Role) => request<Person>("PATCH", `/api/v1/people/${person.id}`, { json: { role } }),
    onSettled: () => refresh("people"),
  });
  return (
    <li
      className={classes(
        "flex flex-wrap items-center gap-3 border-b border-line py-2.5",
        !person.active && "bg-sunken",
      )}
    >
      <Avatar name={person.name} />
      <Facts person={person} isMe={person.id === me.id} />
      {changes ? (
        <>
          <Select
            label={`${t("people.role")} – ${person.name}`}
            hideLabel
            value={person.role}
            disabled={setRole.isPending}
            onChange={(event) => setRole.mutate(event.target.value as Role)}
          >
            <RoleOptions below={me.role} keep={person.role} />
          </Select>
          <PersonMenu person={person} organisation={me.organisation.name} onData={onData} />
        </>
      ) : (
        <span className="text-sm text-soft">{t(`people.roles.${person.role}`)}</span>
      )}
      <div className="w-full empty:hidden">
        <ErrorNotice error={setRole.error} />
      </div>
    </li>
  );
}

function Facts({ person, isMe }: { person: Person; isMe: boolean }) {
  const { t, i18n } = useTranslation();
  const named = useQuery(groups).data ?? [];
  const memberships = [...person.departments, ...person.groups].map(
    (id) => named.find((one) => one.id === id)?.name,
  );
  const seen = person.last_seen_at
    ? t("people.lastSeen", { when: moment(person.last_seen_at, i18n.language) })
    : t("people.neverSeen");
  return (
    <div className="min-w-48 grow">
      <p className="font-medium">
        {person.name}
        {isMe && <span className="font-normal text-soft"> ({t("people.you")})</span>}
        {!person.active && <span className="ms-2 text-xs text-brick">{t("people.inactive")}</span>}
      </p>
      <p className="text-sm break-all text-soft">{person.email}</p>
      <p className="text-xs text-soft">{[...memberships, seen].filter(Boolean).join(" · ")}</p>
    </div>
  );
}
