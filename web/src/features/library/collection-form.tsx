import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { Collection } from "@/api/types";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Buttons, Form } from "@/components/form";
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
  return (
    <Dialog title={collection ? t("library.rename") : t("library.newCollection")} onClose={onClose}>
      <Form onSubmit={save.mutate}>
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
        <Buttons
          action={collection ? t("library.save") : t("library.create")}
          disabled={save.isPending}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  );
}
