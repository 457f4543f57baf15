import { useMutation } from "@tanstack/react-query";
import { ShieldCheck, ShieldX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { moment } from "@/lib/format";
import { request } from "@/lib/http";
import type { Filter, Verdict } from "./queries";

/** Has the server follow every entry to the signed head, and tells what it found. */
export function Verify({ log }: { log: Filter["log"] }) {
  const { t } = useTranslation();
  const verify = useMutation({
    mutationFn: () => request<Verdict>("POST", `/api/v1/audit/verify?log=${log}`),
  });
  return (
    <section className="mb-6 rounded-lg border border-line bg-sheet p-4">
      <Button disabled={verify.isPending} onClick={() => verify.mutate()}>
        <ShieldCheck aria-hidden="true" className="size-4" />
        {t("audit.verify")}
      </Button>
      <div aria-live="polite" className="mt-3 empty:hidden">
        {verify.isPending && <Waiting label={t("audit.verifying")} />}
        {verify.data && <Found verdict={verify.data} />}
      </div>
      <ErrorNotice error={verify.error} />
    </section>
  );
}

function Found({ verdict: { valid, entries, erased, problems, checkpoint } }: { verdict: Verdict }) {
  const { t, i18n } = useTranslation();
  if (!valid) {
    return (
      <div className="text-brick">
        <p className="flex items-center gap-2 font-medium">
          <ShieldX aria-hidden="true" className="size-5 shrink-0" />
          {t("audit.invalid")}
        </p>
        <ul className="mt-1 list-disc ps-9 text-sm">
          {problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      </div>
    );
  }
  return (
    <div>
      <p className="flex items-center gap-2 font-medium text-leaf">
        <ShieldCheck aria-hidden="true" className="size-5 shrink-0" />
        {t("audit.valid", { count: entries })}
      </p>
      {erased > 0 && <p className="text-sm text-soft">{t("audit.erased", { count: erased })}</p>}
      {checkpoint && (
        <p className="mt-1 text-xs text-soft">
          {t("audit.root")}{" "}
          <code className="font-mono break-all">
            {checkpoint.size} · {checkpoint.root}
          </code>{" "}
          · {moment(checkpoint.at, i18n.language)}
        </p>
      )}
    </div>
  );
}
