import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Shown } from "@/components/shown";

/** The only time that a key can be read. */
export function KeyShown({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("settings.keyMade")} onClose={onClose}>
      <p className="mb-2 text-soft">{t("settings.keyOnce")}</p>
      <Shown text={secret} />
      <p className="mt-4 mb-2 text-sm text-soft">{t("settings.example")}</p>
      <Shown text={`OPENAI_BASE_URL=${location.origin}/v1\nOPENAI_API_KEY=${secret}`} />
      <div className="mt-4 text-end">
        <Button look="main" onClick={onClose}>
          {t("settings.keyDone")}
        </Button>
      </div>
    </Dialog>
  );
}
