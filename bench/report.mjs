// The results as one Markdown text.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { brief } from './brief.mjs';
import { duration, significant, table } from './format.mjs';

const TITLES = {
  node: ['One user, seven days, from a Node application', 'node_upcoming_doses'],
  upcoming: ['One user, seven days, in the server', 'upcoming_doses'],
  days_node: ['People without rules by the hour, from a Node application', 'days_node_upcoming_doses'],
  days: ['People without rules by the hour, in the server', 'days_upcoming_doses'],
  expand: ['Every schedule expanded over 30 days', 'expand_occurrences'],
  report: ['A report over all users, 30 days', 'report_adherence'],
  next: ['What is next for a user', 'upcoming_day'],
  adherence: ['How a user did, 30 days', 'adherence'],
  age: ['Age of the schedules', 'week'],
};

const NOTES = {
  node: 'Each side in one process, by turns, with the driver postgres.js on the same socket: a statement of upcoming_doses, the same SQL ' +
    'as in the next table, or an application that asks for schedules and recorded doses at once and expands the rules itself.',
  upcoming: 'The same statements from pgbench, which only discards what it is sent.',
  days_node: 'rrule-plpgsql knows no `FREQ=HOURLY` in a time zone, so here nobody has one.',
};

const REFERENCES = {
  node_upcoming_doses: 'upcoming_doses', days_node_upcoming_doses: 'upcoming_doses', days_upcoming_doses: 'upcoming_doses',
  expand_occurrences: 'occurrences', report_adherence: 'adherence_of_all', upcoming_day: 'one day', week: 'a week',
};

const megabytes = (bytes) => `${significant(Number(bytes) / 2 ** 20)} MB`;

async function machine(bench) {
  const [{ version }] = await bench.sql`SELECT current_setting('server_version') AS version`;
  const settings = await bench.sql`
    SELECT name, current_setting(name) AS value FROM pg_settings
    WHERE name IN ('shared_buffers', 'work_mem', 'jit', 'max_parallel_workers_per_gather') ORDER BY name`;
  const libical = execFileSync('pkg-config', ['--modversion', 'libical'], { encoding: 'utf8' }).trim();
  const packages = ['postgres', 'luxon', 'rrule', 'rrule-rust', 'rrule-temporal'].map((name) =>
    `${name} ${JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url), 'utf8')).version}`);
  return [
    `- ${cpus().length} cores, ${cpus()[0].model.trim()}; ${Math.round(totalmem() / 2 ** 30)} GB of memory; load average ` +
      `${bench.load.map((l) => l.toFixed(1)).join(' before, ')} after.`,
    `- PostgreSQL ${version} over a Unix socket, ${settings.map((s) => `${s.name} ${s.value}`).join(', ')}; all data in ` +
      `shared buffers. libical ${libical}, Node ${process.versions.node}, ${[...packages, ...bench.packages].join(', ')}.`,
    `- Medians of ${bench.rounds} rounds, the cases of a table interleaved, ${bench.seconds} s each, one session.`,
    ...(bench.sizes
      ? [`- ${bench.users.usual.last.toLocaleString('en')} users, ${bench.sizes.schedules.toLocaleString('en')} schedules, ` +
          `${bench.sizes.taken.toLocaleString('en')} doses recorded (${megabytes(bench.sizes.taken_bytes)}); ` +
          `${bench.sizes.materialised.toLocaleString('en')} doses in the materialised table ` +
          `(${megabytes(bench.sizes.materialised_bytes)}, that medsched does not need).`]
      : []),
  ].join('\n');
}

