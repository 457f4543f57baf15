/** Numbers, sizes and times as people write them. */

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function size(bytes: number, language: string): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** power;
  const format = new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[power] ?? "byte",
    unitDisplay: power === 0 ? "narrow" : "short", // the short unit of bytes is "byte" in English
    maximumFractionDigits: power === 0 || value >= 10 ? 0 : 1,
  });
  if (power > 0) return format.format(value);
  const space = language.startsWith("fr") ? "\u202f" : "\u00a0";
  return format
    .formatToParts(value)
    .filter(({ type }) => type !== "literal")
    .map((part) => part.value)
    .join(space);
}

/** "40 s", "3 min", "2 h": rounded up, so that nobody waits longer than was said. */
export function duration(seconds: number, language: string): string {
  const [value, unit] =
    seconds < 60
      ? ([Math.max(1, Math.ceil(seconds)), "second"] as const)
      : seconds < 3600
        ? ([Math.ceil(seconds / 60), "minute"] as const)
        : ([Math.ceil(seconds / 3600), "hour"] as const);
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value);
}

/** A decimal of any length, as money is told: two decimals, more where they are all there is. */
export function money(amount: string, language: string): string {
  const value = Number(amount);
  const small = value !== 0 && Math.abs(value) < 0.01;
  return new Intl.NumberFormat(language, {
    minimumFractionDigits: value === 0 ? 0 : 2,
    ...(small ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: 2 }),
  }).format(value);
}

export function number(value: number, language: string): string {
  return new Intl.NumberFormat(language).format(value);
}

/** "1.2k", "0.0005": for where there is little room. */
export function short(value: number, language: string): string {
  const digits = Math.abs(value) < 10 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 1 };
  return new Intl.NumberFormat(language, { notation: "compact", ...digits }).format(value);
}

/** "350 ms", "2.4 s": how long something took. */
export function elapsed(ms: number, language: string): string {
  const [value, unit] = ms < 1000 ? [Math.round(ms), "millisecond"] : [ms / 1000, "second"];
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: 1,
  }).format(value);
}

export function date(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(new Date(iso));
}

export function moment(iso: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
}

/** "fr" → "français"; a code that is not known stays itself. */
export function languageName(code: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
