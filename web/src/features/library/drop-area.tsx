import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/components/logo";
import { droppedFiles } from "./dropped";
import { uploads } from "./upload-queue";

/** Files may be dropped anywhere in the window while this is on it. */
export function DropArea({ collection, children }: { collection: string; children: ReactNode }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const withFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const onOver = (event: DragEvent) => {
      if (!withFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      if (!event.dataTransfer || !withFiles(event)) return;
      event.preventDefault();
      setOver(false);
      void droppedFiles(event.dataTransfer).then((files) => uploads.add(files, collection));
    };
    const listen = { dragover: onOver, dragleave: onLeave, drop: onDrop };
    for (const [name, handler] of Object.entries(listen))
      window.addEventListener(name, handler as EventListener);
    return () => {
      for (const [name, handler] of Object.entries(listen))
        window.removeEventListener(name, handler as EventListener);
    };
  }, [collection]);
  return (
    <>
      {children}
      {over && (
        <div className="pointer-events-none fixed inset-3 z-40 grid animate-appear place-content-center justify-items-center gap-3 rounded-2xl border-2 border-dashed border-woad bg-woad-wash/90 p-6 text-center">
          <Logo className="size-16" />
          <p className="font-serif text-2xl">{t("library.drop", { name: collection })}</p>
          <p className="text-soft">{t("library.dropHint")}</p>
        </div>
      )}
    </>
  );
}
