import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Grantee } from "@/api/people";
import type { Grant } from "@/api/types";
import { Button, IconButton } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { INPUT, Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { Readers } from "./readers";

interface Props {
  name: string;
  resource: string;
  grants: Grant[];
  onSave: (grants: Grant[]) => Promise<unknown>;
  onClose: () => void;
}

const ACCESSES: Grant["access"][] = ["read", "contribute", "manage"];

/** Who may do what with a collection or a document; saved as a whole. */
export function ShareDialog({ name, resource, grants, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const [list, setList] = useState(grants);
  const [seen, setSeen] = useState<Record<string, Grantee>>({});
  const save = useMutation({ mutationFn: () => onSave(list), onSuccess: onClose });
  const add = (grantee: Grantee) => {
    setSeen((now) => ({ ...now, [grantee.token]: grantee }));
    setList((now) => [...now, { grantee: grantee.token, access: "read" }]);
  };
  const change = (grant: Grant) =>
    setList((now) => now.map((one) => (one.grantee === grant.grantee ? grant : one)));
  const remove = ({ grantee }: Grant) => setList((now) => now.filter((one) => one.grantee !== grantee));
  return (
    <Dialog title={t("people.shareTitle", { name })} onClose={onClose}>
      {list.length === 0 && <p className="mb-3 text-sm text-soft">{t("people.shareNone")}</p>}
      <ul className="mb-3 grid gap-1">
        {list.map((grant) => (
          <Row
            key={grant.grantee}
            grant={grant}
            known={seen[grant.grantee]}
            onChange={change}
            onRemove={() => remove(grant)}
          />
        ))}
      </ul>
      <Finder taken={list.map(({ grantee }) => grantee)} onAdd={add} />
      <ErrorNotice error={save.error} />
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        <Button look="main" disabled={save.isPending} onClick={() => save.mutate()}>
          {t("people.shareSave")}
        </Button>
      </div>
      <Readers resource={resource} />
    </Dialog>
  );
}

interface RowProps {
  grant: Grant;
  known: Grantee | undefined;
  onChange: (grant: Grant) => void;
  onRemove: () => void;
}

function Row({ grant, known, onChange, onRemove }: RowProps) {
  const { t } = useTranslation();
  // The whole list is short in most organisations; it names those whom a grant only knows by id.
  const found = useGrantees("").data?.find(({ token }) => token === grant.grantee);
  const grantee = known ?? found;
  const name = grantee?.name ?? grant.grantee;
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
      >
        {ACCESSES.map((access) => (
          <option key={access} value={access}>
            {t(`people.accesses.${access}`)}
          </option>
        ))}
      </Select>
      <IconButton
        label={t("people.removeMember", { name })}
        icon={<X className="size-4" />}
        onClick={onRemove}
      />
    </li>
  );
}

function Finder({ taken, onAdd }: { taken: string[]; onAdd: (grantee: Grantee) => void }) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const found = useGrantees(useDeferredValue(q).trim()).data ?? [];
  return (
    <div>
      <input
        type="search"
        aria-label={t("people.shareWith")}
        placeholder={t("people.shareWith")}
        value={q}
        onChange={(event) => setQ(event.target.value)}
        className={INPUT}
      />
      <ul className="mt-1 max-h-48 overflow-y-auto">
        {found
          .filter(({ token }) => !taken.includes(token))
          .map((grantee) => (
            <li key={grantee.token}>
              <button
                type="button"
                aria-label={t("people.addMember", { name: grantee.name })}
                onClick={() => onAdd(grantee)}
                className="flex min-h-10 w-full items-center gap-2 rounded-md px-2 text-start hover:bg-woad-wash"
              >
                <Plus aria-hidden="true" className="size-4 shrink-0 text-soft" />
                <span className="min-w-0">
                  <span className="block truncate text-sm">{grantee.name}</span>
                  <span className="block truncate text-xs text-soft">
                    {[t(`people.grantees.${grantee.kind}`), grantee.detail].filter(Boolean).join(" · ")}
                  </span>
                </span>
              </button>
            </li>
          ))}
      </ul>
    </div>
  );
}

function useGrantees(q: string) {
  return useQuery({
    queryKey: ["grantees", q],
    queryFn: async () =>
      (await request<{ items: Grantee[] }>("GET", "/api/v1/access/grantees", { query: { q, limit: 100 } }))
        .items,
    placeholderData: keepPreviousData,
  });
}
