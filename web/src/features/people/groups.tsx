import { useQuery } from "@tanstack/react-query";
import { EllipsisVertical, Pencil, Plus, Trash2, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Group } from "@/api/people";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Menu, MenuItem } from "@/components/menu";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { GroupForm } from "./group-form";
import { Members } from "./members";
import { groups, refresh } from "./queries";

type Asked = { what: "create" } | { what: Verb; group: Group };

export function Groups({ manages }: { manages: boolean }) {
  const { t } = useTranslation();
  const all = useQuery(groups);
  const [asked, setAsked] = useState<Asked>();
  return (
    <>
      {manages && (
        <Button look="main" onClick={() => setAsked({ what: "create" })}>
          <Plus aria-hidden="true" className="size-4" />
          {t("people.newGroup")}
        </Button>
      )}
      <ErrorNotice error={all.error} />
      {all.data?.length === 0 && <p className="py-8 text-soft">{t("people.noGroups")}</p>}
      <ul className="mt-4">
        {all.data?.map((group) => (
          <Row
            key={group.id}
            group={group}
            onAsk={manages ? (what) => setAsked({ what, group }) : undefined}
          />
        ))}
      </ul>
      {asked && <Asking asked={asked} onClose={() => setAsked(undefined)} />}
    </>
  );
}

function Asking({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const { t } = useTranslation();
  const drop = async ({ id }: Group) => {
    await request("DELETE", `/api/v1/groups/${id}`);
    await refresh("groups", "people");
  };
  switch (asked.what) {
    case "create":
      return <GroupForm onClose={onClose} />;
    case "rename":
      return <GroupForm group={asked.group} onClose={onClose} />;
    case "members":
      return <Members group={asked.group} onClose={onClose} />;
    case "delete":
      return (
        <Confirm
          title={t("people.deleteGroupTitle", { name: asked.group.name })}
          text={t("people.deleteGroupText")}
          action={t("people.deleteGroup")}
          onConfirm={() => drop(asked.group)}
          onClose={onClose}
        />
      );
  }
}

type Verb = "rename" | "members" | "delete";

function Row({ group, onAsk }: { group: Group; onAsk: ((what: Verb) => void) | undefined }) {
  const { t } = useTranslation();
  const members = t("people.members", { count: group.members_count });
  return (
    <li className="flex items-center gap-3 border-b border-line py-2.5">
      <Users aria-hidden="true" className="size-5 shrink-0 text-soft" />
      <div className="min-w-0 grow">
        <p className="font-medium break-words">{group.name}</p>
        <p className="text-xs text-soft">
          {t(`people.kinds.${group.kind}`)}
          {!onAsk && ` · ${members}`}
        </p>
      </div>
      {onAsk && (
        <>
          <Button title={t("people.editGroup", { name: group.name })} onClick={() => onAsk("members")}>
            {members}
          </Button>
          <Menu
            trigger={
              <IconButton
                label={t("people.actions", { name: group.name })}
                icon={<EllipsisVertical className="size-4" />}
              />
            }
          >
            <MenuItem
              icon={<Pencil aria-hidden="true" className="size-4" />}
              onSelect={() => onAsk("rename")}
            >
              {t("people.renameGroup")}
            </MenuItem>
            <MenuItem
              danger
              icon={<Trash2 aria-hidden="true" className="size-4" />}
              onSelect={() => onAsk("delete")}
            >
              {t("people.deleteGroup")}
            </MenuItem>
          </Menu>
        </>
      )}
    </li>
  );
}
