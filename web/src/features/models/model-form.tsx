import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Check } from "@/components/check";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { GATEWAY, pathOf, refreshGateway, STRATEGIES, type GatewayModel } from "./queries";

interface Draft {
  name: string;
  strategy: GatewayModel["strategy"];
  fallbacks: string;
  overflow: string;
  degrade: boolean;
}

const START: Draft = { name: "", strategy: "least_busy", fallbacks: "", overflow: "", degrade: false };

function formOf({ name, strategy, fallbacks, overflow_queue: overflow, degrade }: GatewayModel): Draft {
  return { name, strategy, fallbacks: fallbacks.join(", "), overflow: overflow?.toString() ?? "", degrade };
}

/** A public name, and how its places are chosen. */
export function ModelForm({ model, onClose }: { model?: GatewayModel; onClose: () => void }) {
  const { t } = useTranslation();
  const [form, setForm] = useState(() => (model ? formOf(model) : START));
  const set = (change: Partial<Draft>) => setForm((now) => ({ ...now, ...change }));
  const save = useMutation({
    mutationFn: () => {
      const routing = {
        strategy: form.strategy,
        fallbacks: form.fallbacks
          .split(",")
          .map((name) => name.trim())
          .filter(Boolean),
        overflow_queue: form.overflow === "" ? null : Number(form.overflow),
        degrade: form.degrade,
      };
      if (model) return request("PUT", pathOf(model.name), { json: routing });
      return request("POST", `${GATEWAY}/models`, { json: { name: form.name.trim(), ...routing } });
    },
    onSuccess: async () => {
      await refreshGateway();
      onClose();
    },
  });
  return (
    <Dialog
      title={model ? t("models.editModel", { name: model.name }) : t("models.newModel")}
      onClose={onClose}
    >
      <Form onSubmit={save.mutate}>
        {!model && (
          <Field
            label={t("models.publicName")}
            hint={t("models.publicNameHint")}
            required
            autoFocus
            maxLength={200}
            value={form.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        )}
        <Select
          label={t("models.strategy")}
          value={form.strategy}
          onChange={(event) => set({ strategy: event.target.value as GatewayModel["strategy"] })}
          options={STRATEGIES.map((one) => [one, t(`models.strategies.${one}`)])}
        />
        <Field
          label={`${t("models.fallbacks")} (${t("library.optional")})`}
          hint={t("models.fallbacksHint")}
          value={form.fallbacks}
          onChange={(event) => set({ fallbacks: event.target.value })}
        />
        <Field
          label={`${t("models.overflow")} (${t("library.optional")})`}
          hint={t("models.overflowHint")}
          type="number"
          min={0}
          value={form.overflow}
          onChange={(event) => set({ overflow: event.target.value })}
        />
        <Check
          label={t("models.degrade")}
          hint={t("models.degradeHint")}
          checked={form.degrade}
          onChange={(degrade) => set({ degrade })}
        />
        <ErrorNotice error={save.error} />
        <Buttons action={t("people.save")} disabled={save.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}
