import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { ApiKey } from "@/api/types";
import { Button } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { ErrorNotice } from "@/components/notice";
import { date, moment } from "@/lib/format";
import { request } from "@/lib/http";
import { NewKey } from "./new-key";

export function Keys() {
  const { t } = useTranslation();
  const keys = useQuery(queries.keys);
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey>();
  const revoke = async ({ id }: ApiKey) => {
    await request("DELETE", `/api/v1/keys/${id}`);
    await queryClient.invalidateQueries({ queryKey: queries.keys.queryKey });
  };
  return (
    <>
      <ErrorNotice error={keys.error} />
      {keys.data?.length === 0 && <p className="mb-4 text-sm text-soft">{t("settings.keysEmpty")}</p>}
      <ul className="mb-4 grid gap-2">
        {keys.data?.map((key) => (
          <Row key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
        ))}
      </ul>
      <Button onClick={() => setMaking(true)}>
        <Plus aria-hidden="true" className="size-4" />
        {t("settings.newKey")}
      </Button>
      {making && <NewKey onClose={() => setMaking(false)} />}
      {revoking && (
        <Confirm
          title={t("settings.keyRevokeTitle", { name: revoking.name })}
          text={t("settings.keyRevokeText")}
          action={t("settings.keyRevoke")}
          onConfirm={() => revoke(revoking)}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </>
  );
}

function Row({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const { t, i18n } = useTranslation();
  const { name, prefix, last_four, created_at, expires_at, last_used_at } = apiKey;
  const facts = [
    `${t("settings.created")} ${date(created_at, i18n.language)}`,
    expires_at && `${t("settings.expires")} ${date(expires_at, i18n.language)}`,
    `${t("settings.lastUsed")} ${last_used_at ? moment(last_used_at, i18n.language) : t("settings.never")}`,
  ];
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-lg border border-line bg-sheet px-4 py-2.5">
      <KeyRound aria-hidden="true" className="size-4 shrink-0 text-soft" />
      <div className="min-w-0 grow">
        <p className="font-medium break-words">{name}</p>
        <p className="text-xs text-soft">
          <code className="font-mono">
            {prefix}…{last_four}
          </code>
          {" · "}
          {facts.filter(Boolean).join(" · ")}
        </p>
      </div>
      <Button look="quiet" onClick={onRevoke} aria-label={`${t("settings.keyRevoke")} – ${name}`}>
        {t("settings.keyRevoke")}
      </Button>
    </li>
  );
}
