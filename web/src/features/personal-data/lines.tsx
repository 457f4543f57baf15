import { useTranslation } from "react-i18next";

/** A short list under a word. */
export function Lines({ title, lines }: { title: string; lines: string[] }) {
  const { t } = useTranslation();
  return (
    <div className="text-sm">
      <h3 className="font-sans font-medium">{title}</h3>
      {lines.length === 0 && <p className="text-soft">{t("personal.nothing")}</p>}
      <ul className="list-disc ps-5 text-soft">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}
