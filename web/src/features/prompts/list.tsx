import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";
import { Button } from "@/components/button";
import { Field, Select } from "@/components/field";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { instantOf } from "@/features/audit/queries";
import { names, type Names } from "@/features/usage/queries";
import { moment, size } from "@/lib/format";
import { KeptDialog } from "./one";
import { prompts, type Kept, type KeptFilter } from "./queries";

const START = { from: "", to: "", user: "", key: "", model: "" };
type Draft = typeof START;

/** Calls without their words, newest first; one opens with them. */
export function KeptList({ me, keeps }: { me: Me; keeps: boolean }) {
  const { t } = useTranslation();
  const [form, setForm] = useState(START);
  const known = useQuery(names(me)).data;
  const found = useInfiniteQuery(prompts(filterOf(form)));
  const items = found.data?.pages.flatMap((page) => page.items);
  const filtered = Object.values(form).some(Boolean);
  if (!keeps && !filtered && items?.length === 0) return null; // that nothing is kept is said above
  return (
    <>
      <Filters form={form} known={known} onChange={(change) => setForm((now) => ({ ...now, ...change }))} />
      <ErrorNotice error={found.error} />
      {found.isPending && <Waiting label={t("app.loading")} />}
      {items && (
        <Rows
          items={items}
          none={t(filtered ? "prompts.noMatch" : "prompts.none")}
          nameOf={(id) => known?.all.get(id) ?? id}
        />
      )}
      {found.hasNextPage && (
        <Button className="mt-4" disabled={found.isFetchingNextPage} onClick={() => found.fetchNextPage()}>
          {t("app.more")}
        </Button>
      )}
    </>
  );
}

/** Days of the reader's calendar, the last included. */
const filterOf = ({ from, to, user, key, model }: Draft): KeptFilter => ({
  from: instantOf(from),
  to: instantOf(to, 1),
  user: user || undefined,
  key: key || undefined,
  model: model || undefined,
});

interface RowsProps {
  items: Kept[];
  none: string;
  nameOf: (id: string) => string;
}

function Rows({ items, none, nameOf }: RowsProps) {
  const [open, setOpen] = useState<Kept>();
  if (items.length === 0) return <p className="py-8 text-soft">{none}</p>;
  return (
    <>
      <ul>
        {items.map((kept) => (
          <Row
            key={kept.id}
            kept={kept}
            who={[kept.user, kept.key].filter(Boolean).map(nameOf).join(" · ")}
            onOpen={() => setOpen(kept)}
          />
        ))}
      </ul>
      {open && <KeptDialog kept={open} who={nameOf(open.user)} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function Row({ kept, who, onOpen }: { kept: Kept; who: string; onOpen: () => void }) {
  const { t, i18n } = useTranslation();
  const { at, model, status, size_bytes: bytes } = kept;
  const when = moment(at, i18n.language);
  return (
    <li className="flex items-center gap-3 border-b border-line py-2.5">
      <div className="min-w-0 grow">
        <p className="font-medium break-words">{model}</p>
        <p className="text-sm break-words">{who}</p>
        <p className="text-xs text-soft">
          {when} · {size(bytes, i18n.language)}
          {status >= 400 && <span className="text-brick"> · {t("prompts.refused", { status })}</span>}
        </p>
      </div>
      <Button aria-label={`${t("prompts.read")} – ${model}, ${who}, ${when}`} onClick={onOpen}>
        {t("prompts.read")}
      </Button>
    </li>
  );
}

interface FiltersProps {
  form: Draft;
  known: Names | undefined;
  onChange: (change: Partial<Draft>) => void;
}

function Filters({ form, known, onChange }: FiltersProps) {
  const { t } = useTranslation();
  const models = useQuery(queries.models).data;
  const field = (name: keyof Draft) => ({
    value: form[name],
    onChange: (event: { target: { value: string } }) => onChange({ [name]: event.target.value }),
  });
  return (
    <div className="mb-4 grid grid-cols-2 gap-3 lg:grid-cols-5">
      <Select label={t("usage.by.user")} options={known?.user} {...field("user")}>
        <option value="">{t("prompts.anybody")}</option>
      </Select>
      <Select label={t("usage.by.key")} options={known?.key} {...field("key")}>
        <option value="">{t("prompts.anyKey")}</option>
      </Select>
      <Select label={t("usage.by.model")} options={models?.map(({ id }) => [id, id])} {...field("model")}>
        <option value="">{t("limits.anyModel")}</option>
      </Select>
      <Field label={t("audit.since")} type="date" {...field("from")} />
      <Field label={t("audit.until")} type="date" {...field("to")} />
    </div>
  );
}
