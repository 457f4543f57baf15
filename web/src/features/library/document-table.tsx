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

/** A table where there is room; on a phone the same rows, stacked. */
export function DocumentTable({ documents, showCollection }: Props) {
  const { t } = useTranslation();
  const head = "border-b border-line px-2 py-2 text-start font-medium text-soft";
  return (
    <table className="w-full border-collapse text-sm max-md:block">
      <thead className="max-md:sr-only">
        <tr>
          <th scope="col" className={head}>
            {t("library.columns.name")}
          </th>
          <th scope="col" className={head}>
            {t("library.columns.status")}
          </th>
          <th scope="col" className={`${head} text-end`}>
            {t("library.columns.pages")}
          </th>
          <th scope="col" className={`${head} text-end`}>
            {t("library.columns.size")}
          </th>
          <th scope="col" className={`${head} max-lg:hidden`}>
            {t("library.columns.language")}
          </th>
          <th scope="col" className={`${head} text-end max-lg:hidden`}>
            {t("library.columns.version")}
          </th>
          <th scope="col" className={`${head} max-lg:hidden`}>
            {t("library.columns.added")}
          </th>
          <th className={head}>
            <span className="sr-only">{t("library.actions", { name: "" })}</span>
          </th>
        </tr>
      </thead>
      <tbody className="max-md:block">
        {documents.map((document) => (
          <Row key={document.document_id} document={document} showCollection={showCollection} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ document, showCollection }: { document: Document; showCollection: boolean }) {
  const { i18n } = useTranslation();
  const { pages, file_size: bytes } = document.metadata;
  const cell = "px-2 py-2.5 align-top max-md:hidden";
  return (
    <tr className="border-b border-line max-md:grid max-md:grid-cols-[1fr_auto] max-md:py-2 hover:bg-sheet">
      <td className="max-w-0 min-w-52 px-2 py-2.5 align-top max-md:max-w-none max-md:min-w-0 max-md:py-1 md:w-[45%]">
        <DocumentName document={document} showCollection={showCollection} />
      </td>
      <td className="min-w-44 px-2 py-2.5 align-top max-md:order-last max-md:col-span-2 max-md:py-1">
        <DocumentState document={document} />
      </td>
      <td className={`${cell} text-end tabular-nums`}>{pages ?? ""}</td>
      <td className={`${cell} text-end whitespace-nowrap tabular-nums`}>
        {bytes === undefined ? "" : size(bytes, i18n.language)}
      </td>
      <td className={`${cell} max-lg:hidden`}>
        {document.language ? languageName(document.language, i18n.language) : ""}
      </td>
      <td className={`${cell} text-end tabular-nums max-lg:hidden`}>{document.version}</td>
      <td className={`${cell} whitespace-nowrap max-lg:hidden`}>
        {date(document.upload_time, i18n.language)}
      </td>
      <td className="px-1 py-1 text-end align-top">
        <DocumentActions document={document} />
      </td>
    </tr>
  );
}
