import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Buttons, Form } from "@/components/form";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { useLabelName } from "./label-names";
import { labels } from "./queries";

interface Props {
  name: string;
  value: string[];
  onSave: (labels: string[]) => Promise<unknown>;
  onClose: () => void;
}

/** Confidential, and the departments whose business it is. */
export function LabelDialog({ name, value, onSave, onClose }: Props) {
  const { t } = useTranslation();
  const nameOf = useLabelName();
  const known = useQuery(labels);
  const [chosen, setChosen] = useState(value);
  const save = useMutation({ mutationFn: () => onSave(chosen), onSuccess: onClose });
  return (
    <Dialog title={t("labels.of", { name })} onClose={onClose}>
      <Form onSubmit={save.mutate}>
        <p className="text-soft">{t("labels.text")}</p>
        <ErrorNotice error={known.error ?? save.error} />
        {known.isPending && <Waiting label={t("app.loading")} />}
        <div className="grid max-h-72 gap-2 overflow-y-auto">
          {known.data?.map(({ label, name: given }) => (
            <Check
              key={label}
              label={nameOf(label, given)}
              checked={chosen.includes(label)}
              onChange={(on) => setChosen(on ? [...chosen, label] : chosen.filter((one) => one !== label))}
            />
          ))}
        </div>
        <Buttons action={t("people.save")} disabled={save.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}
