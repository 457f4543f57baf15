import { classes } from "@/lib/classes";

/** The plan of a bastide: blocks around a square, and the gate that leads in. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={classes("fill-woad", className)}>
      {BLOCKS.map(([x, y]) => (
        <rect key={`${x}-${y}`} x={x} y={y} width="8" height="8" rx="1.5" />
      ))}
      <path d="M12 30V17a4 4 0 0 1 8 0v13z" className="fill-brick" />
    </svg>
  );
}

const BLOCKS = [
  [2, 2],
  [12, 2],
  [22, 2],
  [2, 12],
  [22, 12],
  [2, 22],
  [22, 22],
] as const;

/** Three blocks that breathe while something is on its way. */
export function Waiting({ label }: { label: string }) {
  return (
    <span role="status" className="inline-flex items-center gap-2 text-soft">
      <svg viewBox="0 0 28 8" aria-hidden="true" className="h-2 fill-woad">
        <rect className="animate-block" width="8" height="8" rx="1.5" />
        <rect className="animate-block [animation-delay:.2s]" x="10" width="8" height="8" rx="1.5" />
        <rect className="animate-block [animation-delay:.4s]" x="20" width="8" height="8" rx="1.5" />
      </svg>
      {label}
    </span>
  );
}
