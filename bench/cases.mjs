// What is measured, and what it is to come to.  To add a case: a query file in
// queries/, a line here, and where there is one, a target.
//
// A case's measure(bench, round) answers the seconds one unit took; a case of
// a group is compared with those that share its mode.

import { pgbench, query, app } from './measure.mjs';
import { withFloatingRrule, withLuxon, withRrule, upcomingDoses, callUpcomingDoses } from './app.mjs';

const MODES = ['prepared', 'simple'];

const bothModes = (group, name, title, options) =>
  MODES.map((mode) => ({ group, name, title, mode, unit: 'call', measure: pgbench(name, mode, options) }));

export const cases = [
  ...bothModes('upcoming', 'nothing', 'no query at all: the round trip'),
  ...bothModes('upcoming', 'upcoming_doses', '**medsched.upcoming_doses**'),
  ...bothModes('upcoming', 'materialised', 'materialised table'),
  ...bothModes('upcoming', 'materialised_clustered', 'materialised table, just clustered'),
  ...bothModes('upcoming', 'generate_series', 'SQL by hand, generate_series'),
  ...bothModes('upcoming', 'libical_jump', 'libical in SQL, with icalrecur_iterator_set_start'),
  ...bothModes('upcoming', 'libical', 'libical in SQL, from starts_at'),
  ...bothModes('upcoming', 'rrule_plpgsql', 'rrule-plpgsql'),
  { group: 'upcoming', name: 'app_call', title: '**upcoming_doses** called from Node', mode: 'Node', unit: 'call',
    measure: app(callUpcomingDoses) },
  { group: 'upcoming', name: 'app_luxon', title: 'Node application, day loop on luxon', mode: 'Node', unit: 'call',
    measure: app((sql, ...rest) => upcomingDoses(sql, withLuxon, ...rest)) },
  { group: 'upcoming', name: 'app_rrule_floating', title: 'Node application, rrule on floating dates', mode: 'Node',
    unit: 'call', measure: app((sql, ...rest) => upcomingDoses(sql, withFloatingRrule, ...rest)) },
  { group: 'upcoming', name: 'app_rrule', title: 'Node application, rrule by tzid', mode: 'Node', unit: 'call',
    measure: app((sql, ...rest) => upcomingDoses(sql, withRrule, ...rest)) },

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

  ...bothModes('next', 'upcoming_day', '**upcoming_doses**, one day'),
  ...bothModes('next', 'next_doses', '**next_doses**, ten doses'),
  ...bothModes('adherence', 'adherence', '**adherence**, 30 days'),
  ...bothModes('adherence', 'adherence_materialised', 'materialised table'),

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

// Those that must answer the same as upcoming_doses, row for row; and what else
// must be equal, in pairs.
export const equals = {
  queries: ['materialised', 'materialised_clustered', 'generate_series', 'libical', 'libical_jump', 'rrule_plpgsql'],
  apps: { app_luxon: withLuxon, app_rrule_floating: withFloatingRrule, app_rrule: withRrule },
  pairs: [['adherence', 'adherence_materialised']],
  reports: [['expand_occurrences', 'expand_generate_series'], ['report_occurrences', 'report_materialised'],
    ['report_adherence', 'report_materialised']],
};

// The first case's time over the second's.
export const targets = [
  { group: 'upcoming', of: 'upcoming_doses/prepared', over: 'materialised/prepared', most: 1.0 },
  { group: 'upcoming', of: 'upcoming_doses/simple', over: 'materialised/simple', most: 1.0 },
  { group: 'upcoming', of: 'libical/prepared', over: 'upcoming_doses/prepared', least: 25 },
  { group: 'upcoming', of: 'rrule_plpgsql/prepared', over: 'upcoming_doses/prepared', least: 300 },
  { group: 'upcoming', of: 'app_luxon/Node', over: 'upcoming_doses/prepared', least: 25 },
  { group: 'upcoming', of: 'app_rrule/Node', over: 'upcoming_doses/prepared', least: 1000 },
  { group: 'expand', of: 'expand_occurrences/SQL', over: 'expand_generate_series/SQL', most: 1.5 },
  { group: 'report', of: 'report_adherence/SQL', over: 'report_materialised/SQL', most: 1.5 },
  { group: 'report', of: 'report_occurrences/SQL', over: 'report_materialised/SQL', most: 1.5 },
  { group: 'next', of: 'next_doses/prepared', over: 'upcoming_day/prepared', most: 2 },
  { group: 'age', of: 'twenty_years/prepared', over: 'week/prepared', most: 1.1 },
];
