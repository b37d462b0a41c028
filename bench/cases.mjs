// What is measured, and what it is to come to.  To add a case: a query file in
// queries/, a line here, and where there is one, a target.
//
// A case's measure(bench, round) answers the seconds one unit took; a case of
// a group is compared with those that share its mode.

import { ask, pgbench, query, app } from './measure.mjs';
import { upcomingDoses, withFloatingRrule, withLuxon, withRrule, withRruleRust, withRruleTemporal } from './app.mjs';

// pgbench's names, and what they are to the driver of the Node application.
const MODES = ['prepared', 'simple'];
const CLIENT_MODES = ['prepared', 'not prepared'];

const inServer = (group, name, title, options) =>
  MODES.map((mode) => ({
    group, name, title, mode, unit: 'call', compared: name, measure: pgbench(options?.query ?? name, mode, options),
  }));

const fromNode = (group, name, title, call, options) =>
  CLIENT_MODES.map((mode) => ({
    group, name: `${group}_${name}`, title, mode, unit: 'call', compared: name, measure: app(call, mode, options),
  }));

const expandedBy = (expand) => (client, ...rest) => upcomingDoses(client, expand, ...rest);

const managed = { query: 'upcoming_doses', edition: 'managed' };
const withoutHours = { users: 'without_hours' };

// What answers as upcoming_doses does: a call as in measure.mjs's app().  What others
// wrote may differ, which the results state; in what is ours a difference ends the run.
export const comparators = {
  managed: { call: ask('upcoming_doses'), edition: 'managed' },
  materialised: { call: ask('materialised'), stored: true },
  materialised_clustered: { call: ask('materialised_clustered'), stored: true },
  generate_series: { call: ask('generate_series') },
  libical: { call: ask('libical') },
  libical_jump: { call: ask('libical_jump') },
  luxon: { call: expandedBy(withLuxon) },
  rrule_rust: { call: expandedBy(withRruleRust), foreign: true },
  rrule_temporal: { call: expandedBy(withRruleTemporal), foreign: true },
  rrule_floating: { call: expandedBy(withFloatingRrule), foreign: true },
  rrule_tzid: { call: expandedBy(withRrule), foreign: true, sample: 10 },
  rrule_plpgsql: { call: ask('rrule_plpgsql'), foreign: true, sample: 10, ...withoutHours },
};
const call = (name) => comparators[name].call;

export const cases = [
  ...fromNode('node', 'nothing', 'no query at all: the round trip', ask('nothing')),
  ...fromNode('node', 'upcoming_doses', '**medsched.upcoming_doses**', ask('upcoming_doses')),
  ...fromNode('node', 'managed', '**upcoming_doses**, managed edition', call('managed'), managed),
  ...fromNode('node', 'materialised', 'materialised table', call('materialised')),
  ...fromNode('node', 'generate_series', 'SQL by hand, generate_series', call('generate_series')),
  ...fromNode('node', 'libical_jump', 'libical in SQL, with icalrecur_iterator_set_start', call('libical_jump')),
  ...fromNode('node', 'libical', 'libical in SQL, from starts_at', call('libical')),
  ...fromNode('node', 'luxon', 'application: day loop on luxon', call('luxon')),
  ...fromNode('node', 'rrule_rust', 'application: rrule-rust', call('rrule_rust')),
  ...fromNode('node', 'rrule_temporal', 'application: rrule-temporal', call('rrule_temporal')),
  ...fromNode('node', 'rrule_floating', 'application: rrule on floating dates', call('rrule_floating')),
  ...fromNode('node', 'rrule_tzid', 'application: rrule by tzid', call('rrule_tzid')),

  ...inServer('upcoming', 'nothing', 'no query at all: the round trip'),
  ...inServer('upcoming', 'upcoming_doses', '**medsched.upcoming_doses**'),
  ...inServer('upcoming', 'managed', '**upcoming_doses**, managed edition', managed),
  ...inServer('upcoming', 'materialised', 'materialised table'),
  ...inServer('upcoming', 'materialised_clustered', 'materialised table, just clustered'),
  ...inServer('upcoming', 'generate_series', 'SQL by hand, generate_series'),
  ...inServer('upcoming', 'libical_jump', 'libical in SQL, with icalrecur_iterator_set_start'),
  ...inServer('upcoming', 'libical', 'libical in SQL, from starts_at'),

  ...fromNode('days_node', 'upcoming_doses', '**medsched.upcoming_doses**', ask('upcoming_doses'), withoutHours),
  ...fromNode('days_node', 'managed', '**upcoming_doses**, managed edition', call('managed'), { ...managed, ...withoutHours }),
  ...fromNode('days_node', 'rrule_plpgsql', 'rrule-plpgsql in SQL', call('rrule_plpgsql'), withoutHours),
  ...inServer('days', 'days_upcoming_doses', '**medsched.upcoming_doses**', { query: 'upcoming_doses', ...withoutHours }),
  ...inServer('days', 'days_managed', '**upcoming_doses**, managed edition', { ...managed, ...withoutHours }),
  ...inServer('days', 'rrule_plpgsql', 'rrule-plpgsql in SQL', withoutHours),

  { group: 'expand', name: 'expand_occurrences', title: '**medsched.occurrences**', mode: 'SQL', unit: 'row',
    measure: query('expand_occurrences') },
  { group: 'expand', name: 'expand_generate_series', title: 'generate_series, as many rows', mode: 'SQL', unit: 'row',
    measure: query('expand_generate_series') },

  { group: 'report', name: 'report_adherence', title: '**medsched.adherence_of_all**', mode: 'SQL',
    unit: 'report', measure: query('report_adherence') },
  { group: 'report', name: 'report_occurrences', title: '**medsched.occurrences** and dose_taken, each aggregated', mode: 'SQL',
    unit: 'report', measure: query('report_occurrences') },
  { group: 'report', name: 'report_materialised', title: 'materialised table', mode: 'SQL',
    unit: 'report', measure: query('report_materialised') },

  ...inServer('next', 'upcoming_day', '**upcoming_doses**, one day'),
  ...inServer('next', 'next_doses', '**next_doses**, ten doses'),
  ...inServer('adherence', 'adherence', '**adherence**, 30 days'),
  ...inServer('adherence', 'adherence_materialised', 'materialised table'),

  { group: 'age', name: 'week', title: 'schedules begun a week ago', mode: 'prepared', unit: 'call',
    measure: pgbench('upcoming_doses', 'prepared', { users: 'week' }) },
  { group: 'age', name: 'twenty_years', title: 'schedules begun twenty years ago', mode: 'prepared', unit: 'call',
    measure: pgbench('upcoming_doses', 'prepared', { users: 'twenty_years' }) },
];

