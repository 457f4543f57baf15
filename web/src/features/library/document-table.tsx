import { useTranslation } from "react-i18next";
import type { Document } from "@/api/types";
import { date, languageName, size } from "@/lib/format";
import { DocumentActions } from "./document-actions";
import { DocumentName } from "./document-name";
import { DocumentState } from "./document-state";

interface Props {
  documents: Document[];
  showCollection: boolean;
}

// By the room that the table has, not the window: a document may stand open beside it.
const STACKED = "@max-xl:hidden";
const WIDE_ONLY = "@max-4xl:hidden";

/** A table where there is room; in a narrow place the same rows, stacked. */
export function DocumentTable({ documents, showCollection }: Props) {
  const { t } = useTranslation();
  const head = "border-b border-line px-2 py-2 text-start font-medium text-soft whitespace-nowrap";
  return (
    <div className="@container">
      <table className="w-full border-collapse text-sm @max-xl:block">
        <thead className="@max-xl:sr-only">
          <tr>
            <th scope="col" className={head}>
              {t("library.columns.name")}
            </th>
            <th scope="col" className={head}>
              {t("library.columns.status")}
            </th>
            <th scope="col" className={`${head} text-end ${STACKED}`}>
              {t("library.columns.pages")}
            </th>
            <th scope="col" className={`${head} text-end ${STACKED}`}>
              {t("library.columns.size")}
            </th>
            <th scope="col" className={`${head} ${WIDE_ONLY}`}>
              {t("library.columns.language")}
            </th>
            <th scope="col" className={`${head} text-end ${WIDE_ONLY}`}>
              {t("library.columns.version")}
            </th>
            <th scope="col" className={`${head} ${WIDE_ONLY}`}>
              {t("library.columns.added")}
            </th>
            <th scope="col" className={head}>
              <span className="sr-only">{t("library.columns.actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody className="@max-xl:block">
          {documents.map((document) => (
            <Row key={document.document_id} document={document} showCollection={showCollection} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ document, showCollection }: { document: Document; showCollection: boolean }) {
  const { i18n } = useTranslation();
  const { pages, file_size: bytes } = document.metadata;
  const cell = "px-2 py-2.5 align-top whitespace-nowrap";
  return (
    <tr className="border-b border-line hover:bg-sheet @max-xl:grid @max-xl:grid-cols-[1fr_auto] @max-xl:py-2">
      <td className="w-full max-w-0 px-2 py-2.5 align-top @max-xl:max-w-none @max-xl:min-w-0 @max-xl:py-1">
        <DocumentName document={document} showCollection={showCollection} />
      </td>
      <td className="min-w-52 px-2 py-2.5 align-top @max-xl:order-last @max-xl:col-span-2 @max-xl:ps-9 @max-xl:py-1">
        <DocumentState document={document} />
      </td>
      <td className={`${cell} text-end tabular-nums ${STACKED}`}>{pages ?? ""}</td>
      <td className={`${cell} text-end tabular-nums ${STACKED}`}>
        {bytes === undefined ? "" : size(bytes, i18n.language)}
      </td>
      <td className={`${cell} ${WIDE_ONLY}`}>
        {document.language ? languageName(document.language, i18n.language) : ""}
      </td>
      <td className={`${cell} text-end tabular-nums ${WIDE_ONLY}`}>{document.version}</td>
      <td className={`${cell} ${WIDE_ONLY}`}>{date(document.upload_time, i18n.language)}</td>
      <td className="px-1 py-1 text-end align-top">
        <DocumentActions document={document} />
      </td>
    </tr>
  );
}
