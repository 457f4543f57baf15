import { Check } from "./check";

interface Props<T extends string> {
  legend: string;
  options: [id: T, name: string][];
  value: T[];
  onChange: (value: T[]) => void;
}

/** Any of several, under one heading. */
export function Ticks<T extends string>({ legend, options, value, onChange }: Props<T>) {
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1 text-sm font-medium">{legend}</legend>
      <div className="grid max-h-60 gap-1.5 overflow-y-auto">
        {options.map(([id, name]) => (
          <Check
            key={id}
            label={name}
            checked={value.includes(id)}
            onChange={(on) => onChange(on ? [...value, id] : value.filter((one) => one !== id))}
          />
        ))}
      </div>
    </fieldset>
  );
}
