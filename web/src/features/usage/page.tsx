import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Tabs } from "@/components/tabs";
import { Prompts } from "@/features/prompts/page";
import { Calls } from "./calls";
import { Limits } from "./limits";
import { Overview } from "./overview";

const VIEWS = ["overview", "calls", "limits"] as const;
const ALL_VIEWS = [...VIEWS, "prompts"] as const;

export function UsagePage() {
  const { t } = useTranslation();
  const me = useQuery(queries.me).data;
  const navigate = useNavigate();
  const view = useSearch({ from: "/usage", select: (search) => search.view }) ?? "overview";
  if (!me) return null;
  const manages = me.actions.includes("organisation.manage");
  return (
    <div className="mx-auto max-w-5xl px-4 py-6 md:px-8 md:py-8">
      <h1 className="text-3xl">{t("usage.title")}</h1>
      <p className="mt-1 mb-4 text-soft">{manages ? t("usage.lead") : t("usage.leadOwn")}</p>
      <Tabs
        label={t("usage.title")}
        value={view}
        options={(manages ? ALL_VIEWS : VIEWS).map((key) => [key, t(`usage.views.${key}`)])}
        onChange={(next) => void navigate({ to: "/usage", search: { view: next } })}
      />
      {view === "overview" && <Overview me={me} manages={manages} />}
      {view === "calls" && <Calls me={me} />}
      {view === "prompts" && manages && <Prompts me={me} />}
      {view === "limits" && <Limits me={me} manages={manages} />}
    </div>
  );
}
