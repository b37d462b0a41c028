// The benchmark: prepares, checks, measures, reports.  dev/bench runs it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { cases, targets } from './cases.mjs';
import { check, prepare } from './prepare.mjs';
import { engine } from './engine.mjs';
import { memory } from './memory.mjs';
import { median } from './measure.mjs';
import { render } from './report.mjs';

const GROUPS = ['upcoming', 'expand', 'report', 'next', 'adherence', 'engine', 'age', 'memory'];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    users: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const groups = positionals.length ? positionals : GROUPS;
for (const group of groups) {
  if (!GROUPS.includes(group)) throw new Error(`no group "${group}"; there are ${GROUPS.join(', ')}`);
}

const users = Number(options.users ?? (options.full ? 20_000 : 500));
const hour = 3600_000;
const reference = Math.floor(Date.now() / hour) * hour;
const at = (days) => new Date(reference + days * 24 * hour).toISOString();

const bench = {
  full: options.full,
  rounds: Number(options.rounds ?? (options.full ? 9 : 7)),
  seconds: Number(options.seconds ?? (options.full ? 3 : 0.3)),
  reference: at(0),
  window: { from: at(-3), to: at(4) },
  users: {
    usual: { first: 1, last: users },
    twenty_years: { first: users + 1, last: users + 500 },
    week: { first: users + 501, last: users + 1000 },
  },
  memory: options.full ? { calls: 1_000_000, failures: 100_000 } : { calls: 20_000, failures: 4_000 },
  scratch: process.env.PGHOST,
  // Without memoize: it is the functions that are measured, each for every schedule.
  sql: postgres({ max: 1, onnotice: () => {}, connection: { enable_memoize: 'off' } }),
  app: postgres({ max: 2, prepare: false, onnotice: () => {} }),
  load: [loadavg()[0]],
  leftOut: new Map(),
  leaveOut: (name, reason) => bench.leftOut.set(name, reason),
  plans: {},
  pace: new Map(),
  samples: new Map(),
  log: (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`),
};

const needsData = groups.some((group) => group !== 'engine');
if (needsData) {
  await prepare(bench);
  await check(bench, options.full ? 100 : 50);
}

const timed = cases.filter((c) => groups.includes(c.group) && !bench.leftOut.has(c.name));
for (const group of GROUPS) {
  const members = timed.filter((c) => c.group === group);
  if (members.length === 0) continue;
  for (let round = -1; round < bench.rounds; round++) {
    bench.log(`${group}: ${round < 0 ? 'warming up' : `round ${round + 1} of ${bench.rounds}`}`);
    for (const c of members) {
      const seconds = await c.measure(bench, round + 1);
      const key = `${c.name}/${c.mode}`;
      if (round >= 0) bench.samples.set(key, [...(bench.samples.get(key) ?? []), seconds]);
    }
  }
}

if (groups.includes('engine')) bench.engine = await engine(bench);
if (groups.includes('memory')) {
  bench.log('memory');
  bench.backend = await memory(bench);
}
bench.load.push(loadavg()[0]);

bench.median = (key) => median(bench.samples.get(key));
const text = await render(bench, timed, targets.filter((t) => groups.includes(t.group)));
process.stdout.write(text);

const file = bench.full ? '../doc/performance-results.md' : '../build/bench/results.md';
mkdirSync(new URL('.', new URL(file, import.meta.url)), { recursive: true });
writeFileSync(new URL(file, import.meta.url), text);
bench.log(`written to ${fileURLToPath(new URL(file, import.meta.url)).split('/').slice(-2).join('/')}`);
await Promise.all([bench.sql.end(), bench.app.end()]);
