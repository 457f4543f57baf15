import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "@/lib/classes";
import { IconButton } from "./button";

interface Props {
  title: string;
  onClose: () => void;
  /** For what is read rather than filled in. */
  wide?: boolean;
  children: ReactNode;
}

/**
 * A modal window: the browser's own <dialog> traps the focus, closes with Escape and makes the rest inert.
 * (Radix' dialog locks scrolling with a <style> at run time, which the content security policy refuses.)
 */
export function Dialog({ title, onClose, wide, children }: Props) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const outside = useRef(false);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={onClose}
      onPointerDown={(event) => {
        outside.current = event.target === dialog.current;
      }}
      onClick={(event) => {
        // Begun and ended beside the window: a press whose button went away ends on the window itself.
        if (outside.current && event.target === dialog.current) dialog.current.close();
      }}
      className={classes(
        "animate-appear rounded-xl border border-line bg-paper p-0 text-start shadow-2xl",
        wide ? "w-[min(48rem,calc(100vw-2rem))]" : "w-[min(30rem,calc(100vw-2rem))]",
      )}
    >
      <div className="p-5">
        <header className="mb-3 flex items-start gap-3">
          <h2 id={id} className="grow text-xl break-words">
            {title}
          </h2>
          <IconButton
            label={t("app.close")}
            icon={<X className="size-5" />}
            onClick={() => dialog.current?.close()}
            className="-m-1.5"
          />
        </header>
        {children}
      </div>
    </dialog>
  );
}
