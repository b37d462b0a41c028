// What grows with the number of people, and what does not: each call in databases of
// several sizes, by turns.  dev/bench growth runs it, inside dev/with-cluster.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import postgres from 'postgres';
import { duration, significant, table } from './format.mjs';
import { median, pgbench } from './measure.mjs';
import { plot } from './plot.mjs';
import { GROWTH, replacePart } from './publish.mjs';

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,3000,10000' },
    days: { type: 'string', default: '80' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '0.3' },
    publish: { type: 'boolean', default: false },
  },
});

// The calls; those about everybody are expected to take time in proportion to the people.
const CALLS = [
  { query: 'upcoming_doses', title: 'a week of a person, `upcoming_doses`' },
  { query: 'next_doses', title: 'what is next for a person, `next_doses`' },
  { query: 'adherence', title: 'how a person did in 30 days, `adherence`' },
  { query: 'mark_dose_taken', title: 'record a dose, `mark_dose_taken`' },
  { query: 'due_in_an_hour', title: 'who has a dose in the coming hour, `due_doses`', everybody: true },
  { query: 'adherence_of_all', title: 'how everybody did in 30 days, `adherence_of_all`', everybody: true },
];

const reference = new Date(Math.floor(Date.now() / 3600_000) * 3600_000);
const at = (days) => new Date(reference.getTime() + days * 86_400_000).toISOString();
const log = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const load = [loadavg()[0]];
const benches = [];
for (const people of options.sizes.split(',').map(Number)) benches.push(await prepare(people));

for (let round = -1; round < Number(options.rounds); round++) {
  log(round < 0 ? 'warming up' : `round ${round + 1} of ${options.rounds}`);
  for (const call of CALLS) {
    for (const bench of benches) {
      const seconds = await pgbench(call.query, 'prepared')(bench, round + 1);
      if (round >= 0) bench.samples.set(call.query, [...(bench.samples.get(call.query) ?? []), seconds]);
    }
  }
}
load.push(loadavg()[0]);
for (const bench of benches) await finish(bench);

const text = report();
process.stdout.write(text);
const svg = plot({
  title: 'Time of a call by the number of people',
  lines: CALLS.map(({ query, title, everybody }) => ({
    label: title.replace(/.*`(.*)`/, '$1'),
    proportional: everybody,
    points: benches.map((bench) => [bench.people, median(bench.samples.get(query))]),
  })),
});
const to = (path) => new URL(`../${path}`, import.meta.url);
mkdirSync(to('build/bench'), { recursive: true });
writeFileSync(to('build/bench/growth.md'), text);
writeFileSync(to('build/bench/growth.svg'), svg);
if (options.publish) {
  writeFileSync(to('doc/images/growth.svg'), svg);
  replacePart(to('doc/performance.md'), GROWTH, `\n${text}\n`);
}
log(`written to ${options.publish ? 'doc/performance.md and doc/images/growth.svg' : 'build/bench/growth.md and growth.svg'}`);

async function prepare(people) {
  const database = `growth_${people}`;
  log(`loading ${people.toLocaleString('en')} people`);
  const psql = (...argv) => execFileSync('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', database, ...argv], {
    stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PGOPTIONS: '-c client_min_messages=warning' } });
  execFileSync('createdb', [database]);
  psql('-c', 'CREATE EXTENSION medsched', '-c', 'SELECT medsched.create_tables()');
  psql('-v', `users=${people}`, '-v', 'others=0', '-v', `days=${options.days}`, '-v', `reference=${at(0)}`, '-f', fileURLToPath(new URL('sql/data.sql', import.meta.url)));
  psql('-c', `
    CREATE TABLE bench.to_take AS
      SELECT row_number() OVER () AS n, user_id, schedule_id, scheduled_for
      FROM (SELECT * FROM bench.doses WHERE scheduled_for > '${at(0)}' ORDER BY draw, schedule_id, scheduled_for LIMIT 500000) AS doses;
    ALTER TABLE bench.to_take ADD PRIMARY KEY (n);
    CREATE SEQUENCE bench.turn;
    DROP TABLE bench.doses, bench.drawn`, '-c', 'VACUUM (FREEZE, ANALYZE)');
  const sql = postgres({ database, max: 1, onnotice: () => {} });
  const [sizes] = await sql`
    SELECT (SELECT count(*) FROM medsched.dose_taken)::int AS recorded,
           (SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relnamespace = 'medsched'::regnamespace AND relkind = 'r') AS bytes`;
  return {
    people, sql, sizes, scratch: process.env.PGHOST, databases: { native: database }, users: { usual: { first: 1, last: people } },
    reference: at(0), window: { from: at(-3), to: at(4) }, seconds: Number(options.seconds), pace: new Map(), samples: new Map(),
  };
}

async function finish({ people, sql }) {
  const [{ missing }] = await sql`SELECT (SELECT last_value FROM bench.turn) > (SELECT max(n) FROM bench.to_take) AS missing`;
  await sql.end();
  if (missing) throw new Error(`${people} people had too few doses to record; measure for fewer seconds`);
}

function report() {
  const rows = CALLS.map(({ query, title, everybody }) => [
    title, everybody ? 'proportional' : 'the same', ...benches.map((bench) => duration(median(bench.samples.get(query)))),
  ]);
  const bytes = benches.map((bench) => Number(bench.sizes.bytes));
  rows.push(['on disk, tables and indexes', 'proportional', ...bytes.map((size) => `${significant(size / 2 ** 20)} MB`)]);
  rows.push(['… a recorded dose, all told', 'the same', ...benches.map((bench, i) => `${significant(bytes[i] / bench.sizes.recorded)} bytes`)]);
  const head = ['', 'expected', ...benches.map(({ people, sizes }) =>
    `${people.toLocaleString('en')} people, ${significant(sizes.recorded / 1e6)} M doses recorded`)];
  return `${table(head, rows)}\nMedians of ${options.rounds} rounds of ${options.seconds} s, prepared, one session, doses recorded for ${options.days} days; ${cpus().length} cores, ` +
    `${cpus()[0].model.trim()}, load average ${load.map((l) => l.toFixed(1)).join(' before, ')} after.\n`;
}
