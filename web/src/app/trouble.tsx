import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Logo } from "@/components/logo";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <div className="grid place-items-center gap-4 p-10 text-center">
      <Logo className="size-12 opacity-40" />
      <p className="font-serif text-2xl">{t("app.notFound")}</p>
      <Link to="/ask" className="text-woad underline">
        {t("app.toAsk")}
      </Link>
    </div>
  );
}

export function Crashed({ error }: { error: unknown }) {
  const { t } = useTranslation();
  return (
    <div role="alert" className="mx-auto grid max-w-lg place-items-center gap-4 p-10 text-center">
      <Logo className="size-12 opacity-40" />
      <p className="font-serif text-2xl">{t("app.failed")}</p>
      <p className="font-mono text-sm text-soft">{error instanceof Error ? error.message : String(error)}</p>
      <Button onClick={() => location.reload()}>{t("app.reload")}</Button>
    </div>
  );
}
