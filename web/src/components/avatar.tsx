/** The first letter of a name, as a small block. */
export function Avatar({ name }: { name: string }) {
  return (
    <span
      aria-hidden="true"
      className="grid size-8 shrink-0 place-items-center rounded-md bg-woad-wash font-serif text-base text-woad"
    >
      {name.slice(0, 1).toUpperCase()}
    </span>
  );
}
