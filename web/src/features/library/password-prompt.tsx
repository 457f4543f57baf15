import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queryClient } from "@/api/queries";
import type { Document } from "@/api/types";
import { Dialog } from "@/components/dialog";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { PasswordField } from "@/features/login/password-field";
import { request } from "@/lib/http";
import { updated } from "./events";

/** Asks for the password of a protected document and has it read again. */
export function PasswordPrompt({ document, onClose }: { document: Document; onClose: () => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const retry = useMutation({
    mutationFn: () =>
      request<Document>("POST", `/api/v1/documents/${document.document_id}/retry`, { json: { password } }),
    onSuccess: (now) => {
      updated(queryClient, now);
      onClose();
    },
  });
  return (
    <Dialog title={t("library.passwordTitle", { name: document.filename })} onClose={onClose}>
      <Form onSubmit={retry.mutate}>
        <p className="text-soft">{t("library.passwordText")}</p>
        <PasswordField
          label={t("login.password")}
          autoComplete="off"
          autoFocus
          value={password}
          onValue={setPassword}
        />
        <ErrorNotice error={retry.error} />
        <Buttons action={t("library.passwordSubmit")} disabled={retry.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}
