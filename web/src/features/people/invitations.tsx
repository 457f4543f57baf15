import { useMutation, useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Invitation, Link } from "@/api/people";
import { queries } from "@/api/queries";
import type { Role } from "@/api/types";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { Ticks } from "@/components/ticks";
import { date } from "@/lib/format";
import { request } from "@/lib/http";
import { LinkDialog } from "./link-dialog";
import { groups, invitations, refresh } from "./queries";
import { RoleOptions } from "./roles";

type Made = Invitation & { link: Link };

export function Invitations() {
  const { t, i18n } = useTranslation();
  const open = useQuery(invitations);
  const [inviting, setInviting] = useState(false);
  const [made, setMade] = useState<Made>();
  const [withdrawing, setWithdrawing] = useState<Invitation>();
  const withdraw = async ({ id }: Invitation) => {
    await request("DELETE", `/api/v1/invitations/${id}`);
    await refresh("invitations");
  };
  return (
    <>
      <Button look="main" onClick={() => setInviting(true)}>
        <UserPlus aria-hidden="true" className="size-4" />
        {t("people.invite")}
      </Button>
      <ErrorNotice error={open.error} />
      {open.data?.length === 0 && <p className="py-8 text-soft">{t("people.noInvitations")}</p>}
      <ul className="mt-4">
        {open.data?.map((invitation) => (
          <li key={invitation.id} className="flex flex-wrap items-center gap-3 border-b border-line py-2.5">
            <div className="min-w-48 grow">
              <p className="font-medium break-all">{invitation.email}</p>
              <p className="text-xs text-soft">
                {t(`people.roles.${invitation.role}`)} ·{" "}
                {t("people.invitedBy", { date: date(invitation.expires_at, i18n.language) })}
              </p>
            </div>
            <Button
              look="quiet"
              aria-label={`${t("people.withdraw")} – ${invitation.email}`}
              onClick={() => setWithdrawing(invitation)}
            >
              {t("people.withdraw")}
            </Button>
          </li>
        ))}
      </ul>
      {inviting && <InviteForm onClose={() => setInviting(false)} onMade={setMade} />}
      {made && <LinkDialog name={made.email} link={made.link} onClose={() => setMade(undefined)} />}
      {withdrawing && (
        <Confirm
          title={t("people.withdrawTitle", { email: withdrawing.email })}
          text={t("people.withdrawText")}
          action={t("people.withdraw")}
          onConfirm={() => withdraw(withdrawing)}
          onClose={() => setWithdrawing(undefined)}
        />
      )}
    </>
  );
}

function InviteForm({ onClose, onMade }: { onClose: () => void; onMade: (made: Made) => void }) {
  const { t } = useTranslation();
  const me = useQuery(queries.me).data;
  const known = useQuery(groups).data ?? [];
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("member");
  const [chosen, setChosen] = useState<string[]>([]);
  const invite = useMutation({
    mutationFn: () => request<Made>("POST", "/api/v1/invitations", { json: { email, role, groups: chosen } }),
    onSuccess: async (made) => {
      await refresh("invitations");
      onClose();
      onMade(made);
    },
  });
  return (
    <Dialog title={t("people.invite")} onClose={onClose}>
      <Form onSubmit={invite.mutate}>
        <Field
          label={t("people.inviteEmail")}
          type="email"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <div>
          <Select
            label={t("people.role")}
            value={role}
            onChange={(event) => setRole(event.target.value as Role)}
          >
            <RoleOptions {...(me && { below: me.role })} />
          </Select>
          <p className="mt-1 text-sm text-soft">{t(`people.roleHelp.${role}`)}</p>
        </div>
        {known.length > 0 && (
          <Ticks
            legend={t("people.inviteGroups")}
            options={known.map(({ id, name }) => [id, name])}
            value={chosen}
            onChange={setChosen}
          />
        )}
        <ErrorNotice error={invite.error} />
        <Buttons action={t("people.inviteSend")} disabled={invite.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}
