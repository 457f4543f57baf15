import { useTranslation } from "react-i18next";
import { ChangePassword } from "./change-password";
import { Door } from "./door";

/** The password that was printed or handed over works once: first choose one's own. */
export function FirstPassword() {
  const { t } = useTranslation();
  return (
    <Door title={t("login.changeTitle")} lead={t("login.changeLead")}>
      <ChangePassword />
    </Door>
  );
}
