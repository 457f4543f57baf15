import { useMutation } from "@tanstack/react-query";
import { FileCheck2 } from "lucide-react";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { ErrorNotice } from "@/components/notice";
import { ApiError } from "@/lib/http";
import { verify, type Receipt } from "./queries";
import { Verdict } from "./receipt";

/** A receipt that somebody kept: was it made here, and is it as it was? */
export function CheckFile() {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const check = useMutation({
    mutationFn: async (file: File) => verify(receiptIn(await file.text())),
  });
  return (
    <div className="grid justify-items-start gap-3">
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        aria-label={t("personal.check")}
        className="hidden"
        onChange={({ target }) => {
          const [file] = target.files ?? [];
          if (file) check.mutate(file);
          target.value = ""; // the same file may be chosen again
        }}
      />
      <Button disabled={check.isPending} onClick={() => input.current?.click()}>
        <FileCheck2 aria-hidden="true" className="size-4" />
        {t("personal.check")}
      </Button>
      <div aria-live="polite" className="empty:hidden">
        {check.data && <Verdict genuine={check.data.genuine} />}
      </div>
      <ErrorNotice error={check.error} />
    </div>
  );
}

/** The receipt, or what a job says with the receipt in it. */
function receiptIn(text: string): Receipt {
  try {
    const content = JSON.parse(text) as Partial<Receipt> & { receipt?: Receipt };
    const found = content.receipt ?? content;
    if (found.statement && found.signature && found.key_id && found.public_key) return found as Receipt;
  } catch {
    // Not JSON: told below.
  }
  throw new ApiError(0, { code: "receipt.file", message: "This file holds no receipt.", details: {} });
}
