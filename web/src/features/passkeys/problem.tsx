import { useTranslation } from "react-i18next";
import { ErrorNotice } from "@/components/notice";
import { ApiError } from "@/lib/http";

/** The browser says little when a passkey is declined, late, or not to be had at this address. */
export function PasskeyProblem({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  if (!error || error instanceof ApiError) return <ErrorNotice error={error} />;
  return (
    <p role="alert" className="rounded-md bg-brick-wash px-3 py-2 text-sm text-brick">
      {error.name === "SecurityError" ? t("passkeys.address") : t("passkeys.declined")}
    </p>
  );
}
