// The part of the results that README.md repeats, word for word: the suite source
// holds both to that, and dev/bench --publish writes both.

import { duration, table } from './format.mjs';
import { BRIEF } from './publish.mjs';

// Titles, and the names of the cases in the groups node and upcoming, or days_node and days.
const WEEK = [
  ['`upcoming_doses`', 'upcoming_doses'],
  ['`upcoming_doses` in the managed edition', 'managed'],
  ['the same rows read from a table that holds every dose ready-made', 'materialised'],
  ['SQL by hand with `generate_series`, for six fixed patterns', 'generate_series'],
  ['libical\'s iterator called from SQL', 'libical'],
  ['a Node application that loops over days with luxon', 'luxon'],
  ['… with the npm package rrule-rust', 'rrule_rust'],
  ['… with rrule-temporal', 'rrule_temporal'],
  ['… with rrule, on floating dates', 'rrule_floating'],
  ['… with rrule, by time zone', 'rrule_tzid'],
];

export function brief(bench) {
  const { samples, median, engine } = bench;
  const against = (key, base) => {
    if (!samples.has(key)) return '–';
    return key === base ? `1 (${duration(median(key))})` : `${round(median(key) / median(base))}×`;
  };
  const doses = (name) => {
    const { timed, clocks } = bench.same.get(name) ?? {};
    if (!timed) return '–';
    if (timed[0] < timed[1]) return `for ${timed[0]} of ${timed[1]} people`;
    return clocks[0] < clocks[1] ? 'not where clocks change' : 'yes';
  };
  const rows = WEEK.map(([title, name]) => [
    title,
    doses(name),
    against(`node_${name}/prepared`, 'node_upcoming_doses/prepared'),
    against(`${name}/prepared`, 'upcoming_doses/prepared'),
  ]);
  if (samples.has('rrule_plpgsql/prepared')) {
    rows.push(['rrule-plpgsql called from SQL, for people without rules by the hour', doses('rrule_plpgsql'),
      against('days_node_rrule_plpgsql/prepared', 'days_node_upcoming_doses/prepared'),
      against('rrule_plpgsql/prepared', 'days_upcoming_doses/prepared')]);
  }
  return [
    BRIEF[0],
    `One person's week out of ${round(bench.sizes.taken / 1e6)} million recorded doses, as prepared statements; medians of one run, all sides in turns.`,
    '',
    table(['', 'the same doses', 'called from Node', 'in the server'], rows).trimEnd(),
    '',
    ...(engine && samples.has('week/prepared') ? [engineSentence(bench), ''] : []),
    BRIEF[1],
  ].join('\n');
}

function engineSentence({ engine, median }) {
  const daily = engine.filter((s) => s.daily);
  const rates = daily.map((s) => 1e3 / s.ours);
  const least = Math.min(...daily.map((s) => s.libical / s.ours));
  return `The engine alone gives ${round(Math.min(...rates))} to ${round(Math.max(...rates))} million occurrences a second on daily rules, ` +
    `${round(least)} times libical at the least. A week of schedules begun twenty years ago takes ` +
    `${round(median('twenty_years/prepared') / median('week/prepared'))} times what it takes of those begun last week.`;
}

// Two figures are what holds from run to run.
const round = (value) => (value >= 10 ? Number(value.toPrecision(2)).toLocaleString('en') : value.toPrecision(2));
