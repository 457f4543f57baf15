const NARROW = "\u202f"; // narrow no-break space
const WIDE = "\u00a0"; // no-break space

/** French spacing: no line may break before ; : ! ? » % € or after «. */
export function french(text: string): string {
  return text
    .replace(/ ([;!?])/g, `${NARROW}$1`)
    .replace(/ (:|»|%|€)/g, `${WIDE}$1`)
    .replace(/« /g, `«${WIDE}`);
}
