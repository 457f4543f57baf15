import { useEffect, useRef } from "react";
import { classes } from "@/lib/classes";

interface Props<T extends string> {
  label: string;
  value: T;
  options: [T, string][];
  onChange: (value: T) => void;
}

const BEFORE_PX = 48;

/** Parts of one page, one shown at a time. */
export function Tabs<T extends string>({ label, value, options, onChange }: Props<T>) {
  const chosen = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // On a phone not all have room: the chosen one is moved to where it is seen.
    const row = chosen.current?.parentElement;
    if (chosen.current && row) row.scrollLeft = chosen.current.offsetLeft - BEFORE_PX;
  }, [value]);
  return (
    <div
      role="group"
      aria-label={label}
      className="relative -mx-1 mb-6 flex gap-1 overflow-x-auto border-b border-line px-1 text-sm"
    >
      {options.map(([key, name]) => (
        <button
          key={key}
          ref={key === value ? chosen : undefined}
          type="button"
          aria-pressed={key === value}
          onClick={() => onChange(key)}
          className={classes(
            "-mb-px min-h-10 border-b-2 px-3 whitespace-nowrap",
            key === value
              ? "border-woad font-medium text-woad"
              : "border-transparent text-soft hover:text-ink",
          )}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
