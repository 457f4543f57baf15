import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Shown } from "@/components/shown";
import { save } from "@/lib/save";

/** To be kept somewhere safe; shown this once. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { t } = useTranslation();
  const text = codes.join("\n");
  return (
    <div className="grid gap-3">
      <p className="text-soft">{t("second.codesText")}</p>
      <Shown text={text} />
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={() => save("bastide-recovery-codes.txt", `${text}\n`, "text/plain")}>
          <Download aria-hidden="true" className="size-4" />
          {t("second.codesSave")}
        </Button>
        <Button look="main" onClick={onDone}>
          {t("second.codesDone")}
        </Button>
      </div>
    </div>
  );
}