function timings(bench, group, members) {
  const [title, reference] = TITLES[group];
  const compared = members.some((c) => bench.same.has(c.compared));
  const rows = members.map((c) => {
    const key = `${c.name}/${c.mode}`;
    const samples = bench.samples.get(key);
    const base = bench.samples.has(`${reference}/${c.mode}`) ? `${reference}/${c.mode}` : `${reference}/prepared`;
    return [
      c.title, c.mode, duration(bench.median(key)),
      `${duration(Math.min(...samples))} – ${duration(Math.max(...samples))}`,
      `${significant(bench.median(key) / bench.median(base))}×`,
      ...(compared ? [same(bench.same.get(c.compared)?.timed), same(bench.same.get(c.compared)?.clocks)] : []),
    ];
  });
  const head = ['', 'protocol', `a ${members[0].unit}`, 'range', `against ${REFERENCES[reference] ?? reference}`,
    ...(compared ? ['same doses', '… where clocks change'] : [])];
  const plans = members
    .filter((c) => c.name in bench.plans)
    .map((c) => `${c.title} ${bench.plans[c.name] ? 'ran in parallel' : 'ran without parallel workers'}`);
  return `## ${title}\n\n${NOTES[group] ? `${NOTES[group]}\n\n` : ''}${table(head, rows)}${differences(bench, members)}` +
    `${plans.length ? `\n${plans.join('; ')}.\n` : ''}`;
}

// Of how many people the answer was compared, and of how many it was the same.
const same = (counted) => (!counted?.[1] ? '' : counted[0] === counted[1] ? `all of ${counted[1]}` : `**${counted[0]} of ${counted[1]}**`);

function differences(bench, members) {
  const titles = new Map(members.filter((c) => bench.same.get(c.compared)?.first).map((c) => [c.compared, c.title]));
  return [...titles].map(([name, title]) => `\n${title} gives other doses. ${bench.same.get(name).first}\n`).join('');
}

function engineTable(bench) {
  const rows = bench.engine.map((s) => [
    `\`${s.rule}\``, `${significant(s.ours)} ns`, `${significant(1e3 / s.ours)} M`, `${significant(s.libical)} ns`,
    `${significant(s.libical / s.ours)}×`,
  ]);
  return `## The engine alone\n\n${table(
    ['rule', 'an occurrence', 'a second', 'libical, an occurrence', 'libical against medsched'], rows)}`;
}

function memoryTable(bench) {
  const rows = bench.backend.rows.map((r) => [r.title, `${r.kilobytes.toLocaleString('en')} kB`]);
  return `## Memory of one backend\n\n${table(['after', 'private memory'], rows)}`;
}

function verdicts(bench, targets) {
  const rows = targets.map((t) => {
    const wanted = t.most ? `≤ ${t.most}×` : `≥ ${t.least}×`;
    const name = `${t.of} over ${t.over}`.replace(/_/g, ' ').replaceAll('/', ', ');
    if (!bench.samples.has(t.of)) return [name, wanted, '–', `not measured: ${bench.leftOut.get(t.of.split('/')[0]) ?? 'its group did not run'}`];
    const ratio = bench.median(t.of) / bench.median(t.over);
    return [name, wanted, `${significant(ratio)}×`, (t.most ? ratio <= t.most : ratio >= t.least) ? 'met' : '**missed**'];
  });
  if (bench.engine) {
    const least = (shapes) => Math.min(...shapes.map((s) => s.libical / s.ours));
    const daily = least(bench.engine.filter((s) => s.daily));
    const all = least(bench.engine);
    rows.push(['libical over the engine, daily shapes, the least', '≥ 50×', `${significant(daily)}×`,
      daily >= 50 ? 'met' : '**missed**']);
    rows.push(['libical over the engine, every shape, the least', '≥ 5×', `${significant(all)}×`,
      all >= 5 ? 'met' : '**missed**']);
  }
  if (bench.backend) {
    for (const [i, what] of ['calls', 'failing calls'].entries()) {
      rows.push([`growth over ${what}`, 'flat (≤ 256 kB)', `${bench.backend.growth[i]} kB`,
        bench.backend.growth[i] <= 256 ? 'met' : '**missed**']);
    }
  }
  return `## Targets\n\n${table(['ratio', 'wanted', 'is', ''], rows)}`;
}

export async function render(bench, timed, targets) {
  const parts = [`# Measured\n`, await machine(bench) + '\n'];
  if (bench.samples.has('node_upcoming_doses/prepared') && bench.samples.has('upcoming_doses/prepared')) parts.push(brief(bench) + '\n');
  for (const group of Object.keys(TITLES)) {
    const members = timed.filter((c) => c.group === group);
    if (members.length) parts.push(timings(bench, group, members));
  }
  if (bench.engine) parts.push(engineTable(bench));
  if (bench.backend) parts.push(memoryTable(bench));
  parts.push(verdicts(bench, targets));
  return parts.join('\n');
}
