import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/lib/classes";

type Look = "main" | "plain" | "quiet" | "danger";

const LOOKS: Record<Look, string> = {
  main: "bg-woad text-on-woad hover:brightness-110 disabled:opacity-50",
  plain: "border border-line bg-sheet hover:border-soft disabled:opacity-50",
  quiet: "text-soft hover:bg-sunken hover:text-ink disabled:opacity-40",
  danger: "bg-brick text-paper hover:brightness-110 disabled:opacity-50",
};

interface Props extends ComponentProps<"button"> {
  look?: Look;
}

export function Button({ look = "plain", className, ...rest }: Props) {
  return (
    <button
      type="button"
      className={classes(
        "inline-flex min-h-9 items-center justify-center gap-2 rounded-md px-3 text-sm font-medium transition-colors",
        LOOKS[look],
        className,
      )}
      {...rest}
    />
  );
}

interface IconProps extends Omit<Props, "children"> {
  label: string;
  icon: ReactNode;
}

/** A button with a picture and a name for those who do not see it. */
export function IconButton({ label, icon, look = "quiet", className, ...rest }: IconProps) {
  return (
    <Button
      look={look}
      className={classes("min-w-9 shrink-0 px-0", className)}
      aria-label={label}
      title={label}
      {...rest}
    >
      {icon}
    </Button>
  );
}
