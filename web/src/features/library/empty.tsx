import { useTranslation } from "react-i18next";
import { Logo } from "@/components/logo";

export function Empty() {
  const { t } = useTranslation();
  return (
    <div className="grid place-items-center gap-3 rounded-xl border border-dashed border-line px-6 py-16 text-center">
      <Logo className="size-14 opacity-60" />
      <h2 className="text-2xl">{t("library.emptyTitle")}</h2>
      <p className="max-w-md text-soft">{t("library.emptyText")}</p>
      <p className="text-sm text-soft">{t("library.dropHint")}</p>
    </div>
  );
}
