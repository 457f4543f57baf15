import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";

export function Shortcuts({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const rows: [string[], string][] = [
    [["/"], t("keys.question")],
    [["g", "a"], t("keys.ask")],
    [["g", "l"], t("keys.library")],
    [["g", "s"], t("keys.settings")],
    [["Esc"], t("keys.close")],
    [["?"], t("keys.help")],
  ];
  return (
    <Dialog title={t("app.shortcuts")} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2 text-sm">
        {rows.map(([keys, text]) => (
          <div key={text} className="col-span-2 grid grid-cols-subgrid">
            <dt className="flex items-center gap-1.5">
              {keys.map((key, index) => (
                <span key={key} className="contents">
                  {index > 0 && <span className="text-soft">{t("keys.then")}</span>}
                  <kbd className="min-w-7 rounded border border-line bg-sheet px-1.5 py-0.5 text-center font-mono text-xs">
                    {key}
                  </kbd>
                </span>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