// What the queries over all users run with, on both sides: expanding on one
// core, to compare row with row; reports on all there are.
export const settings = {
  expand: { max_parallel_workers_per_gather: 0 },
  report: { max_parallel_workers_per_gather: 2, parallel_setup_cost: 0, parallel_tuple_cost: 0 },
};

// What else must be equal, in pairs.
export const equals = {
  pairs: [['adherence', 'adherence_materialised']],
  reports: [['expand_occurrences', 'expand_generate_series'], ['report_occurrences', 'report_materialised'],
    ['report_adherence', 'report_materialised']],
};

// The first case's time over the second's.
export const targets = [
  ...['rrule_rust', 'rrule_temporal', 'luxon'].map((name) => (
    { group: 'node', of: `node_${name}/prepared`, over: 'node_upcoming_doses/prepared', least: 2 })),
  { group: 'node', of: 'node_rrule_tzid/prepared', over: 'node_upcoming_doses/prepared', least: 1000 },
  { group: 'node', of: 'node_upcoming_doses/prepared', over: 'node_materialised/prepared', most: 1.0 },
  { group: 'node', of: 'node_upcoming_doses/not prepared', over: 'node_materialised/not prepared', most: 1.0 },
  { group: 'upcoming', of: 'upcoming_doses/prepared', over: 'materialised/prepared', most: 1.0 },
  { group: 'upcoming', of: 'upcoming_doses/simple', over: 'materialised/simple', most: 1.0 },
  { group: 'upcoming', of: 'managed/prepared', over: 'upcoming_doses/prepared', most: 6 },
  { group: 'upcoming', of: 'libical/prepared', over: 'upcoming_doses/prepared', least: 25 },
  { group: 'days', of: 'rrule_plpgsql/prepared', over: 'days_upcoming_doses/prepared', least: 300 },
  { group: 'expand', of: 'expand_occurrences/SQL', over: 'expand_generate_series/SQL', most: 1.5 },
  { group: 'report', of: 'report_adherence/SQL', over: 'report_materialised/SQL', most: 1.5 },
  { group: 'report', of: 'report_occurrences/SQL', over: 'report_materialised/SQL', most: 1.5 },
  { group: 'next', of: 'next_doses/prepared', over: 'upcoming_day/prepared', most: 2 },
  { group: 'age', of: 'twenty_years/prepared', over: 'week/prepared', most: 1.1 },
];
