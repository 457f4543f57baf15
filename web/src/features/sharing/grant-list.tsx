import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Grantee } from "@/api/people";
import type { Grant } from "@/api/types";
import { IconButton } from "@/components/button";
import { Select } from "@/components/field";
import { Finder } from "./finder";
import { useNamed } from "./grantees";

const ACCESSES: Grant["access"][] = ["read", "contribute", "manage"];

interface Props {
  list: Grant[];
  onChange: (list: Grant[]) => void;
}

/** Who may do what, to be changed. */
export function GrantList({ list, onChange }: Props) {
  const { t } = useTranslation();
  const [seen, setSeen] = useState<Record<string, Grantee>>({});
  const [stored] = useState(() => list.map(({ grantee }) => grantee));
  const named = useNamed(stored);
  const known = (token: string) => seen[token] ?? named.data?.find((one) => one.token === token);
  const add = (grantee: Grantee) => {
    setSeen((now) => ({ ...now, [grantee.token]: grantee }));
    onChange([...list, { grantee: grantee.token, access: "read" }]);
  };
  return (
    <>
      <ul className="mb-3 grid gap-1">
        {list.map((grant) => (
          <Row
            key={grant.grantee}
            grant={grant}
            grantee={known(grant.grantee)}
            pending={named.isPending}
            onChange={(next) => onChange(list.map((one) => (one.grantee === next.grantee ? next : one)))}
            onRemove={() => onChange(list.filter((one) => one.grantee !== grant.grantee))}
          />
        ))}
      </ul>
      <Finder label={t("people.shareWith")} taken={list.map(({ grantee }) => grantee)} onAdd={add} />
    </>
  );
}

interface RowProps {
  grant: Grant;
  /** Missing for who is not here any more. */
  grantee: Grantee | undefined;
  pending: boolean;
  onChange: (grant: Grant) => void;
  onRemove: () => void;
}

function Row({ grant, grantee, pending, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  const name = grantee?.name ?? (pending ? "…" : t("people.gone"));
  return (
    <li className="flex items-center gap-2">
      <span className="min-w-0 grow">
        <span className="block truncate text-sm font-medium">{name}</span>
        {grantee && (
          <span className="block truncate text-xs text-soft">{t(`people.grantees.${grantee.kind}`)}</span>
        )}
      </span>
      <Select
        label={`${t("people.role")} – ${name}`}
        hideLabel
        value={grant.access}
        onChange={(event) => onChange({ ...grant, access: event.target.value as Grant["access"] })}
        options={ACCESSES.map((access) => [access, t(`people.accesses.${access}`)])}
      />
      <IconButton
        label={t("people.removeMember", { name })}
        icon={<X className="size-4" />}
        onClick={onRemove}
      />
    </li>
  );
}
