import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Tabs } from "@/components/tabs";
import { LabelRules } from "@/features/labels/rules";
import { EverybodysData } from "@/features/personal-data/everybody";
import { Groups } from "./groups";
import { Invitations } from "./invitations";
import { People } from "./people";
import { Permissions } from "./permissions";
import { Services } from "./services";

type Tab = "people" | "groups" | "invitations" | "services" | "labels" | "roles" | "data";

export function PeoplePage() {
  const { t } = useTranslation();
  const me = useQuery(queries.me).data;
  const [tab, setTab] = useState<Tab>("people");
  if (!me) return null;
  const manages = me.actions.includes("people.manage");
  const shown: Tab[] = manages
    ? ["people", "groups", "invitations", "services", "labels", "data", "roles"]
    : ["people", "groups", "roles"];
  return (
    <div className="mx-auto max-w-4xl px-4 py-6 md:px-8 md:py-8">
      <h1 className="mb-5 text-3xl">{t("people.title")}</h1>
      <Tabs
        label={t("people.title")}
        value={tab}
        options={shown.map((key) => [key, key === "data" ? t("personal.tab") : t(`people.tabs.${key}`)])}
        onChange={setTab}
      />
      {tab === "people" && <People me={me} manages={manages} />}
      {tab === "groups" && <Groups manages={manages} />}
      {tab === "invitations" && <Invitations />}
      {tab === "services" && <Services />}
      {tab === "labels" && <LabelRules />}
      {tab === "data" && <EverybodysData me={me} />}
      {tab === "roles" && <Permissions />}
    </div>
  );
}
