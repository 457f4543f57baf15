import { Check } from "./check";

interface Props {
  label: string;
  /** What "no choice" is called. */
  all: string;
  options: [id: string, name: string][];
  /** Undefined: all. */
  value: string[] | undefined;
  onChange: (value: string[] | undefined) => void;
}

/** All of a list, or those that are ticked. */
export function Several({ label, all, options, value, onChange }: Props) {
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      <Check
        label={all}
        checked={value === undefined}
        onChange={(checked) => onChange(checked ? undefined : [])}
      />
      {value !== undefined && (
        <div className="ms-6 grid max-h-44 gap-1.5 overflow-y-auto">
          {options.map(([id, name]) => (
            <Check
              key={id}
              label={name}
              checked={value.includes(id)}
              onChange={(checked) => onChange(checked ? [...value, id] : value.filter((one) => one !== id))}
            />
          ))}
        </div>
      )}
    </fieldset>
  );
}
