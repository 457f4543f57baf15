import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { inWords } from "@/i18n/errors";
import type { ErrorBody } from "@/lib/http";

/** An error in words. Announced when it appears. */
export function ErrorNotice({
  error,
  children,
}: {
  error: Error | ErrorBody | null | undefined;
  children?: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  if (!error) return null;
  return (
    <div
      role="alert"
      className="flex items-start gap-2 rounded-md bg-brick-wash px-3 py-2 text-sm text-brick"
    >
      <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0">
        {inWords(t, error, i18n.language)}
        {children}
      </div>
    </div>
  );
}
