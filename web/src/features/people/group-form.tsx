import { useMutation } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Group } from "@/api/people";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { refresh } from "./queries";

/** Makes a group or department, or renames one. */
export function GroupForm({ group, onClose }: { group?: Group; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(group?.name ?? "");
  const [kind, setKind] = useState<Group["kind"]>("group");
  const save = useMutation({
    mutationFn: () =>
      group
        ? request<Group>("PATCH", `/api/v1/groups/${group.id}`, { json: { name } })
        : request<Group>("POST", "/api/v1/groups", { json: { name, kind } }),
    onSuccess: async () => {
      await refresh("groups");
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog title={group ? t("people.renameGroup") : t("people.newGroup")} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <Field
          label={t("people.groupName")}
          required
          autoFocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        {!group && (
          <Select
            label={t("people.kind")}
            value={kind}
            onChange={(event) => setKind(event.target.value as Group["kind"])}
          >
            <option value="group">{t("people.kinds.group")}</option>
            <option value="department">{t("people.kinds.department")}</option>
          </Select>
        )}
        <ErrorNotice error={save.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button type="submit" look="main" disabled={save.isPending}>
            {group ? t("people.save") : t("people.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
