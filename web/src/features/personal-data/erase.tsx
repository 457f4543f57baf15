import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Person } from "@/api/people";
import { queryClient } from "@/api/queries";
import { Dialog } from "@/components/dialog";
import { Field } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { JobState } from "./job-state";
import { Lines } from "./lines";
import { askErasure, job, type ErasedDocuments, type Job } from "./queries";
import { ReceiptView } from "./receipt";

const CHOICES: ErasedDocuments[] = ["private", "all", "none"];
const GOES = ["account", "prompts", "audit"] as const;
const STAYS = ["audit", "usage", "others"] as const;

/** Says what goes and what stays, wants the address typed, then shows how far it is, and the receipt. */
export function EraseDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const [documents, setDocuments] = useState<ErasedDocuments>("private");
  const [typed, setTyped] = useState("");
  const erase = useMutation({ mutationFn: () => askErasure(person.id, documents) });
  const leave = () => {
    void queryClient.invalidateQueries({ queryKey: ["people"] });
    onClose();
  };
  if (erase.data) return <Erasing asked={erase.data} name={person.name} onClose={leave} />;
  return (
    <Dialog title={t("personal.eraseTitle", { name: person.name })} onClose={onClose}>
      <Form onSubmit={erase.mutate}>
        <p className="text-soft">{t("personal.eraseText")}</p>
        <Lines title={t("personal.goes")} lines={GOES.map((one) => t(`personal.goesList.${one}`))} />
        <Lines title={t("personal.stays")} lines={STAYS.map((one) => t(`personal.staysList.${one}`))} />
        <fieldset className="grid gap-1.5 text-sm">
          <legend className="mb-1 font-medium">{t("personal.documents")}</legend>
          {CHOICES.map((one) => (
            <label key={one} className="flex items-start gap-2.5">
              <input
                type="radio"
                name="documents"
                checked={documents === one}
                onChange={() => setDocuments(one)}
                className="mt-0.5 size-4 shrink-0 accent-woad"
              />
              {t(`personal.choices.${one}`)}
            </label>
          ))}
        </fieldset>
        <Field
          label={t("personal.type", { email: person.email })}
          required
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <ErrorNotice error={erase.error} />
        <Buttons
          danger
          action={t("personal.eraseAction")}
          disabled={erase.isPending || typed.trim().toLowerCase() !== person.email.toLowerCase()}
          onCancel={onClose}
        />
      </Form>
    </Dialog>
  );
}

function Erasing({ asked, name, onClose }: { asked: Job; name: string; onClose: () => void }) {
  const { t } = useTranslation();
  const now = useQuery(job(asked.id));
  const receipt = now.data?.receipt;
  return (
    <Dialog title={t(receipt ? "personal.erased" : "personal.erasing", { name })} onClose={onClose}>
      {receipt ? (
        <ReceiptView receipt={receipt} />
      ) : (
        <div className="grid gap-4">
          <JobState job={now.data ?? asked} />
          <ErrorNotice error={now.error} />
          <p className="text-sm text-soft">{t("personal.leave", { place: t("personal.tab") })}</p>
        </div>
      )}
    </Dialog>
  );
}
