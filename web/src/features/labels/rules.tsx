import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Tag, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { Finder } from "@/features/sharing/finder";
import { useGranteeName } from "@/features/sharing/grantees";
import { request } from "@/lib/http";
import { useLabelName } from "./label-names";
import { labels, type Label } from "./queries";

/** What the organisation demands of whoever reads what carries a label. */
export function LabelRules() {
  const { t } = useTranslation();
  const nameOf = useLabelName();
  const known = useQuery(labels);
  const [editing, setEditing] = useState<Label>();
  return (
    <>
      <p className="mb-4 max-w-prose text-soft">{t("labels.rulesText")}</p>
      <ErrorNotice error={known.error} />
      <ul>
        {known.data?.map((one) => (
          <li key={one.label} className="flex items-center gap-3 border-b border-line py-2.5">
            <Tag aria-hidden="true" className="size-5 shrink-0 text-soft" />
            <div className="min-w-0 grow">
              <p className="font-medium">{nameOf(one.label, one.name)}</p>
              <RuleInWords label={one} />
            </div>
            <IconButton
              label={t("labels.change", { name: nameOf(one.label, one.name) })}
              icon={<Pencil className="size-4" />}
              onClick={() => setEditing(one)}
            />
          </li>
        ))}
      </ul>
      {editing && <RuleForm label={editing} onClose={() => setEditing(undefined)} />}
    </>
  );
}

function RuleInWords({ label: { rule } }: { label: Label }) {
  const { t } = useTranslation();
  const nameOf = useGranteeName(rule.only_for);
  const parts = [
    rule.only_for.length > 0 && t("labels.onlyForNames", { names: rule.only_for.map(nameOf).join(", ") }),
    rule.people_only && t("labels.peopleOnly"),
    rule.second_factor && t("labels.secondFactor"),
  ].filter(Boolean);
  return <p className="text-sm text-soft">{parts.length > 0 ? parts.join(" · ") : t("labels.noRule")}</p>;
}

function RuleForm({ label: { label, name, rule }, onClose }: { label: Label; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const labelName = useLabelName();
  const [form, setForm] = useState(rule);
  const nameOf = useGranteeName(form.only_for);
  const save = useMutation({
    mutationFn: () => request("PUT", `/api/v1/labels/${label}/rule`, { json: form }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: labels.queryKey });
      onClose();
    },
  });
  return (
    <Dialog title={t("labels.ruleOf", { name: labelName(label, name) })} onClose={onClose}>
      <Form onSubmit={save.mutate}>
        <p className="text-sm text-brick">{t("labels.everybody")}</p>
        <div>
          <p className="mb-1 text-sm font-medium">{t("labels.onlyFor")}</p>
          <ul className="mb-2 grid gap-1">
            {form.only_for.map((token) => (
              <li key={token} className="flex items-center gap-2 text-sm">
                <span className="grow">{nameOf(token)}</span>
                <IconButton
                  label={t("people.removeMember", { name: nameOf(token) })}
                  icon={<X className="size-4" />}
                  onClick={() => setForm({ ...form, only_for: form.only_for.filter((one) => one !== token) })}
                />
              </li>
            ))}
          </ul>
          <Finder
            label={t("labels.find")}
            taken={form.only_for}
            onAdd={({ token }) => setForm({ ...form, only_for: [...form.only_for, token] })}
          />
        </div>
        <Check
          label={t("labels.peopleOnly")}
          checked={form.people_only}
          onChange={(people_only) => setForm({ ...form, people_only })}
        />
        <Check
          label={t("labels.secondFactor")}
          checked={form.second_factor}
          onChange={(second_factor) => setForm({ ...form, second_factor })}
        />
        <ErrorNotice error={save.error} />
        <Buttons action={t("people.save")} disabled={save.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}
