import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Document, Grant } from "@/api/types";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { GrantList } from "./grant-list";
import { Readers } from "./readers";
import { Why } from "./why";

interface Access {
  access: Grant[];
  narrowed: boolean;
}

/** A document follows its collection, or is for fewer people than it. */
export function DocumentShare({ document, onClose }: { document: Document; onClose: () => void }) {
  const { t } = useTranslation();
  const path = `/api/v1/documents/${document.document_id}/access`;
  const access = useQuery({
    queryKey: ["access", document.document_id],
    queryFn: () => request<Access>("GET", path),
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <Dialog title={t("people.shareTitle", { name: document.filename })} onClose={onClose}>
      <ErrorNotice error={access.error} />
      {access.isPending && <Waiting label={t("app.loading")} />}
      {access.data && <Form document={document} access={access.data} path={path} onClose={onClose} />}
    </Dialog>
  );
}

interface FormProps {
  document: Document;
  access: Access;
  path: string;
  onClose: () => void;
}

function Form({ document: { document_id: id, collection }, access, path, onClose }: FormProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [narrowed, setNarrowed] = useState(access.narrowed);
  const [list, setList] = useState(access.access);
  const save = useMutation({
    mutationFn: () => request<Access>("PUT", path, { json: { access: narrowed ? list : [] } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ["readers", id] });
      onClose();
    },
  });
  return (
    <>
      <Check
        label={t("people.narrow")}
        hint={narrowed ? t("people.narrowText", { collection }) : t("people.follows", { collection })}
        checked={narrowed}
        onChange={setNarrowed}
      />
      {narrowed && (
        <div className="mt-4">
          {list.length === 0 && <p className="mb-3 text-sm text-brick">{t("people.narrowNobody")}</p>}
          <GrantList list={list} onChange={setList} />
        </div>
      )}
      <ErrorNotice error={save.error} />
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        <Button
          look="main"
          disabled={save.isPending || (narrowed && list.length === 0)}
          onClick={() => save.mutate()}
        >
          {t("people.shareSave")}
        </Button>
      </div>
      <Readers resource={id} />
      <Why resource={id} />
    </>
  );
}
