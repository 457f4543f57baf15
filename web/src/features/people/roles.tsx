import { useTranslation } from "react-i18next";
import type { Role } from "@/api/types";

/** From the one that may do everything down. */
export const ROLES: Role[] = ["system_admin", "organisation_admin", "agent_manager", "member", "read_only"];

/** `below`: nobody gives a role above their own; `keep`: the one that somebody has already. */
export function RoleOptions({ below, keep }: { below?: Role; keep?: Role }) {
  const { t } = useTranslation();
  const from = below ? ROLES.indexOf(below) : 0;
  return ROLES.filter((role, index) => index >= from || role === keep).map((role) => (
    <option key={role} value={role}>
      {t(`people.roles.${role}`)}
    </option>
  ));
}
