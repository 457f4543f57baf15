import { useId, type ComponentProps, type ReactNode } from "react";
import { classes } from "@/lib/classes";

export const INPUT =
  "w-full min-h-10 rounded-md border border-line bg-sheet px-3 text-base placeholder:text-soft focus-visible:outline-offset-0 sm:text-sm";

interface Props extends ComponentProps<"input"> {
  label: string;
  hint?: ReactNode;
  after?: ReactNode;
}

export function Field({ label, hint, after, className, ...rest }: Props) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          className={classes(INPUT, after ? "pe-11" : undefined)}
          aria-describedby={hint ? `${id}-hint` : undefined}
          {...rest}
        />
        {after && <div className="absolute inset-y-0 end-0.5 flex items-center">{after}</div>}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-sm text-soft">
          {hint}
        </p>
      )}
    </div>
  );
}

interface SearchProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  className?: string;
}

/** Finds while one types; says what for where one types. */
export function Search({ label, value, onValue, className }: SearchProps) {
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={value}
      onChange={(event) => onValue(event.target.value)}
      className={classes(INPUT, className)}
    />
  );
}

interface SelectProps extends ComponentProps<"select"> {
  label: string;
  hideLabel?: boolean;
  /** After the children, which are choices of another kind. */
  options?: [value: string | number, name: string][] | undefined;
}

/** The system's own list: the one that works on a phone and for a screen reader. */
export function Select({ label, hideLabel, options, className, children, ...rest }: SelectProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className={hideLabel ? "sr-only" : "mb-1 block text-sm font-medium"}>
        {label}
      </label>
      <select id={id} className={classes(INPUT, "pe-8")} {...rest}>
        {children}
        {options?.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
