import { useMutation } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queryClient } from "@/api/queries";
import type { Document } from "@/api/types";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { updated } from "./events";
import { PasswordPrompt } from "./password-prompt";

/** Reads a document again; asks for its password where that is what was missing. */
export function RetryButton({ document }: { document: Document }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  const retry = useMutation({
    mutationFn: () =>
      request<Document>("POST", `/api/v1/documents/${document.document_id}/retry`, { json: {} }),
    onSuccess: (now) => updated(queryClient, now),
  });
  const encrypted = document.error?.code === "document.encrypted";
  if (encrypted && document.error?.details.reason === "sealed") return null;
  return (
    <>
      <Button
        size="small"
        className="mt-1.5"
        disabled={retry.isPending}
        onClick={() => (encrypted ? setAsked(true) : retry.mutate())}
        aria-label={`${t("library.retry")} – ${document.filename}`}
      >
        <RotateCcw aria-hidden="true" className="size-3.5" />
        {t("library.retry")}
      </Button>
      <ErrorNotice error={retry.error} />
      {asked && <PasswordPrompt document={document} onClose={() => setAsked(false)} />}
    </>
  );
}
