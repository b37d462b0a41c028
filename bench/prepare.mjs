// Loads the data and the comparators, and makes sure that they are right.

import { execFileSync } from 'node:child_process';
import { copyFileSync, chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { equals } from './cases.mjs';
import { applySettings, generator, queryTextFor, summary, userId } from './measure.mjs';
import { callUpcomingDoses, upcomingDoses } from './app.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const psql = (variables, file) =>
  execFileSync('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', ...variables.flatMap((v) => ['-v', v]), '-f', file], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });

const TABLES = [
  'medsched.medications', 'medsched.schedules', 'medsched.dose_taken',
  'bench.materialised', 'bench.materialised_clustered', 'bench.plain_schedules', 'bench.series',
];

export async function prepare(bench) {
  const { sql } = bench;
  bench.log(`loading ${bench.users.usual.last.toLocaleString('en')} users`);
  psql([`users=${bench.users.usual.last}`, `reference=${bench.reference}`], here('sql/data.sql'));

  // Where the server's user can read it, whoever owns this tree.
  const library = join(bench.scratch, 'libical_occurrences.so');
  copyFileSync(here('../build/bench/libical_occurrences.so'), library);
  chmodSync(library, 0o755);
  bench.log('storing every dose in the materialised table');
  psql([`reference=${bench.reference}`, `library=${library}`], here('sql/comparators.sql'));

  const plpgsql = here('node_modules/rrule-plpgsql/src/install_with_subday.sql');
  if (existsSync(plpgsql)) psql([], plpgsql);
  else bench.leaveOut('rrule_plpgsql', 'the npm registry in use does not have the package rrule-plpgsql');

  bench.log('vacuum, and reading everything into the shared buffers');
  await sql`DROP TABLE bench.doses, bench.drawn`;
  await sql`CREATE EXTENSION IF NOT EXISTS pg_prewarm SCHEMA bench`;
  for (const table of TABLES) {
    await sql.unsafe(`VACUUM (FREEZE, ANALYZE) ${table}`);
    await sql`
      SELECT bench.pg_prewarm(oid::regclass)
      FROM (SELECT ${table}::regclass AS oid UNION ALL
            SELECT indexrelid FROM pg_index WHERE indrelid = ${table}::regclass) AS relations`;
  }
  await sql`CHECKPOINT`;

  const [sizes] = await sql`
    SELECT (SELECT count(*) FROM medsched.schedules)::int AS schedules,
           (SELECT count(*) FROM medsched.dose_taken)::int AS taken,
           pg_total_relation_size('medsched.dose_taken') AS taken_bytes,
           (SELECT count(*) FROM bench.materialised)::int AS materialised,
           pg_total_relation_size('bench.materialised') AS materialised_bytes`;
  bench.sizes = sizes;
}

// The load went round the triggers, so a sample is held against the engine;
// then every comparator must answer what upcoming_doses answers.
export async function check(bench, sample) {
  const { sql } = bench;
  bench.log(`checking that everybody answers the same, for ${sample} users`);
  const [{ wrong }] = await sql`
    SELECT count(*)::int AS wrong
    FROM (SELECT * FROM medsched.dose_taken TABLESAMPLE SYSTEM (${bench.full ? 0.2 : 2})) AS t
      JOIN medsched.schedules AS s ON s.user_id = t.user_id AND s.id = t.schedule_id
    WHERE NOT medsched.is_occurrence(s.rrule, s.starts_at, s.time_zone, t.scheduled_for)`;
  if (wrong > 0) throw new Error(`${wrong} of the recorded doses are not scheduled`);

  const draw = generator(7);
  const { first, last } = bench.users.usual;
  const from = new Date(bench.window.from);
  const to = new Date(bench.window.to);
  let rows = 0;
  for (let i = 0; i < sample; i++) {
    const user = first + Math.floor(draw() * (last - first + 1));
    const pairs = [...equals.queries.map((name) => ['upcoming_doses', name]), ...equals.pairs];
    for (const [ours, theirs] of pairs.filter(([, theirs]) => !bench.leftOut.has(theirs))) {
      const [answer] = await sql.unsafe(`
        SELECT coalesce(ours, '') = coalesce(theirs, '') AS equal, ours, theirs, json_array_length(ours::json) AS rows
        FROM (SELECT (SELECT json_agg(q)::text FROM (${queryTextFor(bench, ours, user)}) AS q) AS ours,
                     (SELECT json_agg(q)::text FROM (${queryTextFor(bench, theirs, user)}) AS q) AS theirs) AS answers`);
      if (!answer.equal) differ(theirs, user, answer.ours, answer.theirs);
      rows += answer.rows ?? 0;
    }
    for (const [name, expand] of Object.entries(equals.apps)) {
      const ours = JSON.stringify(await callUpcomingDoses(bench.app, userId(user), from, to));
      const theirs = JSON.stringify(await upcomingDoses(bench.app, expand, userId(user), from, to));
      if (ours !== theirs) differ(name, user, ours, theirs);
    }
  }
  if (rows === 0) throw new Error('the sample has no doses');

  for (const [ours, theirs] of equals.reports) {
    const [a] = await sql.unsafe(summary(bench, ours));
    const [b] = await sql.unsafe(summary(bench, theirs));
    if (JSON.stringify(a) !== JSON.stringify(b)) differ(theirs, 'all', JSON.stringify(a), JSON.stringify(b));
    bench.plans[ours] = await parallel(bench, ours);
    bench.plans[theirs] = await parallel(bench, theirs);
  }
}

async function parallel(bench, name) {
  await applySettings(bench, name);
  const plan = await bench.sql.unsafe(`EXPLAIN ${summary(bench, name)}`);
  return plan.some((line) => /Workers Planned/.test(line['QUERY PLAN']));
}

// Says where two answers part.
function differ(name, user, ours, theirs) {
  let at = 0;
  while (at < ours?.length && ours[at] === theirs?.[at]) at++;
  const around = (text) => text?.slice(Math.max(0, at - 300), at + 100) ?? 'nothing';
  throw new Error(`${name} answers differently for user ${user}\n  ours:   ${around(ours)}\n  theirs: ${around(theirs)}`);
}
