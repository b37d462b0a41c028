// What an application does that keeps its doses out of the database: fetch a
// user's schedules and taken doses, expand the rules, merge.
//
// expand(schedule, from, to) gives the instants of a schedule in [from, to) as
// milliseconds: withLuxon, and for each npm package that expands rules, one that
// uses it as it offers itself.

import { DateTime } from 'luxon';
import rrule from 'rrule';
import { DateTime as RustDateTime, RRuleSet } from 'rrule-rust';
import { RRuleTemporal } from 'rrule-temporal';

const { RRule } = rrule;
const GRACE = 3600_000;

export async function upcomingDoses(sql, expand, userId, from, to) {
  const [schedules, taken] = await Promise.all([
    sql`
      SELECT s.id, s.medication_id, m.name, s.starts_at, s.time_zone, s.rrule,
             s.dose_amount, s.dose_unit, s.instructions, s.ends_at, m.inactivated_at
      FROM medsched.schedules AS s
        JOIN medsched.medications AS m ON m.user_id = s.user_id AND m.id = s.medication_id
      WHERE s.user_id = ${userId}`,
    sql`
      SELECT schedule_id, scheduled_for, taken_at, recorded_by, outcome
      FROM medsched.dose_taken
      WHERE user_id = ${userId} AND scheduled_for >= ${from} AND scheduled_for < ${to}`,
  ]);
  const recorded = new Map(taken.map((t) => [`${t.schedule_id}|${t.scheduled_for.getTime()}`, t]));
  const now = Date.now();
  const doses = [];

  for (const s of schedules) {
    const end = Math.min(s.ends_at ?? Infinity, s.inactivated_at ?? Infinity);
    for (const at of expand(s, from, to)) {
      if (at >= end) continue;
      const t = recorded.get(`${s.id}|${at}`);
      const scheduledFor = new Date(at);
      doses.push({
        dose_id: doseId(s.id, scheduledFor),
        scheduled_for: scheduledFor,
        local_time: wallClock(at, s.time_zone),
        time_zone: s.time_zone,
        medication_id: s.medication_id,
        medication_name: s.name,
        schedule_id: s.id,
        dose_amount: s.dose_amount,
        dose_unit: s.dose_unit,
        instructions: s.instructions,
        taken_at: t?.taken_at ?? null,
        recorded_by: t?.recorded_by ?? null,
        status: t?.outcome ?? (at > now ? 'upcoming' : at > now - GRACE ? 'due' : 'missed'),
      });
    }
  }
  return doses.sort(
    (a, b) =>
      a.scheduled_for - b.scheduled_for ||
      compare(a.medication_name, b.medication_name) ||
      compare(a.schedule_id, b.schedule_id),
  );
}

const compare = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

function doseId(scheduleId, scheduledFor) {
  return 'v1:' + Buffer.from(`${scheduleId}|${scheduledFor.toISOString()}`).toString('base64url');
}

// The wall clock as a Date that shows it in UTC, the way the driver gives a
// timestamp without time zone.
function wallClock(at, zone) {
  return new Date(at + DateTime.fromMillis(at, { zone }).offset * 60_000);
}

const toInstant = (wall, zone) =>
  DateTime.fromJSDate(wall, { zone: 'utc' }).setZone(zone, { keepLocalTime: true }).toMillis();

// With the npm package rrule the way it offers itself, by tzid.
export function withRrule(s, from, to) {
  return expandRrule(s, from, to, () => {
    const rule = new RRule({ ...RRule.parseString(s.rrule), dtstart: s.starts_at, tzid: s.time_zone });
    return rule.between(from, lastBefore(to), true).map(Number);
  });
}

// With rrule on "UTC" dates that mean the wall clock and luxon for the zone, the
// quicker way that its documentation describes for time zones.
export function withFloatingRrule(s, from, to) {
  return expandRrule(s, from, to, () => {
    const rule = new RRule({ ...RRule.parseString(s.rrule), dtstart: s.starts_at });
    const zone = s.time_zone;
    return rule
      .between(wallClock(from.getTime(), zone), wallClock(lastBefore(to).getTime(), zone), true)
      .map((wall) => toInstant(wall, zone));
  });
}

// rrule steps hours on the wall clock; every eight hours is eight hours in UTC.
function expandRrule(s, from, to, expand) {
  if (!s.rrule.startsWith('FREQ=HOURLY')) return expand();
  const dtstart = new Date(toInstant(s.starts_at, s.time_zone));
  return new RRule({ ...RRule.parseString(s.rrule), dtstart }).between(from, lastBefore(to), true).map(Number);
}

const lastBefore = (date) => new Date(date.getTime() - 1);

// With rrule-temporal, which steps hours as they pass.
export function withRruleTemporal(s, from, to) {
  const rule = new RRuleTemporal({ rruleString: `DTSTART;TZID=${s.time_zone}:${icalTime(s.starts_at)}\nRRULE:${s.rrule}` });
  return rule.between(from, lastBefore(to), true).map((at) => at.epochMilliseconds);
}

// With rrule-rust, which steps hours on the wall clock; every eight hours is eight hours in UTC.
export function withRruleRust(s, from, to) {
  const start = s.rrule.startsWith('FREQ=HOURLY')
    ? `DTSTART:${icalTime(new Date(toInstant(s.starts_at, s.time_zone)))}Z`
    : `DTSTART;TZID=${s.time_zone}:${icalTime(s.starts_at)}`;
  return RRuleSet.fromString(`${start}\nRRULE:${s.rrule}`)
    .between(RustDateTime.fromDate(from), RustDateTime.fromDate(lastBefore(to)), true)
    .map((at) => at.toTimestamp());
}

// 20260301T080000, of a Date that shows the wall clock in UTC.
const icalTime = (wall) => wall.toISOString().replace(/[-:]|[.].*/g, '');

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];

// With luxon and a loop over the days of the window, as applications do that
// support a handful of rules.
export function withLuxon(s, from, to) {
  const parts = Object.fromEntries(s.rrule.split(';').map((part) => part.split('=')));
  const interval = Number(parts.INTERVAL ?? 1);
  const zone = s.time_zone;
  const found = [];

  if (parts.FREQ === 'HOURLY') {
    const start = toInstant(s.starts_at, zone);
    const step = interval * 3600_000;
    const first = start + Math.max(0, Math.ceil((from - start) / step)) * step;
    for (let at = first; at < to; at += step) found.push(at);
    return found;
  }

  const start = DateTime.fromJSDate(s.starts_at, { zone: 'utc' }).setZone(zone, { keepLocalTime: true });
  const hours = parts.BYHOUR ? parts.BYHOUR.split(',').map(Number) : [start.hour];
  const weekdays = parts.BYDAY?.split(',');
  const end = DateTime.fromJSDate(to, { zone });
  for (let day = DateTime.fromJSDate(from, { zone }).startOf('day'); day < end; day = day.plus({ days: 1 })) {
    if (weekdays && !weekdays.includes(WEEKDAYS[day.weekday - 1])) continue;
    if (interval > 1 && Math.round(day.diff(start.startOf('day'), 'days').days) % interval !== 0) continue;
    for (const hour of hours) {
      const at = day.set({ hour, minute: start.minute, second: start.second });
      if (at >= from && at < to && at >= start) found.push(at.toMillis());
    }
  }
  return found;
}
