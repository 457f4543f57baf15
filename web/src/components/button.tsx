import type { ComponentProps, ReactNode } from "react";
import { classes } from "@/lib/classes";

type Look = "main" | "plain" | "quiet" | "danger";
type Size = "large" | "normal" | "snug" | "small" | "square" | "narrow";

const LOOKS: Record<Look, string> = {
  main: "bg-woad text-on-woad hover:brightness-110 disabled:opacity-50",
  plain: "border border-line bg-sheet hover:border-soft disabled:opacity-50",
  quiet: "text-soft hover:bg-sunken hover:text-ink disabled:opacity-40",
  danger: "bg-brick text-paper hover:brightness-110 disabled:opacity-50",
};
const SIZES: Record<Size, string> = {
  large: "min-h-11 px-4 text-base",
  normal: "min-h-9 px-3 text-sm",
  snug: "min-h-9 px-2 text-sm",
  small: "min-h-8 px-2 text-xs",
  square: "size-9 shrink-0",
  narrow: "h-9 w-7 shrink-0",
};

const SHAPE = "inline-flex items-center justify-center gap-2 rounded-md font-medium transition-colors";

/** For a link that looks like a button. */
export const linkLook = (look: Look, size: Size = "normal"): string =>
  classes(SHAPE, LOOKS[look], SIZES[size]);

interface Props extends ComponentProps<"button"> {
  look?: Look;
  size?: Size;
}

export function Button({ look = "plain", size = "normal", className, ...rest }: Props) {
  return <button type="button" className={classes(linkLook(look, size), className)} {...rest} />;
}

interface IconProps extends Omit<Props, "children"> {
  label: string;
  icon: ReactNode;
}

/** A button with a picture and a name for those who do not see it. */
export function IconButton({ label, icon, look = "quiet", size = "square", ...rest }: IconProps) {
  return (
    <Button look={look} size={size} aria-label={label} title={label} {...rest}>
      {icon}
    </Button>
  );
}
