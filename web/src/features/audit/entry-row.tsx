import { ChevronDown, ChevronUp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { classes } from "@/lib/classes";
import type { Entry } from "./queries";

export function EntryRow({ entry }: { entry: Entry }) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const when = new Intl.DateTimeFormat(i18n.language, { dateStyle: "short", timeStyle: "medium" });
  const cell = "px-2 py-2 align-top";
  return (
    <>
      <tr className={classes("hover:bg-sheet", !open && "border-b border-line")}>
        <td className={classes(cell, "whitespace-nowrap tabular-nums")}>{when.format(new Date(entry.at))}</td>
        <td className={classes(cell, "font-medium")}>{entry.action}</td>
        <td className={classes(cell, entry.outcome === "done" ? "text-soft" : "text-brick")}>
          {t(`audit.outcomes.${entry.outcome}`)}
        </td>
        <td
          className={classes(cell, "max-w-44 truncate font-mono text-xs max-md:hidden")}
          title={entry.actor}
        >
          {entry.actor}
        </td>
        <td
          className={classes(cell, "max-w-44 truncate font-mono text-xs max-md:hidden")}
          title={entry.target ?? ""}
        >
          {entry.target}
        </td>
        <td className="text-end">
          <IconButton
            label={t("audit.details", { position: entry.position })}
            aria-expanded={open}
            icon={open ? <ChevronUp className="size-4" /> : <ChevronDown className="size-4" />}
            onClick={() => setOpen(!open)}
          />
        </td>
      </tr>
      {open && (
        <tr className="border-b border-line">
          <td colSpan={6} className="px-2 pb-3">
            <Details entry={entry} />
          </td>
        </tr>
      )}
    </>
  );
}

function Details({ entry }: { entry: Entry }) {
  const { t } = useTranslation();
  const { position, id, actor, target, credential, request, details, personal, erased } = entry;
  const shown = { position, id, actor, target, credential, request, ...details, ...personal };
  const rows = Object.entries(shown).filter(([, value]) => value !== null);
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 rounded-md bg-sunken p-3 text-xs">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-soft">{name}</dt>
          <dd className="font-mono break-all">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
      {erased && <dd className="col-span-2 text-soft">{t("audit.personalErased")}</dd>}
    </dl>
  );
}
