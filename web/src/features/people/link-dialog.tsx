import { useTranslation } from "react-i18next";
import type { Link } from "@/api/people";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Shown } from "@/components/shown";

/** A link to hand over, shown once. */
export function LinkDialog({ name, link, onClose }: { name: string; link: Link; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog title={t("people.linkTitle", { name })} onClose={onClose}>
      <p className="mb-2 text-soft">{t("people.linkText")}</p>
      <Shown text={new URL(link.path, location.origin).href} />
      {link.mailed && <p className="mt-2 text-sm">{t("people.linkMailed")}</p>}
      <div className="mt-4 text-end">
        <Button look="main" onClick={onClose}>
          {t("people.done")}
        </Button>
      </div>
    </Dialog>
  );
}
