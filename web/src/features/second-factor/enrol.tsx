import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Field } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { Shown } from "@/components/shown";
import { PasswordField } from "@/features/login/password-field";
import { request } from "@/lib/http";
import { factors, PATH, type Codes, type Enrolment } from "./queries";
import { RecoveryCodes } from "./recovery-codes";

const QrCode = lazy(async () => ({ default: (await import("./qr-code")).QrCode }));

interface Props {
  onDone: () => void;
  onCancel: () => void;
  cancel: string;
  instead?: ReactNode;
}

/** Password, picture and first code, recovery codes. `instead`: another way, offered before the first step. */
export function Enrol({ onDone, onCancel, cancel, instead }: Props) {
  const [enrolment, setEnrolment] = useState<Enrolment>();
  const [codes, setCodes] = useState<string[]>();
  const back = { onCancel, cancel };
  if (codes) return <RecoveryCodes codes={codes} onDone={onDone} />;
  if (enrolment) return <Confirm enrolment={enrolment} onConfirmed={setCodes} {...back} />;
  return (
    <>
      <Prove onProved={setEnrolment} {...back} />
      {instead}
    </>
  );
}

interface Back {
  onCancel: () => void;
  cancel: string;
}

function Prove({ onProved, onCancel, cancel }: Back & { onProved: (enrolment: Enrolment) => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const begin = useMutation({
    mutationFn: () => request<Enrolment>("POST", PATH, { json: { password } }),
    onSuccess: onProved,
  });
  return (
    <Form onSubmit={begin.mutate}>
      <p className="text-soft">{t("second.need")}</p>
      <PasswordField
        label={t("login.current")}
        autoComplete="current-password"
        autoFocus
        value={password}
        onValue={setPassword}
      />
      <ErrorNotice error={begin.error} />
      <Buttons action={t("second.next")} disabled={begin.isPending} onCancel={onCancel} cancel={cancel} />
    </Form>
  );
}

interface ConfirmProps extends Back {
  enrolment: Enrolment;
  onConfirmed: (codes: string[]) => void;
}

function Confirm({ enrolment: { secret, uri }, onConfirmed, onCancel, cancel }: ConfirmProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [code, setCode] = useState("");
  const confirm = useMutation({
    mutationFn: () => request<Codes>("POST", `${PATH}/confirm`, { json: { code: code.trim() } }),
    onSuccess: async ({ codes }) => {
      onConfirmed(codes);
      await client.invalidateQueries({ queryKey: factors.queryKey });
      await client.invalidateQueries({ queryKey: ["sessions"] });
    },
  });
  return (
    <Form onSubmit={confirm.mutate}>
      <p className="text-soft">{t("second.scan")}</p>
      <div className="grid justify-items-center">
        <Suspense fallback={<Waiting label={t("app.loading")} />}>
          <QrCode text={uri} label={t("second.picture")} />
        </Suspense>
      </div>
      <details className="text-sm">
        <summary className="cursor-pointer text-woad">{t("second.byHand")}</summary>
        <div className="mt-2">
          <Shown text={secret} />
        </div>
      </details>
      <Field
        label={t("second.code")}
        hint={t("second.codeHint")}
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        autoFocus
        maxLength={12}
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <ErrorNotice error={confirm.error} />
      <Buttons
        action={t("second.switchOn")}
        disabled={confirm.isPending}
        onCancel={onCancel}
        cancel={cancel}
      />
    </Form>
  );
}
