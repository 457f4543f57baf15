import { Plus } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Grantee } from "@/api/people";
import { Search } from "@/components/field";
import { useGrantees } from "./grantees";

interface Props {
  label: string;
  taken: string[];
  onAdd: (grantee: Grantee) => void;
  /** Which may be chosen; all when left out. */
  accept?: (grantee: Grantee) => boolean;
  /** What a choice does, for those who hear it. */
  verb?: (name: string) => string;
}

/** Finds people, groups, departments and the organisation by name. */
export function Finder({ label, taken, onAdd, accept = () => true, verb }: Props) {
  const { t } = useTranslation();
  const [q, setQ] = useState("");
  const found = useGrantees(useDeferredValue(q).trim()).data ?? [];
  const nameOf = verb ?? ((name: string) => t("people.addMember", { name }));
  return (
    <div>
      <Search label={label} value={q} onValue={setQ} />
      <ul className="mt-1 max-h-48 overflow-y-auto">
        {found
          .filter((grantee) => !taken.includes(grantee.token) && accept(grantee))
          .map((grantee) => (
            <li key={grantee.token}>
              <button
                type="button"
                onClick={() => onAdd(grantee)}
                className="flex min-h-10 w-full items-center gap-2 rounded-md px-2 text-start hover:bg-woad-wash"
              >
                <Plus aria-hidden="true" className="size-4 shrink-0 text-soft" />
                <span className="min-w-0">
                  <span className="block truncate text-sm">{grantee.name}</span>
                  <span className="block truncate text-xs text-soft">
                    {[t(`people.grantees.${grantee.kind}`), grantee.detail].filter(Boolean).join(" · ")}
                  </span>
                  <span className="sr-only">{nameOf(grantee.name)}</span>
                </span>
              </button>
            </li>
          ))}
      </ul>
    </div>
  );
}
