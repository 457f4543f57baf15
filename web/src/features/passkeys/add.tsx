import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { PasswordField } from "@/features/login/password-field";
import { RecoveryCodes } from "@/features/second-factor/recovery-codes";
import { request } from "@/lib/http";
import { makePasskey } from "./browser";
import { PasskeyProblem } from "./problem";
import { PATH, useChange, type Passkey } from "./queries";

interface Props {
  onDone: () => void;
  onCancel: () => void;
  cancel: string;
  instead?: ReactNode;
}

/** Name and password, what the browser asks for, recovery codes if there were none. `instead`: another way. */
export function AddPasskey({ onDone, onCancel, cancel, instead }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [codes, setCodes] = useState<string[]>([]);
  const add = useChange(
    async () => {
      const begun = await request<{ options: PublicKeyCredentialCreationOptionsJSON }>(
        "POST",
        `${PATH}/begin`,
        { json: { password } },
      );
      const credential = await makePasskey(begun.options);
      const json = { name: name.trim(), credential };
      const made = await request<Passkey & { recovery_codes: string[] }>("POST", PATH, { json });
      setCodes(made.recovery_codes);
      if (made.recovery_codes.length === 0) onDone();
    },
    () => undefined,
  );
  if (codes.length > 0) return <RecoveryCodes codes={codes} onDone={onDone} />;
  return (
    <>
      <Form onSubmit={add.mutate}>
        <Field
          label={t("passkeys.name")}
          hint={t("passkeys.nameHint")}
          required
          autoFocus
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <PasswordField
          label={t("login.current")}
          autoComplete="current-password"
          value={password}
          onValue={setPassword}
        />
        <PasskeyProblem error={add.error} />
        <Buttons action={t("second.next")} disabled={add.isPending} onCancel={onCancel} cancel={cancel} />
      </Form>
      {instead}
    </>
  );
}
