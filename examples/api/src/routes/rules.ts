/** Schedules from forms and prescriptions, and what a rule means before it is saved. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import {
	checkRrule,
	checkTimeZone,
	countOccurrences,
	describeRule,
	isOccurrence,
	medicationsFromIcal,
	nextOccurrence,
	occurrences,
	previousOccurrence,
	scheduleFromFhir,
	scheduleFromIcal,
	scheduleFromSig,
	scheduleFromTaper,
	scheduleFromTimes,
	timingCodes,
	timesOfSchedules,
	timingEvents,
	type ScheduleInput,
} from '@medsched/drizzle';
import { sql } from 'drizzle-orm';
import type { Env } from '../auth.js';
import { retrying, type Database } from '../database.js';
import * as m from '../models.js';

export const Schedules = z.array(m.ScheduleInput);
const schedules = { 200: m.json(Schedules, 'schedules, to send with a new medication'), ...m.problems };
const start = { startsOn: m.Day, timeZone: m.TimeZone, effectiveFrom: m.Instant.optional() };
export const Times = z.record(z.string().max(32), z.union([m.TimeOfDay, z.array(m.TimeOfDay), z.boolean()])).or(z.array(m.TimeOfDay)).optional();
const CALENDAR = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:8f14e45f@calendar.example', 'DTSTART:20260301T080000Z', 'RRULE:FREQ=DAILY', 'SUMMARY:ibuprofen', 'END:VEVENT', 'END:VCALENDAR'].join('\r\n');
const Calendar = z.strictObject({ calendar: z.string().min(1).max(200000).openapi({ example: CALENDAR }), timeZone: m.TimeZone.optional(), allDayAt: m.TimeOfDay.optional(), effectiveFrom: m.Instant.optional() });

export function ruleRoutes(db: Database) {
	return new OpenAPIHono<Env>()
		.openapi(
			m.route({
				method: 'post',
				path: '/schedules/from-times',
				summary: 'Make schedules of times of day',
				refuses: [],
				request: {
					body: m.body(
						z.strictObject({
							times: z.array(m.TimeOfDay).min(1).max(100),
							...start,
							daysOfWeek: z.array(z.number().int().min(1).max(7)).min(1).max(7).optional(),
							endsOn: m.Day.optional(),
							every: z.number().int().min(1).max(10000).optional(),
							cycleDaysOn: z.number().int().min(1).max(3660).optional(),
							cycleDaysOff: z.number().int().min(1).max(3660).optional(),
						}),
					),
				},
				responses: schedules,
			}),
			async (c) => c.json(await retrying(() => scheduleFromTimes(db, c.req.valid('json'))), 200),
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/schedules/from-taper',
				summary: 'Make schedules of a taper’s steps',
				refuses: [],
				request: {
					body: m.body(
						z.strictObject({
							steps: z
								.array(
									z.strictObject({
										amount: z.union([m.Amount, z.array(m.Amount).min(1).max(31)]).optional().openapi({ description: 'several are taken in turn; none: a gap' }),
										days: z.number().int().min(1).max(9999).optional().openapi({ description: 'left out of a last step that goes on' }),
										times: z.array(m.TimeOfDay).min(1).max(100).optional(),
									}),
								)
								.min(1)
								.max(100)
								.openapi({ example: [{ amount: 40, days: 5 }, { amount: [20, 10], days: 4 }] }),
							startsOn: m.Day,
							timeZone: m.TimeZone,
							times: z.array(m.TimeOfDay).min(1).max(100).optional(),
							doseUnit: m.Unit.optional(),
							instructions: m.Text.optional(),
						}),
					),
				},
				responses: { 200: m.json(z.array(m.ScheduleInput), 'schedules of one regimen, to send with a new medication'), ...m.problems },
			}),
			async (c) => c.json((await retrying(() => scheduleFromTaper(db, c.req.valid('json')))) as z.infer<typeof m.ScheduleInput>[], 200),
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/schedules/to-times',
				summary: 'Lead schedules back to times of day',
				refuses: [422],
				request: { body: m.body(z.array(m.ScheduleInput).min(1).max(100)) },
				responses: { 200: m.json(m.Form, 'what from-times would make them of; or the problem, where no form shows them'), ...m.problems },
			}),
			async (c) => c.json(await retrying(() => timesOfSchedules(db, { schedules: c.req.valid('json') as ScheduleInput[] })), 200),
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/schedules/from-sig',
				summary: 'Make schedules of a prescription’s abbreviations',
				refuses: [422],
				request: { body: m.body(z.strictObject({ sig: z.string().min(1).max(200).openapi({ example: '1 tab PO BID' }), ...start, times: Times })) },
				responses: schedules,
			}),
			async (c) => c.json(await retrying(() => scheduleFromSig(db, c.req.valid('json'))), 200),
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/schedules/from-fhir',
				summary: 'Make schedules of a FHIR Timing',
				refuses: [422],
				request: {
					body: m.body(
						z.strictObject({
							timing: z.record(z.string(), z.unknown()).openapi({ example: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } } }),
							...start,
							startsOn: m.Day.nullable(),
							times: Times,
							asNeeded: z.boolean().optional(),
						}),
					),
				},
				responses: schedules,
			}),
			async (c) => c.json(await retrying(() => scheduleFromFhir(db, c.req.valid('json'))), 200),
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/schedules/from-ical',
				summary: 'Make schedules of a calendar’s events',
				refuses: [422],
				request: { body: m.body(Calendar) },
				responses: schedules,
			}),
			async (c) => c.json(await retrying(() => scheduleFromIcal(db, c.req.valid('json'))), 200),
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/medications/from-ical',
				summary: 'List a calendar’s events as medications',
				refuses: [],
				request: { body: m.body(Calendar) },
				responses: {
					200: m.json(
						z.array(z.object({ name: m.given.medicationName.nullable(), schedules: Schedules.nullable(), alarm: m.given.interval.nullable(), uids: z.array(z.string().openapi({ example: '8f14e45f@calendar.example' })), problem: m.given.problem.nullable() })),
						'what to send as new medications; or the problem, where events are no schedules',
					),
					...m.problems,
				},
			}),
			async (c) => c.json(await retrying(() => medicationsFromIcal(db, c.req.valid('json'))), 200),
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/schedules/abbreviations',
				summary: 'List the abbreviations of prescriptions',
				refuses: [],
				responses: {
					200: m.json(z.object({ codes: z.array(z.object({ code: z.string().openapi({ example: 'BID' }) }).loose()), events: z.array(z.object({ event: z.string().openapi({ example: 'CM' }) }).loose()) }), 'what from-sig and from-fhir know'),
					...m.problems,
				},
			}),
			async (c) => c.json({ codes: await retrying(() => timingCodes(db, {})), events: await retrying(() => timingEvents(db, {})) }, 200),
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/rules/describe',
				summary: 'Say a rule in words',
				refuses: [422],
				request: {
					body: m.body(
						m.Rule.extend({
							language: z.string().max(10).openapi({ description: 'en or de', example: 'de' }).optional(),
							withTimeZone: z.boolean().openapi({ description: 'false leaves out the time zone' }).optional(),
							afterLast: m.Interval.openapi({ description: 'counted from when the last dose was taken', example: '5 days' }).optional(),
							hoursFrom: m.TimeOfDay.optional(),
							hoursUntil: m.TimeOfDay.optional(),
							maxPerDay: z.number().int().min(1).max(1440).optional(),
							followsBy: m.Interval.openapi({ description: 'after each dose of another schedule', example: '30 minutes' }).optional(),
							followsName: m.Name.optional(),
							events: m.RoutineEvents.optional(),
						}).openapi('RuleToDescribe'),
					),
				},
				responses: { 200: m.json(z.object({ description: m.Description }), 'the rule in words'), ...m.problems },
			}),
			async (c) => c.json({ description: await retrying(() => describeRule(db, c.req.valid('json'))) }, 200),
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/rules/occurrences',
				summary: 'List when a rule has doses',
				refuses: [422],
				request: { query: m.Window, body: m.body(m.Rule) },
				responses: { 200: m.json(z.array(m.Instant), 'when it would have doses'), ...m.problems },
			}),
			async (c) => {
				const rows = await retrying(() => occurrences(db, { ...c.req.valid('json'), ...c.req.valid('query') }));
				return c.json(rows.map((row) => row.scheduledFor), 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/rules/count',
				summary: 'Count a rule’s doses in a window',
				refuses: [422],
				request: { query: m.Window, body: m.body(m.Rule) },
				responses: { 200: m.json(z.object({ count: m.given.count }), 'how many doses it would have'), ...m.problems },
			}),
			async (c) => {
				const count = await retrying(() => countOccurrences(db, { ...c.req.valid('json'), ...c.req.valid('query') }));
				return c.json({ count }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/rules/around',
				summary: 'Find a rule’s doses before and after an instant',
				refuses: [422],
				request: { query: z.object({ at: m.Instant }), body: m.body(m.Rule) },
				responses: {
					200: m.json(z.object({ previous: m.Instant.nullable(), isOccurrence: z.boolean(), next: m.Instant.nullable() }), 'the occurrences around an instant'),
					...m.problems,
				},
			}),
			async (c) => {
				const rule = c.req.valid('json');
				const { at } = c.req.valid('query');
				const [around] = await retrying(() =>
					db
						.select({
							previous: previousOccurrence.sql({ ...rule, before: at }),
							isOccurrence: isOccurrence.sql({ ...rule, at }),
							next: nextOccurrence.sql({ ...rule, after: at }),
						})
						.from(sql`(select) as one`),
				);
				return c.json(around!, 200);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/rules/check',
				summary: 'Check a rule and a time zone',
				refuses: [422],
				request: { query: z.object({ rrule: m.Rrule, timeZone: m.TimeZone }) },
				responses: { 200: m.json(z.object({ valid: z.boolean() }), 'both are valid; else an error says what is wrong'), ...m.problems },
			}),
			async (c) => {
				const { rrule, timeZone } = c.req.valid('query');
				const valid = (await retrying(() => checkRrule(db, { rrule }))) && (await retrying(() => checkTimeZone(db, { timeZone })));
				return c.json({ valid }, 200);
			},
		);
}
