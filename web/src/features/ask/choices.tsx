import * as Popover from "@radix-ui/react-popover";
import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Library } from "lucide-react";
import { useTranslation } from "react-i18next";
import { queries } from "@/api/queries";
import { Button } from "@/components/button";

export const READER = "bastide-reader";

export function ModelChoice({ value, onChange }: { value: string; onChange: (model: string) => void }) {
  const { t } = useTranslation();
  const models = useQuery(queries.models);
  return (
    <span className="relative inline-flex min-w-0 items-center">
      <select
        aria-label={t("ask.model")}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="min-h-9 max-w-52 field-sizing-content appearance-none truncate rounded-md bg-transparent ps-2 pe-7 text-sm font-medium text-soft hover:bg-sunken hover:text-ink"
      >
        {(models.data ?? [{ id: value, available: true }]).map(({ id, available }) => (
          <option key={id} value={id} className="bg-sheet text-ink">
            {id === READER ? t("ask.reader") : id}
            {!available && ` (${t("ask.unavailable")})`}
          </option>
        ))}
      </select>
      <ChevronDown aria-hidden="true" className="pointer-events-none absolute end-2 size-4 text-soft" />
    </span>
  );
}

/** Which collections are asked; none chosen means all. */
export function CollectionChoice({
  value,
  onChange,
}: {
  value: string[];
  onChange: (names: string[]) => void;
}) {
  const { t } = useTranslation();
  const collections = useQuery(queries.collections);
  const label =
    value.length === 0
      ? t("ask.everywhere")
      : value.length === 1
        ? value[0]
        : t("ask.some", { count: value.length });
  const toggle = (name: string) =>
    onChange(value.includes(name) ? value.filter((other) => other !== name) : [...value, name]);
  return (
    <Popover.Root>
      <Popover.Trigger asChild>
        <Button
          look="quiet"
          size="snug"
          className="max-w-52"
          aria-label={`${t("ask.collections")} – ${label ?? ""}`}
        >
          <Library aria-hidden="true" className="size-4 shrink-0" />
          <span className="truncate">{label}</span>
          <ChevronDown aria-hidden="true" className="size-4 shrink-0" />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={8}
          className="z-50 w-64 animate-appear rounded-lg border border-line bg-sheet p-1.5 text-sm shadow-xl"
        >
          <fieldset className="max-h-72 overflow-y-auto">
            <legend className="px-2 pt-1 pb-1.5 text-xs text-soft">{t("ask.collections")}</legend>
            <Choice name={t("ask.everywhere")} checked={value.length === 0} onChange={() => onChange([])} />
            {collections.data?.map(({ id, name, documents_count }) => (
              <Choice
                key={id}
                name={name}
                count={documents_count}
                checked={value.includes(name)}
                onChange={() => toggle(name)}
              />
            ))}
          </fieldset>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choice({
  name,
  count,
  checked,
  onChange,
}: {
  name: string;
  count?: number;
  checked: boolean;
  onChange: () => void;
}) {
  return (
    <label className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-md px-2 hover:bg-woad-wash">
      <input type="checkbox" checked={checked} onChange={onChange} className="size-4 accent-woad" />
      <span className="min-w-0 grow truncate">{name}</span>
      {count !== undefined && <span className="text-xs text-soft tabular-nums">{count}</span>}
    </label>
  );
}
