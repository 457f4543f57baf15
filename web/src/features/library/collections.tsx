import { EllipsisVertical, Pencil, Plus, Tag, Trash2, UserPlus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { Collection, Grant } from "@/api/types";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Menu, MenuItem } from "@/components/menu";
import { LabelDialog } from "@/features/labels/label-dialog";
import { ShareDialog } from "@/features/sharing/share-dialog";
import { classes } from "@/lib/classes";
import { request } from "@/lib/http";
import { CollectionForm } from "./collection-form";

interface Props {
  /** Whether the caller may rename or delete it. */
  managed: (collection: Collection) => boolean;
  collections: Collection[];
  chosen: string | undefined;
  onChoose: (name: string | undefined) => void;
}

type Asked = { what: "create" } | { what: "rename" | "share" | "labels" | "delete"; collection: Collection };

export function Collections({ collections, managed, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const change = async ({ id }: Collection, json: { access: Grant[] } | { labels: string[] }) => {
    await request("PATCH", `/api/v1/collections/${id}`, { json });
    await queryClient.invalidateQueries({ queryKey: queries.collections.queryKey });
  };
  const drop = async ({ id, name }: Collection) => {
    await request("DELETE", `/api/v1/collections/${id}`);
    await queryClient.invalidateQueries({ queryKey: queries.collections.queryKey });
    await queryClient.invalidateQueries({ queryKey: ["documents"] });
    if (chosen === name) onChoose(undefined);
  };
  return (
    <nav aria-label={t("library.collections")} className="mb-5 min-w-0">
      <h2 className="mb-2 hidden px-2 font-sans text-sm font-semibold tracking-normal text-soft @4xl/library:block">
        {t("library.collections")}
      </h2>
      <ul className="flex gap-1 overflow-x-auto pb-1 @max-4xl/library:-mx-1 @max-4xl/library:px-1 @4xl/library:flex-col @4xl/library:gap-0.5">
        <Item chosen={chosen === undefined} onClick={() => onChoose(undefined)} text={t("library.all")} />
        {collections.map((collection) => (
          <Item
            key={collection.id}
            chosen={chosen === collection.name}
            onClick={() => onChoose(collection.name)}
            text={collection.name}
            count={collection.documents_count}
            actions={
              managed(collection) && (
                <Menu
                  trigger={
                    <IconButton
                      label={t("library.actions", { name: collection.name })}
                      icon={<EllipsisVertical className="size-4" />}
                      size="narrow"
                    />
                  }
                >
                  <MenuItem
                    icon={<Pencil aria-hidden="true" className="size-4" />}
                    onSelect={() => setAsked({ what: "rename", collection })}
                  >
                    {t("library.rename")}
                  </MenuItem>
                  <MenuItem
                    icon={<UserPlus aria-hidden="true" className="size-4" />}
                    onSelect={() => setAsked({ what: "share", collection })}
                  >
                    {t("people.share")}
                  </MenuItem>
                  <MenuItem
                    icon={<Tag aria-hidden="true" className="size-4" />}
                    onSelect={() => setAsked({ what: "labels", collection })}
                  >
                    {t("labels.action")}
                  </MenuItem>
                  <MenuItem
                    danger
                    icon={<Trash2 aria-hidden="true" className="size-4" />}
                    onSelect={() => setAsked({ what: "delete", collection })}
                  >
                    {t("library.delete")}
                  </MenuItem>
                </Menu>
              )
            }
          />
        ))}
        <li className="shrink-0">
          <Button
            look="quiet"
            size="snug"
            className="w-full !justify-start !font-normal whitespace-nowrap"
            onClick={() => setAsked({ what: "create" })}
          >
            <Plus aria-hidden="true" className="size-4" />
            {t("library.newCollection")}
          </Button>
        </li>
      </ul>
      {asked?.what === "create" && <CollectionForm onClose={close} onDone={({ name }) => onChoose(name)} />}
      {asked?.what === "rename" && (
        <CollectionForm
          collection={asked.collection}
          onClose={close}
          onDone={({ name }) => {
            if (chosen === asked.collection.name) onChoose(name);
          }}
        />
      )}
      {asked?.what === "share" && (
        <ShareDialog
          name={asked.collection.name}
          resource={asked.collection.id}
          grants={asked.collection.access}
          onSave={(access) => change(asked.collection, { access })}
          onClose={close}
        />
      )}
      {asked?.what === "labels" && (
        <LabelDialog
          name={asked.collection.name}
          value={asked.collection.labels}
          onSave={(labels) => change(asked.collection, { labels })}
          onClose={close}
        />
      )}
      {asked?.what === "delete" && (
        <Confirm
          title={t("library.deleteCollection", { name: asked.collection.name })}
          text={t("library.deleteCollectionText", { count: asked.collection.documents_count })}
          action={t("library.delete")}
          onConfirm={() => drop(asked.collection)}
          onClose={close}
        />
      )}
    </nav>
  );
}

interface ItemProps {
  text: string;
  chosen: boolean;
  onClick: () => void;
  count?: number;
  actions?: React.ReactNode;
}

function Item({ text, chosen, onClick, count, actions }: ItemProps) {
  return (
    <li
      className={classes(
        "group flex shrink-0 items-center rounded-md @4xl/library:shrink",
        chosen ? "bg-woad-wash text-woad" : "hover:bg-sunken",
      )}
    >
      <button
        type="button"
        aria-current={chosen ? "true" : undefined}
        onClick={onClick}
        className="flex min-h-9 min-w-0 grow items-center gap-2 rounded-md px-2 text-start text-sm"
      >
        <span className="truncate @max-4xl/library:max-w-40">{text}</span>
        {count !== undefined && <span className="ms-auto text-xs text-soft tabular-nums">{count}</span>}
      </button>
      {actions}
    </li>
  );
}
