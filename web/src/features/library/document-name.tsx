import { Link } from "@tanstack/react-router";
import { File, FileImage, FileSpreadsheet, FileText, Mail, Presentation } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Document } from "@/api/types";
import { LabelNames } from "@/features/labels/label-names";
import { date, languageName, size } from "@/lib/format";

interface Shown {
  document: Document;
  showCollection: boolean;
}

/** The name opens the document beside the list, as soon as there is something to show. */
export function DocumentName(shown: Shown) {
  const { t } = useTranslation();
  const { document } = shown;
  return (
    <div className="flex gap-2.5">
      <Kind type={document.media_type} />
      <div className="min-w-0">
        {document.chunks_count > 0 || document.status === "indexed" ? (
          <Opens id={document.document_id} className="font-medium break-words">
            {document.filename}
          </Opens>
        ) : (
          <span className="font-medium break-words">{document.filename}</span>
        )}
        <LabelNames of={document.labels} />
        {document.parent_id && (
          <p className="text-xs text-soft">
            <Opens id={document.parent_id}>{t("library.attachmentOf")}</Opens>
          </p>
        )}
        <Facts {...shown} />
      </div>
    </div>
  );
}

/** What a wide table says in columns of its own stands here where it has none. */
function Facts({ document, showCollection }: Shown) {
  const { t, i18n } = useTranslation();
  const { pages, file_size: bytes, path } = document.metadata;
  const narrow = [
    document.language && languageName(document.language, i18n.language),
    document.version > 1 && t("library.version", { number: document.version }),
    date(document.upload_time, i18n.language),
  ].filter(Boolean);
  const facts = [
    showCollection && document.collection,
    document.children_count > 0 && t("library.attachments", { count: document.children_count }),
    typeof path === "string" && path,
  ].filter(Boolean);
  const onPhone = [
    pages !== undefined && t("library.pages", { count: pages }),
    bytes !== undefined && size(bytes, i18n.language),
  ].filter(Boolean);
  return (
    <p className="text-xs text-soft">
      {facts.join(" · ")}
      <span className="@xl:hidden">
        {facts.length > 0 && onPhone.length > 0 && " · "}
        {onPhone.join(" · ")}
      </span>
      <span className="@4xl:hidden">
        <Separator after={facts} onPhoneAfter={onPhone} />
        {narrow.join(" · ")}
      </span>
    </p>
  );
}

/** Shows a document beside the list, from its beginning. */
function Opens({ id, className = "", children }: { id: string; className?: string; children: ReactNode }) {
  const whole = { version: undefined, start: undefined, end: undefined, page: undefined };
  return (
    <Link
      to="."
      search={(now) => ({ ...now, doc: id, ...whole })}
      className={`underline-offset-4 hover:underline ${className}`}
    >
      {children}
    </Link>
  );
}

/** Where nothing comes before on a wide screen, it stands on a phone only. */
function Separator({ after, onPhoneAfter }: { after: unknown[]; onPhoneAfter: unknown[] }) {
  if (after.length > 0) return " · ";
  return onPhoneAfter.length > 0 && <span className="@xl:hidden"> · </span>;
}

function Kind({ type }: { type: string }) {
  const icons: [RegExp, typeof File][] = [
    [/^image\//, FileImage],
    [/sheet|csv|excel|tab-sep/, FileSpreadsheet],
    [/presentation|powerpoint/, Presentation],
    [/^message\/|outlook/, Mail],
    [/pdf|word|text|html|rtf|epub/, FileText],
  ];
  const Icon = icons.find(([pattern]) => pattern.test(type))?.[1] ?? File;
  return <Icon aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-soft" />;
}
