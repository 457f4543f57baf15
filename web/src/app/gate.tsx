import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { ErrorNotice } from "@/components/notice";
import { Waiting } from "@/components/logo";
import { Join } from "@/features/login/join";
import { Login } from "@/features/login/login";
import { FirstPassword } from "@/features/login/first-password";
import { Reset } from "@/features/login/reset";
import { Shell } from "./shell";

const SecondFactorRequired = lazy(async () => ({
  default: (await import("@/features/second-factor/required")).SecondFactorRequired,
}));

/** Nobody signed in: the login stands where the page would, and the address stays what it was. */
export function Gate() {
  const { t } = useTranslation();
  const me = useQuery(queries.me);
  const path = useLocation({ select: ({ pathname }) => pathname });
  if (path === "/join") return <Join />;
  if (path === "/reset") return <Reset />;
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
  if (me.data.pending === "second_factor") {
    return (
      <Suspense>
        <SecondFactorRequired organisation={me.data.organisation.name} />
      </Suspense>
    );
  }
  return <Shell me={me.data} />;
}
