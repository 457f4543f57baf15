import { useMutation } from "@tanstack/react-query";
import { Download, ShieldCheck, ShieldX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { moment } from "@/lib/format";
import { save } from "@/lib/save";
import { Lines } from "./lines";
import { verify, type Receipt } from "./queries";

export function ReceiptDialog({ receipt, onClose }: { receipt: Receipt; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const when = moment(receipt.statement.done_at, i18n.language);
  return (
    <Dialog title={t("personal.receiptOf", { when })} onClose={onClose}>
      <ReceiptView receipt={receipt} />
    </Dialog>
  );
}

/** What went, what stays and why, in words; whether it is true; the file itself. */
export function ReceiptView({ receipt }: { receipt: Receipt }) {
  const { t } = useTranslation();
  const { removed, kept } = useWords(receipt);
  const { subject } = receipt.statement;
  const check = useMutation({ mutationFn: () => verify(receipt) });
  const store = () => save(`receipt-${subject}.json`, JSON.stringify(receipt, null, 2), "application/json");
  return (
    <div className="grid gap-4">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
        <dt className="text-soft">{t("personal.subject")}</dt>
        <dd className="font-mono text-xs leading-5 break-all">{subject}</dd>
        <dt className="text-soft">{t("personal.signedWith")}</dt>
        <dd className="font-mono text-xs leading-5 break-all">{receipt.key_id}</dd>
      </dl>
      <Lines title={t("personal.removed")} lines={removed} />
      <Lines title={t("personal.kept")} lines={kept} />
      <div className="flex flex-wrap gap-2">
        <Button disabled={check.isPending} onClick={() => check.mutate()}>
          <ShieldCheck aria-hidden="true" className="size-4" />
          {t("personal.verify")}
        </Button>
        <Button onClick={store}>
          <Download aria-hidden="true" className="size-4" />
          {t("personal.save")}
        </Button>
      </div>
      <div aria-live="polite" className="empty:hidden">
        {check.isPending && <Waiting label={t("personal.verifying")} />}
        {check.data && <Verdict genuine={check.data.genuine} />}
      </div>
      <ErrorNotice error={check.error} />
      <p className="text-xs text-soft">{t("personal.offline")}</p>
    </div>
  );
}

export function Verdict({ genuine }: { genuine: boolean }) {
  const { t } = useTranslation();
  const Icon = genuine ? ShieldCheck : ShieldX;
  return (
    <p className={`flex items-center gap-2 font-medium ${genuine ? "text-leaf" : "text-brick"}`}>
      <Icon aria-hidden="true" className="size-5 shrink-0" />
      {t(genuine ? "personal.genuine" : "personal.forged")}
    </p>
  );
}

/** A part that this page has no words for is told as the receipt tells it. */
function useWords({ statement }: Receipt): { removed: string[]; kept: string[] } {
  const { t, i18n } = useTranslation();
  const removed = parts(statement.removed)
    .filter(([, count]) => count > 0)
    .map(([part, count]) => {
      const key = `personal.removedKinds.${part}`;
      const told = { count, defaultValue: `${part.replaceAll("_", " ")}: ${count}` };
      return t(key as "personal.removedKinds.account_rows", told);
    });
  const kept = parts(statement.kept).map(([part, reason]) => {
    const key = `personal.keptKinds.${part}`;
    return i18n.exists(key) ? t(key as "personal.keptKinds.usage_ledger") : reason;
  });
  return { removed, kept };
}

/** `{documents: {collections: 1}}` → `[["documents_collections", 1]]` */
function parts<T>(nested: Record<string, Record<string, T>>): [string, T][] {
  return Object.entries(nested).flatMap(([holder, kinds]) =>
    Object.entries(kinds).map(([kind, value]): [string, T] => [`${holder}_${kind}`, value]),
  );
}
