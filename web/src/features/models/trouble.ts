import type { TFunction } from "i18next";
import type { Trouble } from "./queries";

/** Whether a provider answers, and why not. */
export function answerOf(
  t: TFunction,
  { reachable, trouble }: { reachable: boolean; trouble: Trouble | null },
) {
  if (reachable) return t("models.reachable");
  if (!trouble) return t("models.unreachable");
  return t("models.unreachableFor", { why: t(`models.troubles.${trouble.why}`, { status: trouble.status }) });
}
