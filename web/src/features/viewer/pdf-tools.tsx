import { ChevronDown, ChevronUp, MoveHorizontal, ZoomIn, ZoomOut } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";

interface Props {
  page: number;
  count: number;
  onPage: (number: number) => void;
  /** Steps larger or smaller; 0 fits the width. */
  onZoom: (steps: number) => void;
}

export function PdfTools({ page, count, onPage, onZoom }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState<string>();
  const go = (event: SyntheticEvent) => {
    event.preventDefault();
    if (typed) onPage(Number(typed));
    setTyped(undefined);
  };
  return (
    <div className="flex items-center gap-1 border-b border-line bg-paper px-2 py-0.5 text-sm">
      <IconButton
        label={t("viewer.previous")}
        icon={<ChevronUp className="size-4" />}
        disabled={page <= 1}
        onClick={() => onPage(page - 1)}
      />
      <IconButton
        label={t("viewer.next")}
        icon={<ChevronDown className="size-4" />}
        disabled={page >= count}
        onClick={() => onPage(page + 1)}
      />
      <form onSubmit={go} className="flex items-center gap-1.5 ps-1">
        <input
          aria-label={t("viewer.page")}
          inputMode="numeric"
          value={typed ?? page}
          onChange={(event) => setTyped(event.target.value.replace(/\D/g, ""))}
          onBlur={go}
          className="w-12 rounded border border-line bg-sheet px-1 py-1 text-end tabular-nums"
        />
        <span className="text-soft whitespace-nowrap">{t("viewer.ofPages", { count })}</span>
      </form>
      <span className="ms-auto" />
      <IconButton
        label={t("viewer.zoomOut")}
        icon={<ZoomOut className="size-4" />}
        onClick={() => onZoom(-1)}
      />
      <IconButton
        label={t("viewer.fit")}
        icon={<MoveHorizontal className="size-4" />}
        onClick={() => onZoom(0)}
      />
      <IconButton label={t("viewer.zoomIn")} icon={<ZoomIn className="size-4" />} onClick={() => onZoom(1)} />
    </div>
  );
}
