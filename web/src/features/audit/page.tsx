import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Button } from "@/components/button";
import { Field, Select } from "@/components/field";
import { Waiting } from "@/components/logo";
import { Menu, MenuItem } from "@/components/menu";
import { ErrorNotice } from "@/components/notice";
import { withQuery } from "@/lib/http";
import { EntryRow } from "./entry-row";
import { entries, instantOf, type Entry, type Filter } from "./queries";
import { Verify } from "./verify";

interface Form {
  action: string;
  actor: string;
  target: string;
  outcome: string;
  since: string;
  until: string;
}

const EMPTY: Form = { action: "", actor: "", target: "", outcome: "", since: "", until: "" };

export function AuditPage() {
  const { t } = useTranslation();
  const me = useQuery(queries.me).data;
  const [form, setForm] = useState(EMPTY);
  const [log, setLog] = useState<Filter["log"]>("organisation");
  const { since, until, ...words } = useDeferredValue(form);
  const found = useInfiniteQuery(
    entries({ ...words, since: instantOf(since), until: instantOf(until, 1), log }),
  );
  const items = found.data?.pages.flatMap((page) => page.items);
  return (
    <div className="mx-auto max-w-5xl px-4 py-6 md:px-8 md:py-8">
      <header className="mb-6 flex flex-wrap items-end gap-3">
        <div className="me-auto">
          <h1 className="text-3xl">{t("audit.title")}</h1>
          <p className="mt-1 text-soft">{t("audit.lead")}</p>
        </div>
        <ExportMenu log={log} since={instantOf(form.since)} />
      </header>
      <Verify log={log} />
      <Filters form={form} onChange={(change) => setForm({ ...form, ...change })} />
      {me?.actions.includes("system.manage") && (
        <label className="mb-4 flex w-fit items-center gap-2 text-sm">
          <input
            type="checkbox"
            checked={log === "system"}
            onChange={(event) => setLog(event.target.checked ? "system" : "organisation")}
            className="size-4 accent-woad"
          />
          {t("audit.system")}
        </label>
      )}
      <ErrorNotice error={found.error} />
      {found.isPending && <Waiting label={t("app.loading")} />}
      {items?.length === 0 && <p className="py-8 text-soft">{t("audit.empty")}</p>}
      {items && items.length > 0 && <Entries items={items} />}
      {found.hasNextPage && (
        <Button className="mt-4" disabled={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
          {t("app.more")}
        </Button>
      )}
    </div>
  );
}

function Entries({ items }: { items: Entry[] }) {
  const { t } = useTranslation();
  const head = "border-b border-line px-2 py-2 text-start font-medium text-soft";
  return (
    <div className="relative overflow-x-auto">
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr>
            <th scope="col" className={head}>
              {t("audit.when")}
            </th>
            <th scope="col" className={head}>
              {t("audit.columns.what")}
            </th>
            <th scope="col" className={head}>
              {t("audit.outcome")}
            </th>
            <th scope="col" className={`${head} max-md:hidden`}>
              {t("audit.columns.who")}
            </th>
            <th scope="col" className={`${head} max-md:hidden`}>
              {t("audit.columns.on")}
            </th>
            <th scope="col" className={head}>
              <span className="sr-only">{t("library.columns.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((entry) => (
            <EntryRow key={entry.position} entry={entry} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Filters({ form, onChange }: { form: Form; onChange: (change: Partial<Form>) => void }) {
  const { t } = useTranslation();
  const field = (name: "action" | "actor" | "target") => ({
    value: form[name],
    onChange: (event: { target: { value: string } }) => onChange({ [name]: event.target.value.trim() }),
  });
  const day = (name: "since" | "until") => ({
    type: "date",
    value: form[name],
    onChange: (event: { target: { value: string } }) => onChange({ [name]: event.target.value }),
  });
  return (
    <div className="mb-4 grid grid-cols-2 gap-3 lg:grid-cols-6">
      <Field
        label={t("audit.action")}
        title={t("audit.actionHint")}
        placeholder="login.*"
        {...field("action")}
      />
      <Field label={t("audit.actor")} {...field("actor")} />
      <Field label={t("audit.target")} {...field("target")} />
      <Select
        label={t("audit.outcome")}
        value={form.outcome}
        onChange={(event) => onChange({ outcome: event.target.value })}
        options={(["done", "refused", "failed"] as const).map((outcome) => [
          outcome,
          t(`audit.outcomes.${outcome}`),
        ])}
      >
        <option value="">{t("audit.anyOutcome")}</option>
      </Select>
      <Field label={t("audit.since")} {...day("since")} />
      <Field label={t("audit.until")} {...day("until")} />
    </div>
  );
}

function ExportMenu({ log, since }: { log: Filter["log"]; since: string | undefined }) {
  const { t } = useTranslation();
  const fetchFile = (format: "jsonl" | "cef" | "syslog") => {
    const link = document.createElement("a");
    link.href = withQuery("/api/v1/audit/export", { format, since, log });
    link.download = `audit.${format}`;
    link.click();
  };
  return (
    <Menu
      trigger={
        <Button>
          <Download aria-hidden="true" className="size-4" />
          {t("audit.export")}
        </Button>
      }
    >
      <MenuItem onSelect={() => fetchFile("jsonl")}>{t("audit.exportJson")}</MenuItem>
      <MenuItem onSelect={() => fetchFile("cef")}>{t("audit.exportCef")}</MenuItem>
      <MenuItem onSelect={() => fetchFile("syslog")}>{t("audit.exportSyslog")}</MenuItem>
    </Menu>
  );
}
