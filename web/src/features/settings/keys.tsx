import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus, RotateCw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, queryClient } from "@/api/queries";
import type { ApiKey, Me } from "@/api/types";
import { Button } from "@/components/button";
import { Check } from "@/components/check";
import { Confirm } from "@/components/confirm";
import { ErrorNotice } from "@/components/notice";
import { names } from "@/features/usage/queries";
import { date, moment } from "@/lib/format";
import { request } from "@/lib/http";
import { NewKey } from "./new-key";
import { RotateKey } from "./rotate-key";

type Asked = { what: "make" } | { what: "rotate" | "revoke"; apiKey: ApiKey };

/** One's own keys, or everybody's for who manages them. */
export function Keys({ me }: { me: Me }) {
  const { t } = useTranslation();
  const [everyone, setEveryone] = useState(false);
  const keys = useQuery(queries.keys(everyone));
  const known = useQuery(names(me)).data?.all;
  const [asked, setAsked] = useState<Asked>();
  return (
    <>
      {me.actions.includes("key.manage") && (
        <div className="mb-4">
          <Check label={t("apiKeys.everyone")} checked={everyone} onChange={setEveryone} />
        </div>
      )}
      <ErrorNotice error={keys.error} />
      {keys.data?.length === 0 && <p className="mb-4 text-sm text-soft">{t("settings.keysEmpty")}</p>}
      <ul className="mb-4 grid gap-2">
        {keys.data?.map((key) => (
          <Row
            key={key.id}
            apiKey={key}
            owner={everyone ? (known?.get(key.subject_id) ?? key.subject_id) : undefined}
            onRotate={mayHold(me, key) ? () => setAsked({ what: "rotate", apiKey: key }) : undefined}
            onRevoke={() => setAsked({ what: "revoke", apiKey: key })}
          />
        ))}
      </ul>
      {me.actions.includes("key.create") && (
        <Button onClick={() => setAsked({ what: "make" })}>
          <Plus aria-hidden="true" className="size-4" />
          {t("settings.newKey")}
        </Button>
      )}
      <Asking asked={asked} onClose={() => setAsked(undefined)} />
    </>
  );
}

/** Whoever gets the new secret acts as the key's subject: oneself, or a program. */
const mayHold = (me: Me, { subject_id: subject }: ApiKey) => subject === me.id || subject.startsWith("svc_");

function Asking({ asked, onClose }: { asked: Asked | undefined; onClose: () => void }) {
  const { t } = useTranslation();
  const revoke = async ({ id }: ApiKey) => {
    await request("DELETE", `/api/v1/keys/${id}`);
    await queryClient.invalidateQueries({ queryKey: ["keys"] });
  };
  switch (asked?.what) {
    case "make":
      return <NewKey onClose={onClose} />;
    case "rotate":
      return <RotateKey apiKey={asked.apiKey} onClose={onClose} />;
    case "revoke":
      return (
        <Confirm
          title={t("settings.keyRevokeTitle", { name: asked.apiKey.name })}
          text={t("settings.keyRevokeText")}
          action={t("settings.keyRevoke")}
          onConfirm={() => revoke(asked.apiKey)}
          onClose={onClose}
        />
      );
    default:
      return null;
  }
}

interface RowProps {
  apiKey: ApiKey;
  owner: string | undefined;
  onRotate: (() => void) | undefined;
  onRevoke: () => void;
}

function Row({ apiKey, owner, onRotate, onRevoke }: RowProps) {
  const { t, i18n } = useTranslation();
  const { name, prefix, last_four, created_at, expires_at, last_used_at } = apiKey;
  const ended = expires_at !== null && new Date(expires_at) < new Date();
  const facts = [
    owner,
    `${t("settings.created")} ${date(created_at, i18n.language)}`,
    expires_at && !ended && `${t("settings.expires")} ${moment(expires_at, i18n.language)}`,
    `${t("settings.lastUsed")} ${last_used_at ? moment(last_used_at, i18n.language) : t("settings.never")}`,
  ];
  return (
    <li className="flex flex-wrap items-center gap-3 rounded-lg border border-line bg-sheet px-4 py-2.5">
      <KeyRound aria-hidden="true" className="size-4 shrink-0 text-soft" />
      <div className="min-w-48 flex-1">
        <p className="font-medium break-words">
          {name}
          {ended && <span className="ms-2 text-sm font-normal text-brick">{t("apiKeys.ended")}</span>}
        </p>
        <p className="text-xs text-soft">
          <code className="font-mono">
            {prefix}…{last_four}
          </code>
          {" · "}
          {facts.filter(Boolean).join(" · ")}
        </p>
        <Bounds apiKey={apiKey} />
      </div>
      {onRotate && (
        <Button look="quiet" onClick={onRotate} aria-label={`${t("apiKeys.rotate")} – ${name}`}>
          <RotateCw aria-hidden="true" className="size-4" />
          {t("apiKeys.rotate")}
        </Button>
      )}
      <Button look="quiet" onClick={onRevoke} aria-label={`${t("settings.keyRevoke")} – ${name}`}>
        {t("settings.keyRevoke")}
      </Button>
    </li>
  );
}

/** What the key may do, and from where. */
function Bounds({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation();
  const collections = useQuery(queries.collections).data;
  const nameOf = (id: string) => collections?.find((one) => one.id === id)?.name ?? id;
  const { scopes, allowed_models: models, allowed_collections: allowed, allowed_networks: nets } = apiKey;
  const bounds = [
    scopes.join(", "),
    models && t("apiKeys.models", { names: models.join(", ") }),
    allowed && t("apiKeys.collections", { names: allowed.map(nameOf).join(", ") }),
    nets && t("apiKeys.networks", { names: nets.join(", ") }),
  ];
  return <p className="text-xs break-words text-soft">{bounds.filter(Boolean).join(" · ")}</p>;
}
