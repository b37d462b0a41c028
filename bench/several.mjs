// The doses of several people: a call for each against one call for all, in both editions, from node-postgres and from
// postgres.js.  And how the rows of a call are best sent to an application.  dev/bench several runs it, inside dev/with-cluster.

import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { mkdirSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import postgres from 'postgres';
import { duration, significant, table } from './format.mjs';
import { drawn, generator, median, userId } from './measure.mjs';
import { replacePart, SEVERAL } from './publish.mjs';

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '0.3' },
    publish: { type: 'boolean', default: false },
  },
});
const PEOPLE = 20;
const users = Number(options.users);
const reference = new Date(Math.floor(Date.now() / 3600_000) * 3600_000);
const at = (hours) => new Date(reference.getTime() + hours * 3600_000);
const log = (text) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);

// What a page asks for, and how many times as fast one call is to be for twenty people.
const PAGES = [
  { title: 'the next dose of each', single: 'next_doses($1::uuid, $2::timestamptz, 1)', several: 'next_doses_of($1::uuid[], $2::timestamptz, 1)', window: [at(0)], least: 3 },
  { title: 'the coming eight hours', window: [at(0), at(8)], least: 3 },
  { title: 'a day', window: [at(-8), at(16)], least: 3 },
  { title: 'a week', window: [at(-72), at(96)] },
].map((page) => ({ single: 'upcoming_doses($1::uuid, $2::timestamptz, $3::timestamptz)', several: 'upcoming_doses_of($1::uuid[], $2::timestamptz, $3::timestamptz)', ...page }));

const databases = { native: process.env.PGDATABASE, managed: 'medsched_managed' };
prepare();

// A driver's way to ask: rows of a statement, which is prepared under its text.
const DRIVERS = {
  'node-postgres': async (database, settings = {}) => {
    const client = new pg.Client({ database, host: process.env.PGHOST, ...settings });
    await client.connect();
    const names = new Map();
    return {
      ask: async (text, parameters) => {
        if (!names.has(text)) names.set(text, `s${names.size}`);
        return (await client.query({ name: names.get(text), text, values: parameters })).rows;
      },
      end: () => client.end(),
    };
  },
  'postgres.js': async (database) => {
    const client = postgres({ database, max: 1, onnotice: () => {} });
    return { ask: async (text, parameters) => [...(await client.unsafe(text, parameters, { prepare: true }))], end: () => client.end() };
  },
};

const load = [loadavg()[0]];
let missed = 0;
const parts = [await onePage(), await oneAnswer()];
load.push(loadavg()[0]);
const text = `${parts.join('\n')}\nMedians of ${options.rounds} rounds of ${options.seconds} s, all sides in turns, prepared statements over a Unix socket; ` +
  `${users} people with four schedules; ${cpus().length} cores, ${cpus()[0].model.trim()}, load average ${load.map((l) => l.toFixed(1)).join(' before, ')} after.\n`;
process.stdout.write(text);
mkdirSync(new URL('../build/bench/', import.meta.url), { recursive: true });
writeFileSync(new URL('../build/bench/several.md', import.meta.url), text);
if (options.publish) replacePart(new URL('../doc/performance.md', import.meta.url), SEVERAL, `\n${text}\n`);
log(`written to ${options.publish ? 'doc/performance.md' : 'build/bench/several.md'}`);
process.exitCode = missed > 0 ? 1 : 0;

// Twenty people by a call for each, one after the other, and by one call.
async function onePage() {
  const sides = [];
  const ends = [];
  for (const page of PAGES) {
    for (const [edition, database] of Object.entries(databases)) {
      for (const [driver, connect] of Object.entries(DRIVERS)) {
        const { ask, end } = await connect(database);
        ends.push(end);
        const single = `SELECT * FROM medsched.${page.single}`;
        const several = `SELECT * FROM medsched.${page.several}`;
        const each = async (people) => {
          const doses = [];
          for (const person of people) for (const dose of await ask(single, [person, ...page.window])) doses.push({ user_id: person, ...dose });
          return doses;
        };
        const all = (people) => ask(several, [people, ...page.window]);
        await compare(each, all);
        sides.push({ page, edition, driver, calls: [each, all], samples: [[], []] });
      }
    }
  }
  await measure(sides, PEOPLE);
  await Promise.all(ends.map((end) => end()));

  const rows = [];
  for (const page of PAGES) {
    for (const edition of Object.keys(databases)) {
      const cells = sides.filter((side) => side.page === page && side.edition === edition).flatMap(({ driver, samples }) => {
        const [each, all] = samples.map(median);
        if (page.least !== undefined) target(`${page.title} of ${PEOPLE}, ${edition}, ${driver}: one call`, each / all, page.least);
        return [duration(each), duration(all), `${significant(each / all)}×`];
      });
      rows.push([page.title, edition, ...cells]);
    }
  }
  return table([`${PEOPLE} people`, 'edition', 'node-postgres: a call each', 'one call', '', 'postgres.js: a call each', 'one call', ''], rows);
}

