// How long one unit of a case takes, in seconds.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { settings } from './cases.mjs';

const run = promisify(execFile);
const queries = new URL('./queries/', import.meta.url);

// The text of a query file for a range of users (see users in run.mjs).
export function queryText(bench, name, { first, last } = bench.users.usual) {
  const values = { ...bench.window, reference: bench.reference, first, last };
  return readFileSync(new URL(`${name}.sql`, queries), 'utf8').replace(/@(\w+)@/g, (_, key) => values[key]);
}

// The same for one user, outside of pgbench.
export function queryTextFor(bench, name, user) {
  return queryText(bench, name)
    .replace(/^\\set.*\n/gm, '')
    .replace(/:user\b/g, user)
    .replace(/;\s*$/, '');
}

export const userId = (user) => {
  const hex = createHash('md5').update(String(user)).digest('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

// One session of pgbench, random users; the seed is the round's, so every case
// of a round asks for the same ones.
export function pgbench(name, mode, { users = 'usual' } = {}) {
  return async (bench, round) => {
    const file = join(bench.scratch, `${name}.${users}.sql`);
    writeFileSync(file, queryText(bench, name, bench.users[users]));
    // As many calls as fill the time, going by the round before.
    const key = `${file}/${mode}`;
    const calls = Math.max(10, Math.round(bench.seconds / (bench.pace.get(key) ?? bench.seconds / 20)));
    const { stdout } = await run('pgbench', [
      '-n', '-c', '1', '-j', '1', '-t', String(calls), '-M', mode, '--random-seed', String(round + 1),
      '-f', file,
    ]);
    const failed = Number(/failed transactions: (\d+)/.exec(stdout)?.[1] ?? 0);
    if (failed > 0) throw new Error(`${failed} calls of ${name} failed`);
    bench.pace.set(key, 1 / Number(/^tps = ([\d.]+)/m.exec(stdout)[1]));
    return bench.pace.get(key);
  };
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
  const [, wanted] = Object.entries(settings).find(([group]) => name.startsWith(group));
  for (const [setting, value] of Object.entries(wanted)) await bench.sql`SELECT set_config(${setting}, ${value}, false)`;
}

// A query's answer in one row, so that nobody measures the transfer.
export function summary(bench, name) {
  const text = queryText(bench, name).replace(/;\s*$/, '');
  return name.startsWith('report')
    ? `SELECT count(*) AS medications, sum(scheduled) AS scheduled, sum(taken) AS taken FROM (${text}) AS report`
    : text.replace('count(*)', 'count(*) AS units');
}

// A function of the application, in this very process.
export function app(call) {
  return async (bench, round) => {
    const draw = generator(round + 1);
    const { first, last } = bench.users.usual;
    const from = new Date(bench.window.from);
    const to = new Date(bench.window.to);
    const started = performance.now();
    let calls = 0;
    do {
      await call(bench.app, userId(first + Math.floor(draw() * (last - first + 1))), from, to);
      calls++;
    } while (performance.now() - started < bench.seconds * 1000);
    return (performance.now() - started) / 1000 / calls;
  };
}

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
