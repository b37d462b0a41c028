// The engine without a database: build/bench/engine prints, for each shape of
// rule, nanoseconds per occurrence here and in libical, after comparing what
// both answer.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

const program = fileURLToPath(new URL('../build/bench/engine', import.meta.url));

export async function engine(bench) {
  const shapes = new Map();
  for (let round = 0; round < bench.rounds; round++) {
    bench.log(`engine: round ${round + 1} of ${bench.rounds}`);
    for (const line of execFileSync(program, { encoding: 'utf8' }).trim().split('\n')) {
      const [rule, daily, ours, libical] = line.split('\t');
      const shape = shapes.get(rule) ?? { rule, daily: daily === 'daily', ours: [], libical: [] };
      shape.ours.push(Number(ours));
      shape.libical.push(Number(libical));
      shapes.set(rule, shape);
    }
  }
  return [...shapes.values()].map((s) => ({ ...s, ours: median(s.ours), libical: median(s.libical) }));
}
