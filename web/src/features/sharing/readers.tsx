import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Explanation } from "@/api/people";
import { Button } from "@/components/button";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";

/** Everybody who can read something, and why. Asked for when it is opened. */
export function Readers({ resource }: { resource: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const readers = useQuery({
    queryKey: ["readers", resource],
    queryFn: async () =>
      (await request<{ items: Explanation[] }>("GET", "/api/v1/access/readers", { query: { resource } }))
        .items,
    enabled: open,
    staleTime: 0,
  });
  return (
    <section className="mt-5 border-t border-line pt-3">
      <Button look="quiet" size="snug" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t("people.readers")}
      </Button>
      {open && (
        <>
          {readers.isPending && <Waiting label={t("app.loading")} />}
          <ErrorNotice error={readers.error} />
          {readers.data?.length === 0 && <p className="px-2 text-sm text-soft">{t("people.readersNone")}</p>}
          <ul className="mt-2 grid max-h-60 gap-1.5 overflow-y-auto px-2 text-sm">
            {readers.data?.map(({ subject_id: id, access, steps, names }) => (
              <li key={id}>
                <span className="font-medium">{names[`user:${id}`] ?? t("people.gone")}</span>{" "}
                <span className="text-soft">
                  {access && t(`people.accesses.${access}`)}
                  {steps.length > 0 &&
                    ` – ${[...new Set(steps.map(({ ground }) => t(`people.grounds.${ground}`)))].join(", ")}`}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}
