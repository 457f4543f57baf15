import { Link } from "@tanstack/react-router";
import { ShieldAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types";
import { date } from "@/lib/format";

/** The organisation requires a second factor soon; it cannot be dismissed, only done. */
export function SecondFactorDue({ me }: { me: Me }) {
  const { t, i18n } = useTranslation();
  if (!me.second_factor_by) return null;
  return (
    <section
      aria-label={t("second.requiredTitle")}
      className="flex flex-wrap items-center gap-x-3 border-b border-line bg-woad-wash px-4 py-2 text-sm md:px-8"
    >
      <ShieldAlert aria-hidden="true" className="size-4 shrink-0 text-woad" />
      <span>
        {t("second.due", { name: me.organisation.name, date: date(me.second_factor_by, i18n.language) })}
      </span>
      <Link to="/settings" className="font-medium text-woad underline underline-offset-4">
        {t("second.dueLink")}
      </Link>
    </section>
  );
}
