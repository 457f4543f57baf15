import { useQuery } from "@tanstack/react-query";
import { Tag } from "lucide-react";
import { useTranslation } from "react-i18next";
import { labels } from "./queries";

export function useLabelName(): (label: string, name?: string) => string {
  const { t } = useTranslation();
  const known = useQuery(labels).data;
  return (label, name) =>
    label === "confidential"
      ? t("labels.confidential")
      : (name ?? known?.find((one) => one.label === label)?.name ?? label);
}

/** The labels that something carries. */
export function LabelNames({ of }: { of: string[] }) {
  const nameOf = useLabelName();
  return of.map((label) => (
    <span
      key={label}
      className="ms-2 inline-flex items-center gap-1 rounded-sm bg-brick-wash px-1.5 text-xs whitespace-nowrap text-brick"
    >
      <Tag aria-hidden="true" className="size-3" />
      {nameOf(label)}
    </span>
  ));
}
