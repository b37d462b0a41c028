// The benchmark: prepares, checks, measures, reports.  dev/bench runs it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { cases, settings, targets } from './cases.mjs';
import { check } from './check.mjs';
import { prepare } from './prepare.mjs';
import { engine } from './engine.mjs';
import { memory } from './memory.mjs';
import { median } from './measure.mjs';
import { publish } from './publish.mjs';
import { render } from './report.mjs';

const GROUPS = ['node', 'upcoming', 'days_node', 'days', 'expand', 'report', 'next', 'adherence', 'engine', 'age', 'memory'];

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    full: { type: 'boolean', default: false },
    publish: { type: 'boolean', default: false },
    users: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const groups = positionals.length ? positionals : GROUPS;
for (const group of groups) {
  if (!GROUPS.includes(group)) throw new Error(`no group "${group}"; there are ${GROUPS.join(', ')}`);
}

const published = options.full || options.publish;
if (published && positionals.length) throw new Error('what is published is a run of every group');

const users = Number(options.users ?? (options.full ? 20_000 : options.publish ? 4_000 : 500));
const hour = 3600_000;
const reference = Math.floor(Date.now() / hour) * hour;
const at = (days) => new Date(reference + days * 24 * hour).toISOString();

const databases = { native: process.env.PGDATABASE, managed: 'medsched_managed' };

const bench = {
  full: options.full,
  rounds: Number(options.rounds ?? (published ? 9 : 5)),
  seconds: Number(options.seconds ?? (options.full ? 3 : options.publish ? 0.5 : 0.3)),
  reference: at(0),
  window: { from: at(-3), to: at(4) },
  users: {
    usual: { first: 1, last: users },
    twenty_years: { first: users + 1, last: users + 500 },
    week: { first: users + 501, last: users + 1000 },
    without_hours: { first: users + 1001, last: users + 1500 },
  },
  memory: options.full ? { calls: 1_000_000, failures: 100_000 } : { calls: 20_000, failures: 4_000 },
  scratch: process.env.PGHOST,
  databases,
  settings,
  // Without memoize: it is the functions that are measured, each for every schedule.
  sql: postgres({ max: 1, onnotice: () => {}, connection: { enable_memoize: 'off' } }),
  // The Node application's: two connections for each way of asking.
  clients: Object.fromEntries(Object.entries(databases).map(([edition, database]) => [edition, {
    prepared: postgres({ database, max: 2, prepare: true, onnotice: () => {} }),
    'not prepared': postgres({ database, max: 2, prepare: false, onnotice: () => {} }),
  }])),
  load: [loadavg()[0]],
  leftOut: new Map(),
  leaveOut: (name, reason) => bench.leftOut.set(name, reason),
  packages: [],
  plans: {},
  same: new Map(),
  pace: new Map(),
  samples: new Map(),
  log: (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`),
};

const needsData = groups.some((group) => group !== 'engine');
if (needsData) {
  await prepare(bench, groups);
  await check(bench, groups, options.full ? 100 : 50);
}

const timed = cases.filter((c) => groups.includes(c.group) && !bench.leftOut.has(c.compared ?? c.name));
for (const group of GROUPS) {
  const members = timed.filter((c) => c.group === group);
  if (members.length === 0) continue;
  for (let round = -1; round < bench.rounds; round++) {
    bench.log(`${group}: ${round < 0 ? 'warming up' : `round ${round + 1} of ${bench.rounds}`}`);
    // Each round begins elsewhere, so that nobody always follows the same neighbour from the same start.
    const turn = ((round + 1) * 7) % members.length;
    for (const c of [...members.slice(turn), ...members.slice(0, turn)]) {
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

const results = new URL('../build/bench/results.md', import.meta.url);
mkdirSync(new URL('.', results), { recursive: true });
writeFileSync(results, text);
if (published) publish(text);
bench.log(`written to ${published ? 'doc/performance-results.md and README.md' : 'build/bench/results.md'}`);
await Promise.all([bench.sql, ...Object.values(bench.clients).flatMap(Object.values)].map((client) => client.end()));
