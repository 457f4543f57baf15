import { ChevronDown, ChevronUp, RotateCcw, X } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { inWords } from "@/i18n/errors";
import { classes } from "@/lib/classes";
import { uploads, type Upload } from "./upload-queue";

/** What is being sent, in the corner, on every page. */
export function UploadPanel() {
  const { t } = useTranslation();
  const all = useSyncExternalStore(uploads.subscribe, uploads.snapshot);
  const [folded, setFolded] = useState(false);
  if (all.length === 0) return null;
  const open = all.filter(({ state }) => state === "waiting" || state === "sending").length;
  const sent = all.filter(({ state }) => state === "sent" || state === "duplicate").length;
  return (
    <section
      aria-label={t("uploads.title", { count: open })}
      className="fixed end-3 bottom-3 z-30 w-[min(23rem,calc(100vw-1.5rem))] animate-appear rounded-xl border border-line bg-sheet shadow-xl max-md:bottom-[4.75rem]"
    >
      <header className="flex items-center gap-1 py-1 ps-4 pe-1">
        <p role="status" className="grow text-sm font-medium">
          {open > 0 ? t("uploads.title", { count: open }) : t("uploads.done", { count: sent })}
        </p>
        <IconButton
          label={folded ? t("uploads.expand") : t("uploads.collapse")}
          aria-expanded={!folded}
          icon={folded ? <ChevronUp className="size-4" /> : <ChevronDown className="size-4" />}
          onClick={() => setFolded(!folded)}
        />
        {open === 0 && (
          <IconButton
            label={t("uploads.clear")}
            icon={<X className="size-4" />}
            onClick={() => uploads.clear()}
          />
        )}
      </header>
      {!folded && (
        <ul className="max-h-64 overflow-y-auto border-t border-line py-1">
          {all.map((upload) => (
            <Row key={upload.id} upload={upload} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Row({ upload }: { upload: Upload }) {
  const { t, i18n } = useTranslation();
  const { id, name, state, error } = upload;
  const percent = upload.bytes ? Math.round((100 * upload.sent) / upload.bytes) : 0;
  const words = {
    waiting: t("uploads.waiting"),
    sending: `${percent} %`,
    sent: t("uploads.sent"),
    duplicate: t("uploads.duplicate"),
    cancelled: t("uploads.cancelled"),
    failed: error ? inWords(t, error, i18n.language) : "",
  };
  return (
    <li className="flex items-center gap-2 py-1 ps-4 pe-1 text-sm">
      <div className="min-w-0 grow">
        <p className="truncate" title={name}>
          {name}
        </p>
        {state === "sending" && (
          <progress
            max={100}
            value={percent}
            aria-label={t("uploads.progress", { name, percent })}
            className="block w-full"
          />
        )}
        <p className={classes("text-xs", state === "failed" ? "text-brick" : "text-soft")}>{words[state]}</p>
      </div>
      {(state === "waiting" || state === "sending") && (
        <IconButton
          label={t("uploads.stop", { name })}
          icon={<X className="size-4" />}
          onClick={() => uploads.cancel(id)}
        />
      )}
      {(state === "failed" || state === "cancelled") && (
        <IconButton
          label={t("uploads.again", { name })}
          icon={<RotateCcw className="size-4" />}
          onClick={() => uploads.again(id)}
        />
      )}
    </li>
  );
}
