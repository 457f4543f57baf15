/** Streets of a bastide seen from above: blocks of uneven width around the square with its market hall. */
export function Plan({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 720 900" preserveAspectRatio="xMidYMid slice" aria-hidden="true" className={className}>
      {BLOCKS.map(({ x, y, width, height, shade }) => (
        <rect
          key={`${x}-${y}`}
          x={x}
          y={y}
          width={width}
          height={height}
          rx="5"
          className="fill-woad"
          opacity={shade}
        />
      ))}
      <g className="fill-brick">
        <path d="M300 560V430a60 60 0 0 1 120 0v130z" />
      </g>
    </svg>
  );
}

const COLUMNS = [
  [-40, 110],
  [88, 62],
  [168, 92],
  [278, 164],
  [460, 92],
  [570, 62],
  [650, 110],
] as const;
const ROWS = [
  [-30, 100],
  [88, 84],
  [190, 130],
  [338, 104],
  [460, 104],
  [582, 130],
  [730, 84],
  [832, 100],
] as const;
const SHADES = [0.9, 0.78, 0.86, 0.7, 0.82];

const BLOCKS = COLUMNS.flatMap(([x, width], column) =>
  ROWS.flatMap(([y, height], row) => {
    const isSquare = column === 3 && (row === 3 || row === 4);
    return isSquare ? [] : [{ x, y, width, height, shade: SHADES[(column * 3 + row * 2) % SHADES.length] }];
  }),
);
