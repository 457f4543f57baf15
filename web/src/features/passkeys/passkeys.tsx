import { useQuery } from "@tanstack/react-query";
import { Fingerprint, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { PasswordField } from "@/features/login/password-field";
import { date, moment } from "@/lib/format";
import { request } from "@/lib/http";
import { AddPasskey } from "./add";
import { passkeysWork } from "./browser";
import { PasskeyProblem } from "./problem";
import { passkeys, PATH, useChange, type Passkey } from "./queries";

type Asked = { what: "add" } | { what: "rename" | "remove"; passkey: Passkey };

/** One's own passkeys: add, name, remove. */
export function Passkeys() {
  const { t, i18n } = useTranslation();
  const all = useQuery(passkeys);
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  return (
    <>
      <PasskeyProblem error={all.error} />
      <ul className="mb-4 grid gap-2">
        {all.data?.map((passkey) => (
          <li
            key={passkey.id}
            className="flex items-center gap-3 rounded-lg border border-line bg-sheet px-4 py-2.5"
          >
            <Fingerprint aria-hidden="true" className="size-5 shrink-0 text-soft" />
            <div className="min-w-0 grow">
              <p className="font-medium break-words">{passkey.name}</p>
              <p className="text-xs text-soft">
                {t("passkeys.added", { date: date(passkey.created_at, i18n.language) })} ·{" "}
                {t("settings.lastUsed")}{" "}
                {passkey.last_used_at ? moment(passkey.last_used_at, i18n.language) : t("settings.never")}
                {passkey.synced && ` · ${t("passkeys.synced")}`}
              </p>
            </div>
            <IconButton
              label={`${t("passkeys.rename")} – ${passkey.name}`}
              icon={<Pencil className="size-4" />}
              onClick={() => setAsked({ what: "rename", passkey })}
            />
            <IconButton
              label={`${t("passkeys.remove")} – ${passkey.name}`}
              icon={<Trash2 className="size-4" />}
              onClick={() => setAsked({ what: "remove", passkey })}
            />
          </li>
        ))}
      </ul>
      {passkeysWork() ? (
        <Button onClick={() => setAsked({ what: "add" })}>
          <Plus aria-hidden="true" className="size-4" />
          {t("passkeys.add")}
        </Button>
      ) : (
        <p className="text-sm text-soft">{t("passkeys.unknown")}</p>
      )}
      {asked?.what === "add" && (
        <Dialog title={t("passkeys.add")} onClose={close}>
          <AddPasskey onDone={close} onCancel={close} cancel={t("app.cancel")} />
        </Dialog>
      )}
      {asked?.what === "rename" && <Rename passkey={asked.passkey} onClose={close} />}
      {asked?.what === "remove" && <Remove passkey={asked.passkey} onClose={close} />}
    </>
  );
}

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(passkey.name);
  const path = `${PATH}/${passkey.id}`;
  const rename = useChange(() => request("PATCH", path, { json: { name: name.trim() } }), onClose);
  return (
    <Dialog title={t("passkeys.rename")} onClose={onClose}>
      <Form onSubmit={rename.mutate}>
        <Field
          label={t("passkeys.name")}
          required
          autoFocus
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <PasskeyProblem error={rename.error} />
        <Buttons action={t("people.save")} disabled={rename.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}

function Remove({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const path = `${PATH}/${passkey.id}/remove`;
  const remove = useChange(() => request("POST", path, { json: { password } }), onClose);
  return (
    <Dialog title={t("passkeys.removeTitle", { name: passkey.name })} onClose={onClose}>
      <Form onSubmit={remove.mutate}>
        <p className="text-soft">{t("passkeys.removeText")}</p>
        <PasswordField
          label={t("login.current")}
          autoComplete="current-password"
          autoFocus
          value={password}
          onValue={setPassword}
        />
        <PasskeyProblem error={remove.error} />
        <Buttons danger action={t("passkeys.remove")} disabled={remove.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}
