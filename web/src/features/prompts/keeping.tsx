import { useMutation } from "@tanstack/react-query";
import { Archive, ArchiveX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { changePolicy, type Policy } from "./queries";

/** Says whether requests and answers are kept, and switches it. */
export function Keeping({ policy: { log_prompts: keeps, prompt_days: days } }: { policy: Policy }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<"days" | "off">();
  const close = () => setAsked(undefined);
  const Icon = keeps ? Archive : ArchiveX;
  return (
    <section className="mb-6 flex flex-wrap items-center gap-3 rounded-lg border border-line bg-sheet p-4">
      <Icon aria-hidden="true" className={`size-5 shrink-0 ${keeps ? "text-leaf" : "text-soft"}`} />
      <div className="min-w-60 flex-1">
        <h2 className="font-sans text-base font-medium">{t(keeps ? "prompts.on" : "prompts.off")}</h2>
        <p className="text-sm text-soft">
          {keeps ? t("prompts.onText", { count: days }) : t("prompts.offText")}
        </p>
      </div>
      {keeps ? (
        <>
          <Button onClick={() => setAsked("days")}>{t("prompts.change")}</Button>
          <Button look="quiet" onClick={() => setAsked("off")}>
            {t("prompts.switchOff")}
          </Button>
        </>
      ) : (
        <Button onClick={() => setAsked("days")}>{t("prompts.switchOn")}</Button>
      )}
      {asked === "days" && <Days keeps={keeps} days={days} onClose={close} />}
      {asked === "off" && (
        <Confirm
          title={t("prompts.switchOffTitle")}
          text={t("prompts.switchOffText")}
          action={t("prompts.switchOff")}
          onConfirm={() => changePolicy({ log_prompts: false })}
          onClose={close}
        />
      )}
    </section>
  );
}

function Days({ keeps, days, onClose }: { keeps: boolean; days: number; onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(String(days));
  const save = useMutation({
    mutationFn: () => changePolicy({ log_prompts: true, prompt_days: Number(typed) }),
    onSuccess: onClose,
  });
  return (
    <Dialog title={t(keeps ? "prompts.change" : "prompts.switchOnTitle")} onClose={onClose}>
      <Form onSubmit={save.mutate}>
        <p className="text-soft">{t("prompts.switchOnText")}</p>
        <Field
          label={t("prompts.days")}
          type="number"
          required
          autoFocus
          min={1}
          max={3650}
          step={1}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <ErrorNotice error={save.error} />
        <Buttons
          action={t(keeps ? "people.save" : "prompts.switchOn")}
          disabled={save.isPending}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  );
}
