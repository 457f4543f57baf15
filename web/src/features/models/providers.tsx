import { useQuery } from "@tanstack/react-query";
import { Pencil, Plus, Server, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { ProviderForm } from "./provider-form";
import { GATEWAY, providers, refreshGateway, type Provider } from "./queries";
import { answerOf } from "./trouble";

/** Who runs the models. Those from the settings or found on the machine are shown, not changed. */
export function Providers() {
  const { t } = useTranslation();
  const manages = useQuery(queries.me).data?.actions.includes("system.manage");
  const all = useQuery(providers);
  // Places where a server is looked for and none is found are no news.
  const shown = all.data?.filter(({ source, reachable }) => reachable || source !== "discovered");
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<Provider>();
  const [removing, setRemoving] = useState<Provider>();
  const remove = async ({ name }: Provider) => {
    await request("DELETE", `${GATEWAY}/providers/${encodeURIComponent(name)}`);
    await refreshGateway();
  };
  return (
    <section className="mt-10 border-t border-line pt-5">
      <h2 className="text-xl">{t("models.providers")}</h2>
      <p className="mt-1 mb-4 text-soft">{t("models.providersText")}</p>
      <ErrorNotice error={all.error} />
      <ul className="mb-4 grid gap-2">
        {shown?.map((provider) => (
          <li key={provider.name} className="flex items-center gap-3 border-b border-line py-2.5">
            <Server aria-hidden="true" className="size-5 shrink-0 text-soft" />
            <div className="min-w-0 grow">
              <p className="font-medium break-words">{provider.name}</p>
              <p className="text-xs break-words text-soft">
                <Facts provider={provider} />
              </p>
            </div>
            {manages && provider.source === "api" && (
              <>
                <IconButton
                  label={`${t("models.edit")} – ${provider.name}`}
                  icon={<Pencil className="size-4" />}
                  onClick={() => setEditing(provider)}
                />
                <IconButton
                  label={`${t("models.remove")} – ${provider.name}`}
                  icon={<Trash2 className="size-4" />}
                  onClick={() => setRemoving(provider)}
                />
              </>
            )}
          </li>
        ))}
      </ul>
      {manages && (
        <Button onClick={() => setAdding(true)}>
          <Plus aria-hidden="true" className="size-4" />
          {t("models.newProvider")}
        </Button>
      )}
      {adding && <ProviderForm onClose={() => setAdding(false)} />}
      {editing && <ProviderForm provider={editing} onClose={() => setEditing(undefined)} />}
      {removing && (
        <Confirm
          title={t("models.removeTitle", { name: removing.name })}
          text={t("models.removeText")}
          action={t("models.remove")}
          onConfirm={() => remove(removing)}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </section>
  );
}

function Facts({ provider }: { provider: Provider }) {
  const { t } = useTranslation();
  const { kind, url, zone, source, has_key } = provider;
  const facts = [
    answerOf(t, provider),
    t(`models.kinds.${kind}`),
    url,
    t(`models.zones.${zone}`),
    has_key && t("models.hasKey"),
    t(`models.sources.${source}`),
  ];
  return facts.filter(Boolean).join(" · ");
}
