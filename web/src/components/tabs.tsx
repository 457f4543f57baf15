import { classes } from "@/lib/classes";

interface Props<T extends string> {
  label: string;
  value: T;
  options: [T, string][];
  onChange: (value: T) => void;
}

/** Parts of one page, one shown at a time. */
export function Tabs<T extends string>({ label, value, options, onChange }: Props<T>) {
  return (
    <div
      role="group"
      aria-label={label}
      className="-mx-1 mb-6 flex gap-1 overflow-x-auto border-b border-line px-1 text-sm"
    >
      {options.map(([key, name]) => (
        <button
          key={key}
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
