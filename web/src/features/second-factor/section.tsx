import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldCheck, ShieldOff } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { PasswordField } from "@/features/login/password-field";
import { request } from "@/lib/http";
import { Enrol } from "./enrol";
import { factors, PATH, type Codes } from "./queries";
import { RecoveryCodes } from "./recovery-codes";

type Asked = "enrol" | "renew" | "remove";

/** One's own generator of codes: set up, renew the recovery codes, take away. */
export function SecondFactorSection() {
  const { t } = useTranslation();
  const mine = useQuery(factors);
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  if (!mine.data) return <ErrorNotice error={mine.error} />;
  const { totp, recovery_codes: left } = mine.data;
  const Shield = totp ? ShieldCheck : ShieldOff;
  return (
    <>
      <p className="mb-4 flex items-center gap-2">
        <Shield aria-hidden="true" className={totp ? "size-5 text-leaf" : "size-5 text-soft"} />
        {totp ? t("second.on") : t("second.off")}
        {totp && <span className="text-sm text-soft">{t("second.left", { count: left })}</span>}
      </p>
      <div className="flex flex-wrap gap-2">
        {totp ? (
          <>
            <Button onClick={() => setAsked("renew")}>{t("second.renew")}</Button>
            <Button look="quiet" onClick={() => setAsked("remove")}>
              {t("second.remove")}
            </Button>
          </>
        ) : (
          <Button onClick={() => setAsked("enrol")}>{t("second.setUp")}</Button>
        )}
      </div>
      {asked === "enrol" && (
        <Dialog title={t("second.setUp")} onClose={close}>
          <Enrol onDone={close} onCancel={close} cancel={t("app.cancel")} />
        </Dialog>
      )}
      {asked === "renew" && <Renew onClose={close} />}
      {asked === "remove" && <Remove onClose={close} />}
    </>
  );
}

function Renew({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [codes, setCodes] = useState<string[]>();
  const renew = async (password: string) =>
    setCodes((await request<Codes>("POST", `${PATH}/recovery-codes`, { json: { password } })).codes);
  return (
    <Dialog title={t("second.renew")} onClose={onClose}>
      {codes ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : (
        <WithPassword
          text={t("second.renewText")}
          action={t("second.renew")}
          onGo={renew}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

function Remove({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const remove = async (password: string) => {
    await request("POST", `${PATH}/remove`, { json: { password } });
    onClose();
  };
  return (
    <Dialog title={t("second.remove")} onClose={onClose}>
      <WithPassword
        danger
        text={t("second.removeText")}
        action={t("second.remove")}
        onGo={remove}
        onClose={onClose}
      />
    </Dialog>
  );
}

interface WithPasswordProps {
  text: string;
  action: string;
  danger?: boolean;
  onGo: (password: string) => Promise<void>;
  onClose: () => void;
}

function WithPassword({ text, action, danger, onGo, onClose }: WithPasswordProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [password, setPassword] = useState("");
  const go = useMutation({
    mutationFn: () => onGo(password),
    onSuccess: () => client.invalidateQueries({ queryKey: factors.queryKey }),
  });
  return (
    <Form onSubmit={go.mutate}>
      <p className="text-soft">{text}</p>
      <PasswordField
        label={t("login.current")}
        autoComplete="current-password"
        autoFocus
        value={password}
        onValue={setPassword}
      />
      <ErrorNotice error={go.error} />
      <Buttons danger={danger} action={action} disabled={go.isPending} onCancel={onClose} />
    </Form>
  );
}
