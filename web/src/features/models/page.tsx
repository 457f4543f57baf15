import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { Guardrails } from "@/features/guardrails/guardrails";
import { DeploymentForm } from "./deployment-form";
import { ModelCard, type Asked } from "./model-card";
import { ModelForm } from "./model-form";
import { Providers } from "./providers";
import { GATEWAY, gatewayModels, health, pathOf, refreshGateway } from "./queries";

export function ModelsPage() {
  const { t } = useTranslation();
  const manages = useQuery(queries.me).data?.actions.includes("system.manage") ?? false;
  const models = useQuery(gatewayModels);
  const states = useQuery(health);
  const byId = new Map(states.data?.map((state) => [state.deployment, state]));
  const [asked, setAsked] = useState<Asked | { what: "add" }>();
  return (
    <div className="mx-auto max-w-4xl px-4 py-6 md:px-8 md:py-8">
      <header className="mb-6 flex flex-wrap items-end gap-3">
        <div className="me-auto">
          <h1 className="text-3xl">{t("models.title")}</h1>
          <p className="mt-1 text-soft">{t("models.lead")}</p>
        </div>
        {manages && (
          <Button onClick={() => setAsked({ what: "add" })}>
            <Plus aria-hidden="true" className="size-4" />
            {t("models.newModel")}
          </Button>
        )}
      </header>
      <ErrorNotice error={models.error ?? states.error} />
      {models.isPending && <Waiting label={t("app.loading")} />}
      {models.data?.length === 0 && <p className="text-soft">{t("models.none")}</p>}
      <ul className="grid gap-3">
        {models.data?.map((model) => (
          <ModelCard
            key={model.name}
            model={model}
            states={byId}
            editable={manages && model.source === "api"}
            onAsk={setAsked}
          />
        ))}
      </ul>
      <Providers />
      <Guardrails />
      <Asking asked={asked} onClose={() => setAsked(undefined)} />
    </div>
  );
}

function Asking({ asked, onClose }: { asked: Asked | { what: "add" } | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const remove = async (path: string) => {
    await request("DELETE", path);
    await refreshGateway();
  };
  switch (asked?.what) {
    case "add":
      return <ModelForm onClose={onClose} />;
    case "edit":
      return <ModelForm model={asked.model} onClose={onClose} />;
    case "place":
      return (
        <DeploymentForm
          model={asked.model.name}
          {...(asked.place && { place: asked.place })}
          onClose={onClose}
        />
      );
    case "drop":
      return (
        <Confirm
          title={t("models.dropTitle", { name: asked.model.name })}
          text={t("models.removeText")}
          action={t("models.remove")}
          onConfirm={() => remove(pathOf(asked.model.name))}
          onClose={onClose}
        />
      );
    case "unplace":
      return (
        <Confirm
          title={t("models.unplaceTitle", { name: asked.model.name, provider: asked.place.provider })}
          text={t("models.unplaceText")}
          action={t("models.remove")}
          onConfirm={() => remove(`${GATEWAY}/deployments/${asked.place.id}`)}
          onClose={onClose}
        />
      );
    default:
      return null;
  }
}
