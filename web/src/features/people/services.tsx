import { useMutation, useQuery } from "@tanstack/react-query";
import { Bot, KeyRound, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ServiceAccount } from "@/api/people";
import { queries } from "@/api/queries";
import type { Role } from "@/api/types";
import { Button, IconButton } from "@/components/button";
import { Check } from "@/components/check";
import { Confirm } from "@/components/confirm";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { NewKey } from "@/features/settings/new-key";
import { date } from "@/lib/format";
import { request } from "@/lib/http";
import { refresh, services } from "./queries";
import { RoleOptions } from "./roles";

type Asked = { what: "create" } | { what: "key" | "edit" | "delete"; account: ServiceAccount };

export function Services() {
  const { t, i18n } = useTranslation();
  const all = useQuery(services);
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const drop = async ({ id }: ServiceAccount) => {
    await request("DELETE", `/api/v1/service-accounts/${id}`);
    await refresh("service-accounts");
  };
  return (
    <>
      <p className="mb-4 text-soft">{t("people.servicesText")}</p>
      <Button look="main" onClick={() => setAsked({ what: "create" })}>
        <Plus aria-hidden="true" className="size-4" />
        {t("people.newService")}
      </Button>
      <ErrorNotice error={all.error} />
      {all.data?.length === 0 && <p className="py-8 text-soft">{t("people.noServices")}</p>}
      <ul className="mt-4">
        {all.data?.map((account) => (
          <li key={account.id} className="flex flex-wrap items-center gap-3 border-b border-line py-2.5">
            <Bot aria-hidden="true" className="size-5 shrink-0 text-soft" />
            <div className="min-w-40 grow">
              <p className="font-medium break-words">{account.name}</p>
              <p className="text-xs text-soft">
                {t(`people.roles.${account.role}`)} · {t("settings.created")}{" "}
                {date(account.created_at, i18n.language)}
                {!account.active && ` · ${t("people.inactive")}`}
              </p>
            </div>
            <Button
              aria-label={`${t("people.serviceKey")} – ${account.name}`}
              onClick={() => setAsked({ what: "key", account })}
            >
              <KeyRound aria-hidden="true" className="size-4" />
              {t("people.serviceKey")}
            </Button>
            <IconButton
              label={t("people.editService", { name: account.name })}
              icon={<Pencil className="size-4" />}
              onClick={() => setAsked({ what: "edit", account })}
            />
            <IconButton
              label={`${t("people.deleteService")} – ${account.name}`}
              icon={<Trash2 className="size-4" />}
              onClick={() => setAsked({ what: "delete", account })}
            />
          </li>
        ))}
      </ul>
      {asked?.what === "create" && <ServiceForm onClose={close} />}
      {asked?.what === "edit" && <ServiceForm account={asked.account} onClose={close} />}
      {asked?.what === "key" && <NewKey subject={asked.account.id} onClose={close} />}
      {asked?.what === "delete" && (
        <Confirm
          title={t("people.deleteServiceTitle", { name: asked.account.name })}
          text={t("people.deleteServiceText")}
          action={t("people.deleteService")}
          onConfirm={() => drop(asked.account)}
          onClose={close}
        />
      )}
    </>
  );
}

function ServiceForm({ account, onClose }: { account?: ServiceAccount; onClose: () => void }) {
  const { t } = useTranslation();
  const me = useQuery(queries.me).data;
  const [name, setName] = useState(account?.name ?? "");
  const [role, setRole] = useState<Role>(account?.role ?? "read_only");
  const [active, setActive] = useState(account?.active ?? true);
  const create = useMutation({
    mutationFn: () =>
      account
        ? request<ServiceAccount>("PATCH", `/api/v1/service-accounts/${account.id}`, {
            json: { name, role, active },
          })
        : request<ServiceAccount>("POST", "/api/v1/service-accounts", { json: { name, role } }),
    onSuccess: async () => {
      await refresh("service-accounts");
      onClose();
    },
  });
  return (
    <Dialog
      title={account ? t("people.editService", { name: account.name }) : t("people.newService")}
      onClose={onClose}
    >
      <Form onSubmit={create.mutate}>
        <Field
          label={t("people.serviceName")}
          required
          autoFocus
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <div>
          <Select
            label={t("people.role")}
            value={role}
            onChange={(event) => setRole(event.target.value as Role)}
          >
            <RoleOptions {...(me && { below: me.role })} {...(account && { keep: account.role })} />
          </Select>
          <p className="mt-1 text-sm text-soft">{t(`people.roleHelp.${role}`)}</p>
        </div>
        {account && <Check label={t("people.active")} checked={active} onChange={setActive} />}
        <ErrorNotice error={create.error} />
        <Buttons
          action={account ? t("people.save") : t("people.create")}
          disabled={create.isPending}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  );
}
