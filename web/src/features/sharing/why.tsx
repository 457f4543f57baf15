import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Explanation, Grantee } from "@/api/people";
import { Button } from "@/components/button";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { useLabelName } from "@/features/labels/label-names";
import { request } from "@/lib/http";
import { Finder } from "./finder";

/** Why somebody can, or cannot, read this: the chain of grounds. */
export function Why({ resource }: { resource: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [subject, setSubject] = useState<Grantee>();
  return (
    <section>
      <Button look="quiet" size="snug" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("people.why")}
      </Button>
      {open && (
        <div className="mt-2 px-2">
          {subject ? (
            <Chain resource={resource} subject={subject} onBack={() => setSubject(undefined)} />
          ) : (
            <Finder
              label={t("people.whyWho")}
              taken={[]}
              accept={({ kind }) => kind === "user" || kind === "service"}
              verb={(name) => t("people.whyOf", { name })}
              onAdd={setSubject}
            />
          )}
        </div>
      )}
    </section>
  );
}

function Chain({ resource, subject, onBack }: { resource: string; subject: Grantee; onBack: () => void }) {
  const { t } = useTranslation();
  const labelName = useLabelName();
  const id = subject.token.split(":")[1] ?? "";
  const why = useQuery({
    queryKey: ["why", resource, id],
    queryFn: () =>
      request<Explanation>("GET", "/api/v1/access/explain", { query: { resource, subject: id } }),
    staleTime: 0,
  });
  return (
    <div className="text-sm" aria-live="polite">
      {why.isPending && <Waiting label={t("app.loading")} />}
      <ErrorNotice error={why.error} />
      {why.data && (
        <>
          <p className="font-medium">
            {why.data.access
              ? t("people.whyYes", { name: subject.name, access: t(`people.accesses.${why.data.access}`) })
              : t("people.whyNo", { name: subject.name })}
          </p>
          <ol className="mt-1 list-decimal ps-5 text-soft">
            {why.data.steps.map((step, index) => (
              <li key={index}>
                {[
                  t(`people.resources.${step.kind as "document"}`, { defaultValue: step.kind }),
                  t(`people.grounds.${step.ground}`),
                  step.label && labelName(step.label),
                  step.grantee && (why.data.names[step.grantee] ?? t("people.gone")),
                  step.access && t(`people.accesses.${step.access}`),
                ]
                  .filter(Boolean)
                  .join(" – ")}
              </li>
            ))}
          </ol>
        </>
      )}
      <Button look="quiet" size="small" className="mt-2" onClick={onBack}>
        {t("people.whyOther")}
      </Button>
    </div>
  );
}
