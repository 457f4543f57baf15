import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";

export function CopyButton({ text, label }: { text: string; label?: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <>
      <IconButton
        label={label ?? t("app.copy")}
        icon={copied ? <Check className="size-4" /> : <Copy className="size-4" />}
        onClick={copy}
      />
      <span role="status" className="sr-only">
        {copied && t("app.copied")}
      </span>
    </>
  );
}
