import * as Dropdown from "@radix-ui/react-dropdown-menu";
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { classes } from "@/lib/classes";

interface Props {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
}

/** Not modal: Radix' modal menu locks scrolling with a <style> that the content security policy refuses. */
export function Menu({ trigger, children, align = "end" }: Props) {
  return (
    <Dropdown.Root modal={false}>
      <Dropdown.Trigger asChild>{trigger}</Dropdown.Trigger>
      <Dropdown.Portal>
        <Dropdown.Content
          align={align}
          sideOffset={4}
          collisionPadding={8}
          className="z-50 min-w-44 animate-appear rounded-lg border border-line bg-sheet p-1 text-sm shadow-xl"
        >
          {children}
        </Dropdown.Content>
      </Dropdown.Portal>
    </Dropdown.Root>
  );
}

const ITEM =
  "flex min-h-9 cursor-pointer items-center gap-2 rounded-md px-2 outline-none select-none data-[highlighted]:bg-woad-wash";

export function MenuItem({
  icon,
  danger,
  className,
  children,
  onSelect,
}: {
  icon?: ReactNode;
  danger?: boolean;
  className?: string;
  children: ReactNode;
  onSelect: () => void;
}) {
  return (
    <Dropdown.Item className={classes(ITEM, danger && "text-brick", className)} onSelect={onSelect}>
      {icon}
      {children}
    </Dropdown.Item>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: Record<T, string>;
  onChange: (value: T) => void;
}

/** One of several, marked. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <Dropdown.RadioGroup value={value} onValueChange={(next) => onChange(next as T)} aria-label={label}>
      <Dropdown.Label className="px-2 pt-2 pb-1 text-xs text-soft">{label}</Dropdown.Label>
      {(Object.entries(options) as [T, string][]).map(([key, text]) => (
        <Dropdown.RadioItem key={key} value={key} className={classes(ITEM, "ps-8 relative")}>
          <Dropdown.ItemIndicator className="absolute start-2">
            <Check className="size-4" aria-hidden="true" />
          </Dropdown.ItemIndicator>
          {text}
        </Dropdown.RadioItem>
      ))}
    </Dropdown.RadioGroup>
  );
}

export function MenuLine() {
  return <Dropdown.Separator className="my-1 h-px bg-line" />;
}
