import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/dialog";
import { Field, Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { GATEWAY, providers, refreshGateway, type Deployment } from "./queries";

interface Props {
  model: string;
  place?: Deployment;
  onClose: () => void;
}

/** As typed; what is empty is left out, or not bounded. */
const START = {
  upstream: "",
  weight: "1",
  priority: "0",
  prompt: "",
  completion: "",
  cached: "",
  context: "",
  output: "",
  concurrency: "",
  queue: "64",
};

type Draft = typeof START;

function formOf({ price, ...place }: Deployment): Draft {
  const text = (value: number | null) => value?.toString() ?? "";
  return {
    upstream: place.upstream_name,
    weight: text(place.weight),
    priority: text(place.priority),
    prompt: price.prompt,
    completion: price.completion,
    cached: price.cached ?? "",
    context: text(place.context_tokens),
    output: text(place.max_output_tokens),
    concurrency: text(place.max_concurrency),
    queue: text(place.max_queue),
  };
}

export function DeploymentForm({ model, place, onClose }: Props) {
  const { t } = useTranslation();
  const all = useQuery(providers).data?.filter(
    ({ kind, source }) => kind !== "reader" && source !== "discovered",
  );
  const [chosen, setChosen] = useState<string>();
  const provider = chosen ?? all?.[0]?.name ?? "";
  const [form, setForm] = useState(() => (place ? formOf(place) : START));
  const field = (name: keyof Draft) => ({
    value: form[name],
    onChange: (event: { target: { value: string } }) =>
      setForm((now) => ({ ...now, [name]: event.target.value })),
  });
  const save = useMutation({
    mutationFn: () => {
      const json = bodyOf(form, place);
      if (place) return request("PATCH", `${GATEWAY}/deployments/${place.id}`, { json });
      return request("POST", `${GATEWAY}/deployments`, { json: { model, provider, ...json } });
    },
    onSuccess: async () => {
      await refreshGateway();
      onClose();
    },
  });
  const whole = { type: "number", step: 1 };
  const decimal = { inputMode: "decimal" as const, pattern: "[0-9]*([.,][0-9]{1,6})?", placeholder: "0" };
  const title = place
    ? t("models.editPlace", { name: model, provider: place.provider })
    : t("models.newPlace", { name: model });
  if (!place && all?.length === 0) {
    return (
      <Dialog title={title} onClose={onClose}>
        <p className="text-soft">{t("models.noProvider")}</p>
      </Dialog>
    );
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <Form onSubmit={save.mutate}>
        {!place && (
          <Select
            label={t("models.provider")}
            value={provider}
            onChange={(event) => setChosen(event.target.value)}
            options={all?.map(({ name }) => [name, name])}
          />
        )}
        <Field
          label={t("models.upstream")}
          hint={t("models.upstreamHint")}
          placeholder={model}
          {...field("upstream")}
        />
        <div className="grid grid-cols-2 items-start gap-3">
          <Field label={t("models.weight")} required {...whole} min={0} max={1000} {...field("weight")} />
          <Field label={t("models.priority")} required min={0} max={100} {...whole} {...field("priority")} />
        </div>
        <fieldset>
          <legend className="mb-2 text-sm text-soft">{t("models.prices")}</legend>
          <div className="grid grid-cols-3 items-start gap-3">
            <Field label={t("models.pricePrompt")} {...decimal} {...field("prompt")} />
            <Field label={t("models.priceCompletion")} {...decimal} {...field("completion")} />
            <Field label={t("models.priceCached")} {...decimal} placeholder="" {...field("cached")} />
          </div>
        </fieldset>
        <div className="grid grid-cols-2 items-start gap-3">
          <Field label={t("models.contextTokens")} min={1} {...whole} {...field("context")} />
          <Field label={t("models.outputTokens")} min={1} {...whole} {...field("output")} />
          <Field label={t("models.concurrency")} min={1} {...whole} {...field("concurrency")} />
          <Field label={t("models.queue")} required min={0} {...whole} {...field("queue")} />
        </div>
        <ErrorNotice error={save.error} />
        <Buttons action={t("people.save")} disabled={save.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}

function bodyOf(form: Draft, place: Deployment | undefined) {
  const whole = (text: string) => (text === "" ? null : Number(text));
  const decimal = (text: string) => text.replace(",", ".") || "0";
  return {
    upstream_name: form.upstream.trim() || null,
    weight: Number(form.weight),
    priority: Number(form.priority),
    price: {
      prompt: decimal(form.prompt),
      completion: decimal(form.completion),
      cached: form.cached === "" ? null : decimal(form.cached),
      request: place?.price.request ?? "0",
    },
    context_tokens: whole(form.context),
    max_output_tokens: whole(form.output),
    max_concurrency: whole(form.concurrency),
    max_queue: Number(form.queue),
  };
}