// The same doses, whoever asks: what is listed of each, by time.
async function compare(each, all) {
  const people = Array.from({ length: PEOPLE }, (_, i) => userId(i + 1));
  const [single, several] = [await each(people), await all(people)];
  const key = (dose) => `${dose.due_at.toISOString()} ${dose.user_id}`;
  single.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  if (several.length === 0 || !isDeepStrictEqual(single.map((dose) => ({ ...dose })), several.map((dose) => ({ ...dose })))) throw new Error('one call lists other doses');
}

// How an application has the rows of one call: as objects, as JSON that the server wrote, for its own use and to pass on.
async function oneAnswer() {
  const call = 'medsched.upcoming_doses($1::uuid, $2::timestamptz, $3::timestamptz)';
  const rows = `SELECT * FROM ${call}`;
  const json = `SELECT coalesce(json_agg(d), '[]') AS doses FROM ${call} AS d`;
  const text = `SELECT coalesce(json_agg(d), '[]')::text AS doses FROM ${call} AS d`;
  const window = PAGES.at(-1).window;
  const WAYS = {
    'rows, as the driver reads them': ({ ask }) => (people) => ask(rows, [people[0], ...window]),
    'rows in binary (`binary: true`)': ({ binary }) => binary && ((people) => binary(rows, [people[0], ...window])),
    'one JSON document, parsed by the driver': ({ ask }) => async (people) => (await ask(json, [people[0], ...window]))[0].doses,
    'rows, written as JSON for a browser': ({ ask }) => async (people) => JSON.stringify(await ask(rows, [people[0], ...window])),
    'one JSON document as text, passed on': ({ ask }) => async (people) => (await ask(text, [people[0], ...window]))[0].doses,
  };
  const sides = [];
  const ends = [];
  for (const [driver, connect] of Object.entries(DRIVERS)) {
    const client = await connect(databases.native);
    ends.push(client.end);
    // postgres.js reads text alone.
    if (driver === 'node-postgres') {
      const other = await connect(databases.native, { binary: true });
      ends.push(other.end);
      client.binary = other.ask;
    }
    for (const [way, made] of Object.entries(WAYS)) {
      const ask = made(client);
      if (ask) sides.push({ way, driver, calls: [ask], samples: [[]] });
    }
  }
  await measure(sides, 1);
  await Promise.all(ends.map((end) => end()));
  const cell = (way, driver) => {
    const time = (name) => sides.filter((side) => side.way === name && side.driver === driver).map(({ samples }) => median(samples[0]))[0];
    const against = time(Object.keys(WAYS)[way.includes('browser') || way.includes('passed') ? 3 : 0]);
    return time(way) === undefined ? '–' : `${duration(time(way))} (${significant(time(way) / against)}×)`;
  };
  return table(['a week of one person', ...Object.keys(DRIVERS)], Object.keys(WAYS).map((way) => [way, ...Object.keys(DRIVERS).map((driver) => cell(way, driver))]));
}

// Each side for so many seconds a round, all with the same people.
async function measure(sides, people) {
  for (let round = -1; round < Number(options.rounds); round++) {
    log(round < 0 ? 'warming up' : `round ${round + 1} of ${options.rounds}`);
    for (const { calls, samples } of sides) {
      for (const [i, call] of calls.entries()) {
        const draw = generator(round + 2);
        const started = performance.now();
        let n = 0;
        do {
          const first = drawn({ first: 1, last: users - people + 1 }, draw);
          await call(Array.from({ length: people }, (_, nth) => userId(first + nth)));
          n++;
        } while (n < 2 || performance.now() - started < Number(options.seconds) * 1000);
        if (round >= 0) samples[i].push((performance.now() - started) / 1000 / n);
      }
    }
  }
}

function target(what, ratio, least) {
  const met = ratio >= least;
  if (!met) missed++;
  process.stdout.write(`${what} ${significant(ratio)} times as fast, target at least ${least}: ${met ? 'met' : 'MISSED'}\n`);
}

// The same people in both editions.
function prepare() {
  execFileSync('make', ['-s', 'managed'], { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: ['ignore', 'ignore', 'inherit'] });
  const psql = (database, ...argv) => execFileSync('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', database, ...argv], {
    cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PGOPTIONS: '-c client_min_messages=warning' } });
  psql(databases.native, '-c', `CREATE DATABASE ${databases.managed}`);
  const version = execFileSync('sed', ['-n', "s/^default_version *= *'\\([^']*\\)'.*/\\1/p", fileURLToPath(new URL('../medsched.control', import.meta.url))], { encoding: 'utf8' }).trim();
  psql(databases.managed, '-f', `medsched-managed--${version}.sql`, '-c', 'SELECT medsched.create_tables()');
  for (const database of Object.values(databases)) {
    log(`loading ${users} people into ${database}`);
    psql(database, '-v', `users=${users}`, '-v', 'others=0', '-v', `reference=${reference.toISOString()}`, '-f', 'bench/sql/data.sql', '-c', 'VACUUM (FREEZE, ANALYZE)');
  }
}
