import { useMutation } from "@tanstack/react-query";
import { CircleStop, Download, EllipsisVertical, RotateCcw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { Document } from "@/api/types";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Menu, MenuItem } from "@/components/menu";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { removed, updated } from "./events";
import { PasswordPrompt } from "./password-prompt";

const NEEDS_PASSWORD = new Set(["document.encrypted", "document.password"]);

export function DocumentActions({ document }: { document: Document }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<"delete" | "password">();
  const { document_id: id, filename, status, error } = document;
  const path = `/api/v1/documents/${id}`;
  const change = useMutation({
    mutationFn: (verb: "retry" | "cancel") => request<Document>("POST", `${path}/${verb}`, { json: {} }),
    onSuccess: (now) => updated(queryClient, now),
  });
  const drop = async () => {
    await request("DELETE", path);
    removed(queryClient, id);
    await queryClient.invalidateQueries({ queryKey: queries.collections.queryKey });
  };
  const retry = () =>
    error && NEEDS_PASSWORD.has(error.code) ? setAsked("password") : change.mutate("retry");
  const icon = "size-4";
  return (
    <div className="flex items-center justify-end gap-1">
      {status === "failed" && (
        <Button
          look="plain"
          className="min-h-8 px-2 whitespace-nowrap"
          onClick={retry}
          disabled={change.isPending}
        >
          {t("library.retry")}
        </Button>
      )}
      {status === "processing" && (
        <IconButton
          label={`${t("library.cancel")} – ${filename}`}
          icon={<CircleStop className={icon} />}
          onClick={() => change.mutate("cancel")}
        />
      )}
      <Menu
        trigger={
          <IconButton
            label={t("library.actions", { name: filename })}
            icon={<EllipsisVertical className={icon} />}
          />
        }
      >
        {(status === "cancelled" || status === "failed") && (
          <MenuItem icon={<RotateCcw aria-hidden="true" className={icon} />} onSelect={retry}>
            {t("library.retry")}
          </MenuItem>
        )}
        <MenuItem
          icon={<Download aria-hidden="true" className={icon} />}
          onSelect={() => download(path, filename)}
        >
          {t("library.download")}
        </MenuItem>
        <MenuItem
          danger
          icon={<Trash2 aria-hidden="true" className={icon} />}
          onSelect={() => setAsked("delete")}
        >
          {t("library.delete")}
        </MenuItem>
      </Menu>
      <ErrorNotice error={change.error} />
      {asked === "delete" && (
        <Confirm
          title={t("library.deleteDocument", { name: filename })}
          text={t("library.deleteDocumentText")}
          action={t("library.delete")}
          onConfirm={drop}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked === "password" && <PasswordPrompt document={document} onClose={() => setAsked(undefined)} />}
    </div>
  );
}

function download(path: string, filename: string): void {
  const link = window.document.createElement("a");
  link.href = `${path}/content`;
  link.download = filename;
  link.click();
}
