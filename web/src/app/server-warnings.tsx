import { useQuery } from "@tanstack/react-query";
import { TriangleAlert, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { ServerStatus } from "@/api/types";
import { IconButton } from "@/components/button";
import { CopyButton } from "@/components/copy";
import { recall, remember } from "@/lib/storage";

const KEY = "bastide.dismissed";

/** What the server says is missing, with the command that helps for who runs it; dismissed until the next visit. */
export function ServerWarnings() {
  const { t } = useTranslation();
  const status = useQuery(queries.status);
  const [dismissed, setDismissed] = useState(() => recall<string[]>(() => sessionStorage, KEY) ?? []);
  const warnings = status.data?.warnings.filter((warning) => !dismissed.includes(warning.code)) ?? [];
  if (warnings.length === 0) return null;
  const dismiss = (code: string) => {
    const all = [...dismissed, code];
    setDismissed(all);
    remember(() => sessionStorage, KEY, all);
  };
  return (
    <section aria-label={t("server.title")} className="border-b border-line bg-brick-wash text-sm">
      {warnings.map((warning) => (
        <Warning key={warning.code} warning={warning} onDismiss={() => dismiss(warning.code)} />
      ))}
    </section>
  );
}

type Warning = ServerStatus["warnings"][number];
/** Codes whose hint is a command. */
const COMMANDS = new Set(["ocr.missing", "ocr.language_missing", "models.missing"]);
const KNOWN = [
  "ocr_missing",
  "ocr_language_missing",
  "disk_low",
  "models_missing",
  "document_scanner_unavailable",
  "settings_unknown",
  "gateway_fallback_unknown",
] as const;

function Warning({
  warning: { code, message, hint },
  onDismiss,
}: {
  warning: Warning;
  onDismiss: () => void;
}) {
  const { t } = useTranslation();
  const key = KNOWN.find((known) => known === code.replaceAll(".", "_"));
  return (
    <div className="flex items-center gap-3 px-4 py-2 md:px-8">
      <TriangleAlert aria-hidden="true" className="size-4 shrink-0 text-brick" />
      <div className="flex min-w-0 grow flex-wrap items-center gap-x-3">
        <span>
          {key
            ? t(`server.${key}`)
            : hint
              ? t("server.other", { message: `${message} – ${hint}` })
              : t("server.unknown", { code })}
        </span>
        {key && hint && COMMANDS.has(code) && (
          <span className="flex min-w-0 items-center gap-x-2">
            {t("server.onServer")}
            <code className="min-w-0 font-mono text-xs break-words">{hint}</code>
            <CopyButton text={hint} label={t("server.copyCommand")} />
          </span>
        )}
      </div>
      <IconButton label={t("app.dismiss")} icon={<X className="size-4" />} onClick={onDismiss} />
    </div>
  );
}
