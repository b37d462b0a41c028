// Numbers and tables as the results show them.

export const table = (head, rows) =>
  [head, head.map((_, i) => (i ? '--:' : ':--')), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n') + '\n';

export const significant = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

export function duration(seconds) {
  if (seconds >= 0.1) return `${significant(seconds)} s`;
  if (seconds >= 1e-3) return `${significant(seconds * 1e3)} ms`;
  if (seconds >= 1e-6) return `${significant(seconds * 1e6)} µs`;
  return `${significant(seconds * 1e9)} ns`;
}
