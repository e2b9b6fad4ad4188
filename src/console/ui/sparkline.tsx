interface SparklineProps {
  /** Values in the order of time; all at the same distance. */
  readonly values: readonly number[];
  /** What it shows in words, for those who do not see it; without it, it is decoration beside a number. */
  readonly label?: string;
  readonly width?: number;
  readonly height?: number;
  /** Drawn in the colour of errors. */
  readonly bad?: boolean;
}

/** The course of one number, small enough for a row of a table. */
export function Sparkline({ values, label, width = 96, height = 24, bad = false }: SparklineProps) {
  const most = Math.max(...values, 0);
  const step = width / Math.max(values.length - 1, 1);
  const y = (value: number) => (most === 0 ? height - 1.5 : height - 1.5 - (value / most) * (height - 3));
  const line = values
    .map((value, at) => `${at === 0 ? 'M' : 'L'}${(at * step).toFixed(1)} ${y(value).toFixed(1)}`)
    .join('');
  const color = bad ? 'var(--fob-chart-bad)' : 'var(--fob-chart-1)';
  return (
    <svg
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      {...(label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label })}
      style={{ display: 'block', maxWidth: '100%' }}
    >
      {values.length > 1 && most > 0 && <path d={`${line}V${height}H0Z`} fill={color} opacity={0.13} />}
      {values.length > 1 ? (
        <path d={line} fill="none" stroke={most > 0 ? color : 'var(--fob-line-strong)'} strokeWidth={1.5} />
      ) : (
        <path d={`M0 ${height - 1.5}H${width}`} stroke="var(--fob-line-strong)" strokeWidth={1.5} />
      )}
    </svg>
  );
}
