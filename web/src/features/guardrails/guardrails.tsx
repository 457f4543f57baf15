import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, ShieldAlert, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { INPUT } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { classes } from "@/lib/classes";
import { request } from "@/lib/http";
import { GuardrailForm } from "./form";
import { guardrails, PATH, type Guardrail } from "./queries";

type Asked = { what: "add" } | { what: "edit" | "remove"; rule: Guardrail };

/** What may not pass to or from a model, and a place to try it. */
export function Guardrails() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const all = useQuery(guardrails);
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const remove = async ({ id }: Guardrail) => {
    await request("DELETE", `${PATH}/${id}`);
    await client.invalidateQueries({ queryKey: guardrails.queryKey });
  };
  const known = all.data?.recognisers ?? [];
  return (
    <section className="mt-10 border-t border-line pt-5">
      <h2 className="text-xl">{t("guardrails.title")}</h2>
      <p className="mt-1 mb-4 text-soft">{t("guardrails.text")}</p>
      <ErrorNotice error={all.error} />
      {all.data?.items.length === 0 && <p className="mb-4 text-sm text-soft">{t("guardrails.none")}</p>}
      <ul className="mb-4">
        {all.data?.items.map((rule) => (
          <li key={rule.id} className="flex items-center gap-3 border-b border-line py-2.5">
            <ShieldAlert aria-hidden="true" className="size-5 shrink-0 text-soft" />
            <div className="min-w-0 grow">
              <p className="font-medium break-words">{rule.name}</p>
              <InWords rule={rule} />
            </div>
            <IconButton
              label={`${t("models.edit")} – ${rule.name}`}
              icon={<Pencil className="size-4" />}
              onClick={() => setAsked({ what: "edit", rule })}
            />
            <IconButton
              label={`${t("models.remove")} – ${rule.name}`}
              icon={<Trash2 className="size-4" />}
              onClick={() => setAsked({ what: "remove", rule })}
            />
          </li>
        ))}
      </ul>
      <Button onClick={() => setAsked({ what: "add" })}>
        <Plus aria-hidden="true" className="size-4" />
        {t("guardrails.add")}
      </Button>
      <Trial />
      {asked?.what === "add" && <GuardrailForm recognisers={known} onClose={close} />}
      {asked?.what === "edit" && <GuardrailForm rule={asked.rule} recognisers={known} onClose={close} />}
      {asked?.what === "remove" && (
        <Confirm
          title={t("guardrails.removeTitle", { name: asked.rule.name })}
          text={t("guardrails.removeText")}
          action={t("models.remove")}
          onConfirm={() => remove(asked.rule)}
          onClose={close}
        />
      )}
    </section>
  );
}

function InWords({ rule }: { rule: Guardrail }) {
  const { t } = useTranslation();
  const facts = [
    !rule.enabled && t("guardrails.off"),
    t(`guardrails.actions.${rule.action}`),
    rule.stages.map((stage) => t(`guardrails.stages.${stage}`)).join(", "),
    rule.recognisers.map((one) => t(`guardrails.kinds.${one}`)).join(", "),
    rule.patterns.join("  "),
    rule.model,
  ];
  return <p className="text-xs break-words text-soft">{facts.filter(Boolean).join(" · ")}</p>;
}

interface Verdict {
  blocked: boolean;
  text: string | null;
  findings: { guardrail: string; name: string; kind: string }[];
}

/** What would become of a text. */
function Trial() {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const attempt = useMutation({
    mutationFn: () => request<Verdict>("POST", `${PATH}/try`, { json: { text } }),
  });
  return (
    <div className="mt-6 grid gap-2">
      <textarea
        aria-label={t("guardrails.try")}
        placeholder={t("guardrails.try")}
        rows={2}
        value={text}
        onChange={(event) => setText(event.target.value)}
        className={classes(INPUT, "py-2")}
      />
      <Button
        className="justify-self-start"
        disabled={!text || attempt.isPending}
        onClick={() => attempt.mutate()}
      >
        {t("guardrails.tryIt")}
      </Button>
      <ErrorNotice error={attempt.error} />
      <div role="status" className="text-sm">
        {attempt.data && (
          <p className={attempt.data.blocked ? "text-brick" : undefined}>
            {attempt.data.text ?? t("guardrails.blocked")}
            {attempt.data.findings.length > 0 && (
              <span className="block text-soft">
                {[...new Set(attempt.data.findings.map(({ name }) => name))].join(", ")}
              </span>
            )}
          </p>
        )}
      </div>
    </div>
  );
}
