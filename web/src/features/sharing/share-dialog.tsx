import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Grant } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { ErrorNotice } from "@/components/notice";
import { GrantList } from "./grant-list";
import { Readers } from "./readers";
import { Why } from "./why";

interface Props {
  name: string;
  resource: string;
  grants: Grant[];
  onSave: (grants: Grant[]) => Promise<unknown>;
  onClose: () => void;
}

/** Who may do what with a collection; saved as a whole. */
export function ShareDialog({ name, resource, grants, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const [list, setList] = useState(grants);
  const save = useMutation({ mutationFn: () => onSave(list), onSuccess: onClose });
  return (
    <Dialog title={t("people.shareTitle", { name })} onClose={onClose}>
      {list.length === 0 && <p className="mb-3 text-sm text-soft">{t("people.shareNone")}</p>}
      <GrantList list={list} onChange={setList} />
      <ErrorNotice error={save.error} />
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{t("app.cancel")}</Button>
        <Button look="main" disabled={save.isPending} onClick={() => save.mutate()}>
          {t("people.shareSave")}
        </Button>
      </div>
      <Readers resource={resource} />
      <Why resource={resource} />
    </Dialog>
  );
}
