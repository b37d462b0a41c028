// Makes sure, before anything is timed, that everybody answers what upcoming_doses
// answers, and notes in bench.same where one does not: in the window that is timed,
// and round the last change of the clocks in Europe and in North America.

import { DateTime } from 'luxon';
import { cases, comparators, equals } from './cases.mjs';
import { applySettings, ask, drawn, generator, queryTextFor, summary, userId } from './measure.mjs';

const upcomingDoses = ask('upcoming_doses');

export async function check(bench, groups, sample) {
  bench.log(`checking that everybody answers the same, for ${sample} users`);
  await checkRecorded(bench);
  const measured = new Set(cases.filter((c) => groups.includes(c.group)).map((c) => c.compared ?? c.name));
  for (const [name, comparator] of Object.entries(comparators)) {
    if (!measured.has(name) || bench.leftOut.has(name)) continue;
    await checkDoses(bench, name, comparator, Math.min(sample, comparator.sample ?? sample));
  }
  for (const [ours, theirs] of equals.pairs) if (measured.has(theirs)) await checkPair(bench, ours, theirs, sample);
  for (const [ours, theirs] of equals.reports) if (measured.has(theirs)) await checkReport(bench, ours, theirs);
}

// The load went round the triggers, so a sample is held against the engine.
async function checkRecorded(bench) {
  const [{ wrong }] = await bench.sql`
    SELECT count(*)::int AS wrong
    FROM (SELECT * FROM medsched.dose_taken TABLESAMPLE SYSTEM (${bench.full ? 0.2 : 2})) AS t
      JOIN medsched.schedules AS s ON s.user_id = t.user_id AND s.id = t.schedule_id
    WHERE NOT medsched.is_occurrence(s.rrule, s.starts_at, s.time_zone, t.scheduled_for)`;
  if (wrong > 0) throw new Error(`${wrong} of the recorded doses are not scheduled`);
}

async function checkDoses(bench, name, { call, edition = 'native', users = 'usual', foreign, stored }, sample) {
  const client = bench.clients[edition]['not prepared'];
  const found = { timed: [0, 0], clocks: [0, 0], first: undefined };
  bench.same.set(name, found);
  let rows = 0;

  for (const [where, windows] of Object.entries({ timed: [bench.window], clocks: stored ? [] : clockChanges(bench) })) {
    const draw = generator(7);
    for (let i = 0; i < sample && windows.length; i++) {
      const user = drawn(bench.users[users], draw);
      let same = true;
      for (const window of windows) {
        const parameters = [userId(user), new Date(window.from), new Date(window.to)];
        const ours = await upcomingDoses(bench.clients.native['not prepared'], ...parameters);
        const theirs = await call(client, ...parameters);
        rows += ours.length;
        if (JSON.stringify(ours) === JSON.stringify(theirs)) continue;
        same = false;
        const said = `From ${window.from.slice(0, 10)} ${await difference(bench, ours, theirs)}`;
        if (!foreign && where === 'timed') throw new Error(`${name} answers differently for user ${user}: ${said}`);
        found.first ??= said;
      }
      found[where] = [found[where][0] + same, found[where][1] + 1];
    }
  }
  if (rows === 0) throw new Error('the sample has no doses');
  if (found.first) bench.log(`${name} differs. ${found.first}`);
}

// Says which doses one lacks and which it has too many.
async function difference(bench, ours, theirs) {
  const missing = (of, from) => of.filter((dose) => !from.some((other) => other.dose_id === dose.dose_id));
  const [lacks, adds] = [missing(ours, theirs), missing(theirs, ours)];
  const [first] = [...lacks, ...adds];
  if (!first) return `the same doses are in another order, or have other values:\n${parting(JSON.stringify(ours), JSON.stringify(theirs))}`;
  const [schedule] = await bench.sql`SELECT rrule, time_zone, starts_at::text FROM medsched.schedules WHERE id = ${first.schedule_id}`;
  return `it lacks ${lacks.length} of ${ours.length} doses of a person and has ${adds.length} others; the first, ` +
    `${first.scheduled_for.toISOString().slice(0, 16)}Z, is ${lacks.length ? 'missing' : 'too many'}, of ` +
    `\`${schedule.rrule}\` from ${schedule.starts_at} in ${schedule.time_zone}.`;
}

// The days round the last change of the clocks before the data's end, in each of two zones.
function clockChanges(bench) {
  return ['Europe/Berlin', 'America/New_York'].map((zone) => {
    let day = DateTime.fromISO(bench.reference, { zone }).startOf('day').minus({ days: 2 });
    while (day.offset === day.plus({ days: 1 }).offset) day = day.minus({ days: 1 });
    return { from: day.minus({ days: 1 }).toUTC().toISO(), to: day.plus({ days: 2 }).toUTC().toISO() };
  });
}

async function checkPair(bench, ours, theirs, sample) {
  const draw = generator(7);
  for (let i = 0; i < sample; i++) {
    const user = drawn(bench.users.usual, draw);
    const [a, b] = await Promise.all([ours, theirs].map(async (name) => JSON.stringify(await bench.sql.unsafe(queryTextFor(bench, name, user)))));
    if (a !== b) throw new Error(`${theirs} answers differently for user ${user}\n${parting(a, b)}`);
  }
}

async function checkReport(bench, ours, theirs) {
  const [a] = await bench.sql.unsafe(summary(bench, ours));
  const [b] = await bench.sql.unsafe(summary(bench, theirs));
  if (JSON.stringify(a) !== JSON.stringify(b)) throw new Error(`${theirs} answers differently\n${parting(JSON.stringify(a), JSON.stringify(b))}`);
  for (const name of [ours, theirs]) bench.plans[name] = await parallel(bench, name);
}

async function parallel(bench, name) {
  await applySettings(bench, name);
  const plan = await bench.sql.unsafe(`EXPLAIN ${summary(bench, name)}`);
  return plan.some((line) => /Workers Planned/.test(line['QUERY PLAN']));
}

// Says where two answers part.
function parting(ours, theirs) {
  let at = 0;
  while (at < ours.length && ours[at] === theirs[at]) at++;
  const around = (text) => text.slice(Math.max(0, at - 60), at + 100);
  return `ours …${around(ours)}…, theirs …${around(theirs)}…`;
}
