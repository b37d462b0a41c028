// How long one unit of a case takes, in seconds.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const queries = new URL('./queries/', import.meta.url);

// The text of a query file for a range of users and a window (see run.mjs).
export function queryText(bench, name, { first, last } = bench.users.usual) {
  const values = { ...bench.window, reference: bench.reference, first, last, dose_columns: part('dose_columns') };
  return file(name).replace(/@(\w+)@/g, (_, key) => values[key]);
}

const file = (name) => readFileSync(new URL(`${name}.sql`, queries), 'utf8');
const part = (name) => file(`parts/${name}`).trim();

// The same for one user, outside of pgbench.
export function queryTextFor(bench, name, user) {
  return queryText(bench, name)
    .replace(/^\\set.*\n/gm, '')
    .replace(/:user\b/g, user)
    .replace(/;\s*$/, '');
}

// The same as a function of the application: a statement with parameters.
export function ask(name) {
  const text = file(name)
    .replace('@dose_columns@', part('dose_columns'))
    .replace(/^\\set.*\n/gm, '')
    .replaceAll('md5(:user::text)::uuid', '$1::uuid')
    .replaceAll("timestamptz '@from@'", '$2::timestamptz')
    .replaceAll("timestamptz '@to@'", '$3::timestamptz')
    .replace(/;\s*$/, '');
  return (client, ...parameters) => client.unsafe(text, text.includes('$2') ? parameters : parameters.slice(0, 1),
    { prepare: client.options.prepare });
}

export const userId = (user) => {
  const hex = createHash('md5').update(String(user)).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

// One session of pgbench, random users; the seed is the round's, so every case
// of a round asks for the same ones.
export function pgbench(name, mode, { users = 'usual', edition = 'native' } = {}) {
  return async (bench, round) => {
    const script = join(bench.scratch, `${name}.${users}.sql`);
    writeFileSync(script, queryText(bench, name, bench.users[users]));
    // As many calls as fill the time, going by the round before.
    const key = `${script}/${mode}/${edition}`;
    const calls = Math.max(2, Math.round(bench.seconds / (bench.pace.get(key) ?? bench.seconds / 10)));
    const log = mkdtempSync(join(bench.scratch, 'log'));
    const { stdout } = await run('pgbench', [
      '-n', '-c', '1', '-j', '1', '-t', String(calls + 1), '-M', mode, '--random-seed', String(round + 1),
      '-l', '--log-prefix', join(log, 'pgbench'), '-f', script, bench.databases[edition],
    ]);
    const failed = Number(/failed transactions: (\d+)/.exec(stdout)?.[1] ?? 0);
    if (failed > 0) throw new Error(`${failed} calls of ${name} failed`);
    bench.pace.set(key, secondsLogged(log));
    rmSync(log, { recursive: true });
    return bench.pace.get(key);
  };
}

// The mean of a session's calls but the first, which makes the session's plans.
function secondsLogged(directory) {
  const [, ...lines] = readFileSync(join(directory, readdirSync(directory)[0]), 'utf8').trim().split('\n');
  return lines.reduce((sum, line) => sum + Number(line.split(' ')[2]), 0) / lines.length / 1e6;
}

// One query over everything; a unit is what the query counts, or the query.
export function query(name) {
  return async (bench) => {
    const text = summary(bench, name);
    await applySettings(bench, name);
    const started = performance.now();
    const [answer] = await bench.sql.unsafe(text);
    const seconds = (performance.now() - started) / 1000;
    return answer.units === undefined ? seconds : seconds / Number(answer.units);
  };
}

// A query belongs to the group that its name begins with.
export async function applySettings(bench, name) {
  const [, wanted] = Object.entries(bench.settings).find(([group]) => name.startsWith(group));
  for (const [setting, value] of Object.entries(wanted)) await bench.sql`SELECT set_config(${setting}, ${value}, false)`;
}

// A query's answer in one row, so that nobody measures the transfer.
export function summary(bench, name) {
  const text = queryText(bench, name).replace(/;\s*$/, '');
  return name.startsWith('report')
    ? `SELECT count(*) AS medications, sum(scheduled) AS scheduled, sum(taken) AS taken FROM (${text}) AS report`
    : text.replace('count(*)', 'count(*) AS units');
}

// A function of the application, in this very process, with random users as in pgbench.
export function app(call, mode, { users = 'usual', edition = 'native' } = {}) {
  return async (bench, round) => {
    const draw = generator(round + 1);
    const client = bench.clients[edition][mode];
    const from = new Date(bench.window.from);
    const to = new Date(bench.window.to);
    const started = performance.now();
    let calls = 0;
    do {
      await call(client, userId(drawn(bench.users[users], draw)), from, to);
      calls++;
    } while (calls < 2 || performance.now() - started < bench.seconds * 1000);
    return (performance.now() - started) / 1000 / calls;
  };
}

export const drawn = ({ first, last }, draw) => first + Math.floor(draw() * (last - first + 1));

// Park and Miller's: small and repeatable.
export function generator(seed) {
  let state = (seed * 48271) % 2147483647;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
