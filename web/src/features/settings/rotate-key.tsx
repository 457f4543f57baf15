import { useMutation } from "@tanstack/react-query";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { queryClient } from "@/api/queries";
import type { ApiKey } from "@/api/types";
import { Button } from "@/components/button";
import { Dialog } from "@/components/dialog";
import { Select } from "@/components/field";
import { ErrorNotice } from "@/components/notice";
import { request } from "@/lib/http";
import { KeyShown } from "./key-shown";

const OVERLAPS_S = { none: 0, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000 };
type Overlap = keyof typeof OVERLAPS_S;

/** A new key that may do the same; the old one goes on for a while, so that nothing stops. */
export function RotateKey({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const { t } = useTranslation();
  const [overlap, setOverlap] = useState<Overlap>("day");
  const rotate = useMutation({
    mutationFn: () =>
      request<ApiKey & { key: string }>("POST", `/api/v1/keys/${apiKey.id}/rotate`, {
        json: { overlap_s: OVERLAPS_S[overlap] },
      }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["keys"] }),
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    rotate.mutate();
  };
  if (rotate.data) return <KeyShown secret={rotate.data.key} onClose={onClose} />;
  return (
    <Dialog title={t("apiKeys.rotateTitle", { name: apiKey.name })} onClose={onClose}>
      <form onSubmit={submit} className="grid gap-4">
        <p className="text-soft">{t("apiKeys.rotateText")}</p>
        <Select
          label={t("apiKeys.overlap")}
          value={overlap}
          onChange={(event) => setOverlap(event.target.value as Overlap)}
        >
          {(Object.keys(OVERLAPS_S) as Overlap[]).map((one) => (
            <option key={one} value={one}>
              {t(`apiKeys.overlaps.${one}`)}
            </option>
          ))}
        </Select>
        <ErrorNotice error={rotate.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button type="submit" look="main" disabled={rotate.isPending}>
            {t("apiKeys.rotate")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
