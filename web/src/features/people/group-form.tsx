import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Group } from "@/api/people";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { refresh } from "./queries";

const KINDS: Group["kind"][] = ["group", "department"];

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
  return (
    <Dialog title={group ? t("people.renameGroup") : t("people.newGroup")} onClose={onClose}>
      <Form onSubmit={save.mutate}>
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
            options={KINDS.map((one) => [one, t(`people.kinds.${one}`)])}
          />
        )}
        <ErrorNotice error={save.error} />
        <Buttons
          action={group ? t("people.save") : t("people.create")}
          disabled={save.isPending}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  );
}
