import { useMutation, useQuery } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
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
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog title={t("labels.of", { name })} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
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
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button type="submit" look="main" disabled={save.isPending}>
            {t("people.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
