import { useMutation } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { Collection } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";

interface Props {
  collection?: Collection;
  onClose: () => void;
  onDone: (collection: Collection) => void;
}

/** Makes a collection, or gives one another name or description. */
export function CollectionForm({ collection, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const [name, setName] = useState(collection?.name ?? "");
  const [description, setDescription] = useState(collection?.description ?? "");
  const save = useMutation({
    mutationFn: () => {
      const json = { name: name.trim(), description: description.trim() };
      return collection
        ? request<Collection>("PATCH", `/api/v1/collections/${collection.id}`, { json })
        : request<Collection>("POST", "/api/v1/collections", { json });
    },
    onSuccess: async (saved) => {
      await queryClient.invalidateQueries({ queryKey: queries.collections.queryKey });
      await queryClient.invalidateQueries({ queryKey: ["documents"] });
      onDone(saved);
      onClose();
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog title={collection ? t("library.rename") : t("library.newCollection")} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <Field
          label={t("library.name")}
          value={name}
          onChange={(event) => setName(event.target.value)}
          required
          autoFocus
          maxLength={100}
        />
        <Field
          label={`${t("library.description")} (${t("library.optional")})`}
          value={description}
          onChange={(event) => setDescription(event.target.value)}
          maxLength={500}
        />
        <ErrorNotice error={save.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button type="submit" look="main" disabled={save.isPending}>
            {collection ? t("library.save") : t("library.create")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
