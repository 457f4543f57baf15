import { useMutation } from "@tanstack/react-query";
import {
  EllipsisVertical,
  Eraser,
  FileArchive,
  KeyRound,
  MonitorSmartphone,
  ShieldOff,
  UserCheck,
  UserMinus,
  UserX,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Link, Person } from "@/api/people";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Dialog } from "@/components/dialog";
import { Menu, MenuItem } from "@/components/menu";
import { ErrorNotice } from "@/components/notice";
import { Sessions } from "@/features/settings/sessions";
import { request } from "@/lib/http";
import { LinkDialog } from "./link-dialog";
import type { DataVerb } from "./person-row";
import { refresh } from "./queries";

interface Props {
  person: Person;
  organisation: string;
  onData: (what: DataVerb) => void;
}

export function PersonMenu({ person, organisation, onData }: Props) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<"deactivate" | "remove" | "reset" | "sessions">();
  const path = `/api/v1/people/${person.id}`;
  const setActive = async (active: boolean) => {
    await request("PATCH", path, { json: { active } });
    await refresh("people");
  };
  const remove = async () => {
    await request("DELETE", path);
    await refresh("people");
  };
  const activate = useMutation({ mutationFn: () => setActive(true) });
  const link = useMutation({ mutationFn: () => request<Link>("POST", `${path}/reset-link`) });
  const { name } = person;
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t("people.actions", { name })} icon={<EllipsisVertical className="size-4" />} />
        }
      >
        <MenuItem icon={<KeyRound aria-hidden="true" className="size-4" />} onSelect={() => link.mutate()}>
          {t("people.resetLink")}
        </MenuItem>
        <MenuItem
          icon={<MonitorSmartphone aria-hidden="true" className="size-4" />}
          onSelect={() => setAsked("sessions")}
        >
          {t("people.sessions")}
        </MenuItem>
        <MenuItem
          icon={<ShieldOff aria-hidden="true" className="size-4" />}
          onSelect={() => setAsked("reset")}
        >
          {t("second.reset")}
        </MenuItem>
        <MenuItem
          icon={<FileArchive aria-hidden="true" className="size-4" />}
          onSelect={() => onData("export")}
        >
          {t("personal.exportOf")}
        </MenuItem>
        {person.active ? (
          <MenuItem
            danger
            icon={<UserX aria-hidden="true" className="size-4" />}
            onSelect={() => setAsked("deactivate")}
          >
            {t("people.deactivate")}
          </MenuItem>
        ) : (
          <MenuItem
            icon={<UserCheck aria-hidden="true" className="size-4" />}
            onSelect={() => activate.mutate()}
          >
            {t("people.activate")}
          </MenuItem>
        )}
        <MenuItem
          danger
          icon={<UserMinus aria-hidden="true" className="size-4" />}
          onSelect={() => setAsked("remove")}
        >
          {t("people.remove")}
        </MenuItem>
        <MenuItem
          danger
          icon={<Eraser aria-hidden="true" className="size-4" />}
          onSelect={() => onData("erase")}
        >
          {t("personal.erase")}
        </MenuItem>
      </Menu>
      <ErrorNotice error={activate.error ?? link.error} />
      {link.data && <LinkDialog name={name} link={link.data} onClose={() => link.reset()} />}
      {asked === "deactivate" && (
        <Confirm
          title={t("people.deactivateTitle", { name })}
          text={t("people.deactivateText")}
          action={t("people.deactivate")}
          onConfirm={() => setActive(false)}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked === "sessions" && (
        <Dialog title={t("people.sessionsOf", { name })} onClose={() => setAsked(undefined)}>
          <Sessions path={`${path}/sessions`} />
        </Dialog>
      )}
      {asked === "reset" && (
        <Confirm
          title={t("second.resetTitle", { name })}
          text={t("second.resetText")}
          action={t("second.reset")}
          onConfirm={() => request("DELETE", `${path}/second-factor`)}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked === "remove" && (
        <Confirm
          title={t("people.removeTitle", { name, organisation })}
          text={t("people.removeText")}
          action={t("people.remove")}
          onConfirm={remove}
          onClose={() => setAsked(undefined)}
        />
      )}
    </>
  );
}
