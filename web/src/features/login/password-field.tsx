import { Eye, EyeOff } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Field } from "@/components/field";

interface Props {
  label: string;
  autoComplete: "current-password" | "new-password" | "off";
  value: string;
  onValue: (value: string) => void;
  hint?: string;
  autoFocus?: boolean;
  required?: boolean;
}

/** A password that can be looked at, and says when Caps Lock is on. */
export function PasswordField({ value, onValue, hint, required = true, ...rest }: Props) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const watch = (event: KeyboardEvent) => setCapsLock(event.getModifierState("CapsLock"));
  return (
    <Field
      {...rest}
      required={required}
      type={shown ? "text" : "password"}
      spellCheck={false}
      value={value}
      onChange={(event) => onValue(event.target.value)}
      onKeyDown={watch}
      onKeyUp={watch}
      hint={
        <>
          {hint}
          <span role="status" className="block text-brick">
            {capsLock && t("login.capsLock")}
          </span>
        </>
      }
      after={
        <IconButton
          label={shown ? t("login.hide") : t("login.show")}
          icon={shown ? <EyeOff className="size-4" /> : <Eye className="size-4" />}
          onClick={() => setShown(!shown)}
        />
      }
    />
  );
}
