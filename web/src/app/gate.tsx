import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";
import { ErrorNotice } from "@/components/notice";
import { Waiting } from "@/components/logo";
import { Login } from "@/features/login/login";
import { FirstPassword } from "@/features/login/first-password";
import { setLanguage, wasChosen } from "@/i18n";
import { Shell } from "./shell";

/** Nobody signed in: the login stands where the page would, and the address stays what it was. */
export function Gate() {
  const { t } = useTranslation();
  const me = useQuery(queries.me);
  useLocaleOf(me.data);
  if (me.isPending) {
    return (
      <div className="grid min-h-dvh place-items-center">
        <Waiting label={t("app.loading")} />
      </div>
    );
  }
  if (me.error) {
    return (
      <div className="mx-auto max-w-md p-8">
        <ErrorNotice error={me.error} />
      </div>
    );
  }
  if (!me.data) return <Login />;
  if (me.data.must_change_password) return <FirstPassword />;
  return <Shell me={me.data} />;
}

/** On a new browser the page speaks the language of the account. */
function useLocaleOf(me: Me | null | undefined): void {
  useEffect(() => {
    if (me && !wasChosen() && (me.locale === "en" || me.locale === "fr")) void setLanguage(me.locale);
  }, [me]);
}
