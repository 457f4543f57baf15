import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import type { Me } from "@/api/types";
import { Button, IconButton } from "@/components/button";
import { Confirm } from "@/components/confirm";
import { Select } from "@/components/field";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { LimitForm } from "./limit-form";
import { LimitLine } from "./limit-line";
import { LIMITS, limits, myLimits, type Limit } from "./limit-queries";
import { names, type Names } from "./queries";

export function Limits({ me, manages }: { me: Me; manages: boolean }) {
  const known = useQuery(names(me)).data;
  const nameOf = (id: string) => known?.all.get(id) ?? id;
  return (
    <>
      {manages && <AllLimits known={known} nameOf={nameOf} />}
      <MyLimits nameOf={nameOf} />
    </>
  );
}

type Asked = { what: "add" } | { what: "edit" | "remove"; limit: Limit };

function AllLimits({ known, nameOf }: { known: Names | undefined; nameOf: (id: string) => string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const all = useQuery(limits);
  const [asked, setAsked] = useState<Asked>();
  const close = () => setAsked(undefined);
  const remove = async ({ id }: Limit) => {
    await request("DELETE", `${LIMITS}/${id}`);
    await client.invalidateQueries({ queryKey: limits.queryKey });
  };
  return (
    <section className="mb-10">
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <p className="me-auto text-soft">{t("limits.text")}</p>
        <Button look="main" onClick={() => setAsked({ what: "add" })}>
          <Plus aria-hidden="true" className="size-4" />
          {t("limits.add")}
        </Button>
      </div>
      <ErrorNotice error={all.error} />
      {all.isPending && <Waiting label={t("app.loading")} />}
      {all.data?.length === 0 && <p className="py-4 text-soft">{t("limits.none")}</p>}
      <ul className="grid gap-2">
        {all.data?.map((limit) => (
          <LimitLine
            key={limit.id}
            limit={limit}
            nameOf={nameOf}
            actions={
              <>
                <IconButton
                  label={t("limits.edit")}
                  icon={<Pencil className="size-4" />}
                  onClick={() => setAsked({ what: "edit", limit })}
                />
                <IconButton
                  label={t("limits.remove")}
                  icon={<Trash2 className="size-4" />}
                  onClick={() => setAsked({ what: "remove", limit })}
                />
              </>
            }
          />
        ))}
      </ul>
      {asked?.what === "add" && <LimitForm known={known} onClose={close} />}
      {asked?.what === "edit" && <LimitForm limit={asked.limit} known={known} onClose={close} />}
      {asked?.what === "remove" && (
        <Confirm
          title={t("limits.removeTitle")}
          text={t("limits.removeText")}
          action={t("limits.remove")}
          onConfirm={() => remove(asked.limit)}
          onClose={close}
        />
      )}
    </section>
  );
}

/** What the caller's own calls to a model meet. */
function MyLimits({ nameOf }: { nameOf: (id: string) => string }) {
  const { t } = useTranslation();
  const models = useQuery(queries.models).data;
  const [chosen, setChosen] = useState<string>();
  const model = chosen ?? models?.[0]?.id;
  const mine = useQuery({ ...myLimits(model ?? ""), enabled: model !== undefined });
  return (
    <section className="border-t border-line pt-5">
      <h2 className="text-xl">{t("limits.mine")}</h2>
      <div className="my-3 max-w-xs">
        <Select
          label={t("usage.by.model")}
          value={model ?? ""}
          onChange={(event) => setChosen(event.target.value)}
          options={models?.map(({ id }) => [id, id])}
        />
      </div>
      <ErrorNotice error={mine.error} />
      {mine.data?.length === 0 && <p className="text-soft">{t("limits.mineNone")}</p>}
      <ul className="grid gap-2">
        {mine.data?.map((limit) => (
          <LimitLine key={`${limit.id}-${limit.subject_id}`} limit={limit} nameOf={nameOf} />
        ))}
      </ul>
    </section>
  );
}
