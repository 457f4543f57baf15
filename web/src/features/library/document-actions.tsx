import { useMutation } from "@tanstack/react-query";
import { CircleStop, Download, EllipsisVertical, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { Document } from "@/api/types";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Menu, MenuItem } from "@/components/menu";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { removed, updated } from "./events";

export function DocumentActions({ document }: { document: Document }) {
  const { t } = useTranslation();
  const [deleting, setDeleting] = useState(false);
  const { document_id: id, filename, status } = document;
  const path = `/api/v1/documents/${id}`;
  const cancel = useMutation({
    mutationFn: () => request<Document>("POST", `${path}/cancel`),
    onSuccess: (now) => updated(queryClient, now),
  });
  const drop = async () => {
    await request("DELETE", path);
    removed(queryClient, id);
    await queryClient.invalidateQueries({ queryKey: queries.collections.queryKey });
  };
  return (
    <div className="flex items-center justify-end">
      {status === "processing" && (
        <IconButton
          label={`${t("library.cancel")} – ${filename}`}
          icon={<CircleStop className="size-4" />}
          disabled={cancel.isPending}
          onClick={() => cancel.mutate()}
        />
      )}
      <Menu
        trigger={
          <IconButton
            label={t("library.actions", { name: filename })}
            icon={<EllipsisVertical className="size-4" />}
          />
        }
      >
        <MenuItem
          icon={<Download aria-hidden="true" className="size-4" />}
          onSelect={() => download(path, filename)}
        >
          {t("library.download")}
        </MenuItem>
        <MenuItem
          danger
          icon={<Trash2 aria-hidden="true" className="size-4" />}
          onSelect={() => setDeleting(true)}
        >
          {t("library.delete")}
        </MenuItem>
      </Menu>
      <ErrorNotice error={cancel.error} />
      {deleting && (
        <Confirm
          title={t("library.deleteDocument", { name: filename })}
          text={t("library.deleteDocumentText")}
          action={t("library.delete")}
          onConfirm={drop}
          onClose={() => setDeleting(false)}
        />
      )}
    </div>
  );
}

function download(path: string, filename: string): void {
  const link = window.document.createElement("a");
  link.href = `${path}/content`;
  link.download = filename;
  link.click();
}
