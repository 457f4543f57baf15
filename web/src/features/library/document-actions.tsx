import { useMutation, useQuery } from "@tanstack/react-query";
import { CircleStop, Download, EllipsisVertical, Tag, Trash2, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { Document } from "@/api/types";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Menu, MenuItem } from "@/components/menu";
import { ErrorNotice } from "@/components/notice";
import { LabelDialog } from "@/features/labels/label-dialog";
import { DocumentShare } from "@/features/sharing/document-share";
import { request } from "@/lib/http";
import { removed, updated } from "./events";

export function DocumentActions({ document }: { document: Document }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<"share" | "labels" | "delete">();
  const close = () => setAsked(undefined);
  const mayShare = useQuery(queries.me).data?.actions.includes("collection.create");
  const { document_id: id, filename, status } = document;
  const path = `/api/v1/documents/${id}`;
  const cancel = useMutation({
    mutationFn: () => request<Document>("POST", `${path}/cancel`),
    onSuccess: (now) => updated(queryClient, now),
  });
  const label = async (labels: string[]) =>
    updated(queryClient, await request<Document>("PATCH", path, { json: { labels } }));
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
        {mayShare && (
          <>
            <MenuItem
              icon={<UserPlus aria-hidden="true" className="size-4" />}
              onSelect={() => setAsked("share")}
            >
              {t("people.share")}
            </MenuItem>
            <MenuItem
              icon={<Tag aria-hidden="true" className="size-4" />}
              onSelect={() => setAsked("labels")}
            >
              {t("labels.action")}
            </MenuItem>
          </>
        )}
        <MenuItem
          danger
          icon={<Trash2 aria-hidden="true" className="size-4" />}
          onSelect={() => setAsked("delete")}
        >
          {t("library.delete")}
        </MenuItem>
      </Menu>
      <ErrorNotice error={cancel.error} />
      {asked === "share" && <DocumentShare document={document} onClose={close} />}
      {asked === "labels" && (
        <LabelDialog name={filename} value={document.labels} onSave={label} onClose={close} />
      )}
      {asked === "delete" && (
        <Confirm
          title={t("library.deleteDocument", { name: filename })}
          text={t("library.deleteDocumentText")}
          action={t("library.delete")}
          onConfirm={drop}
          onClose={close}
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
