import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { queryClient } from "@/api/queries";
import type { ApiKey } from "@/api/types";
import { Dialog } from "@/components/dialog";
import { Select } from "@/components/field";
import { Buttons, Form } from "@/components/form";
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
  if (rotate.data) return <KeyShown secret={rotate.data.key} onClose={onClose} />;
  return (
    <Dialog title={t("apiKeys.rotateTitle", { name: apiKey.name })} onClose={onClose}>
      <Form onSubmit={rotate.mutate}>
        <p className="text-soft">{t("apiKeys.rotateText")}</p>
        <Select
          label={t("apiKeys.overlap")}
          value={overlap}
          onChange={(event) => setOverlap(event.target.value as Overlap)}
          options={(Object.keys(OVERLAPS_S) as Overlap[]).map((one) => [one, t(`apiKeys.overlaps.${one}`)])}
        />
        <ErrorNotice error={rotate.error} />
        <Buttons action={t("apiKeys.rotate")} disabled={rotate.isPending} onCancel={onClose} />
      </Form>
    </Dialog>
  );
}
