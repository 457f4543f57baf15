import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./button";

interface FormProps extends Omit<ComponentProps<"form">, "onSubmit"> {
  onSubmit: () => void;
}

/** Fields below each other, that the page itself sends. */
export function Form({ onSubmit, className = "grid gap-4", ...rest }: FormProps) {
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
      {...rest}
    />
  );
}

interface ButtonsProps {
  action: string;
  /** While it is sent, or as long as something is missing. */
  disabled: boolean;
  danger?: boolean | undefined;
  onCancel: () => void;
  cancel?: string;
}

/** Where a form ends: leave it, or send it. */
export function Buttons({ action, disabled, danger, onCancel, cancel }: ButtonsProps) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap justify-end gap-2">
      <Button onClick={onCancel}>{cancel ?? t("app.cancel")}</Button>
      <Button type="submit" look={danger ? "danger" : "main"} disabled={disabled}>
        {action}
      </Button>
    </div>
  );
}
