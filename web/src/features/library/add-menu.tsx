import { File, FolderUp, Plus } from "lucide-react";
import { useRef, type ChangeEvent } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Menu, MenuItem } from "@/components/menu";
import { chosenFiles } from "./dropped";
import { uploads } from "./upload-queue";

export function AddMenu({ collection, className }: { collection: string; className?: string }) {
  const { t } = useTranslation();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const add = (event: ChangeEvent<HTMLInputElement>) => {
    uploads.add(chosenFiles(event.target.files ?? []), collection);
    event.target.value = "";
  };
  return (
    <div className={className}>
      <Menu
        trigger={
          <Button look="main">
            <Plus aria-hidden="true" className="size-4" />
            {t("library.add")}
          </Button>
        }
      >
        <p className="px-2 pt-1 pb-1.5 text-xs text-soft">{t("library.into", { name: collection })}</p>
        <MenuItem
          icon={<File aria-hidden="true" className="size-4" />}
          onSelect={() => files.current?.click()}
        >
          {t("library.addFiles")}
        </MenuItem>
        <MenuItem
          icon={<FolderUp aria-hidden="true" className="size-4" />}
          onSelect={() => folder.current?.click()}
        >
          {t("library.addFolder")}
        </MenuItem>
      </Menu>
      <input ref={files} type="file" multiple hidden onChange={add} data-testid="files" />
      <input ref={folder} type="file" multiple hidden onChange={add} {...{ webkitdirectory: "" }} />
    </div>
  );
}
