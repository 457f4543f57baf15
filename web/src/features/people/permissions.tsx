import { useTranslation } from "react-i18next";
import { classes } from "@/lib/classes";
import { ROLES } from "./roles";
import table from "./permissions.json";

type Action = keyof typeof table;

/** The permission table of the server, as it is in the code: `python tools/permissions.py` writes it. */
export function Permissions() {
  const { t } = useTranslation();
  const words = { yes: t("permissions.yes"), grant: t("permissions.grant"), no: t("permissions.no") };
  return (
    <>
      <p className="text-soft">{t("permissions.text")}</p>
      <p className="mt-1 mb-4 text-sm text-soft">{t("permissions.grantText")}</p>
      <div tabIndex={0} role="region" aria-label={t("permissions.title")} className="overflow-x-auto">
        <table className="w-full border-collapse text-sm">
          <thead>
            <tr className="border-b border-line text-soft">
              <th scope="col" className="px-2 py-2 text-start font-medium">
                {t("permissions.action")}
              </th>
              {ROLES.map((role) => (
                <th key={role} scope="col" className="px-2 py-2 text-start align-bottom font-medium">
                  {t(`people.roles.${role}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(Object.keys(table) as Action[]).map((action) => (
              <tr key={action} className="border-b border-line">
                <th scope="row" className="px-2 py-2 text-start font-normal" title={action}>
                  {t(`permissions.actions.${keyOf(action)}`)}
                </th>
                {ROLES.map((role) => {
                  const rule = table[action][role] as keyof typeof words;
                  return (
                    <td
                      key={role}
                      className={classes("px-2 py-2", rule === "yes" ? "text-leaf" : "text-soft")}
                    >
                      {words[rule]}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

type Key<T> = T extends `${infer A}.${infer B}` ? `${A}_${B}` : never;

/** i18next takes a dot for a step inside. */
function keyOf(action: Action): Key<Action> {
  return action.replace(".", "_") as Key<Action>;
}
