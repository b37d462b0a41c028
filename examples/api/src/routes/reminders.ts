/** When a person is reminded, and on which devices. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import {
	reminderRulesOf, removeReminderRules, removeStockReminderRules, setChangedBy, setReminderRules, setStockReminderRules, snoozeDose, stockReminderRulesOf,
	urgencies,
} from '@medsched/drizzle';
import { and, eq } from 'drizzle-orm';
import type { Env } from '../auth.js';
import { inTransaction, retrying, type Database, type Transaction } from '../database.js';
import { isPushService, publicKey, subscribe, unsubscribe } from '../devices.js';
import * as m from '../models.js';
import { Problem } from '../problem.js';
import type { PushSettings } from '../push.js';
import { caregivers } from '../schema.js';

const doseParam = m.PersonParam.extend({ doseId: m.given.doseId.min(1).max(200) });
const medicationParam = m.PersonParam.extend({ medicationId: m.Id });
const scheduleParam = m.PersonParam.extend({ scheduleId: m.Id });
const SubscriptionId = z.string().regex(/^[\w-]{43}$/, 'not the id of a subscription').openapi({ example: 'RYnJQyb0DpBzUWcLdvaeZTMrpKVWRNnvLl-zOiaIrSE' });

/** As a browser has it: PushSubscription.toJSON(). */
const Subscription = z
	.strictObject({
		endpoint: z.url().max(4000).openapi({ example: 'https://fcm.googleapis.com/fcm/send/example' }),
		expirationTime: z.number().nullable().optional().openapi({ example: null }),
		keys: z.strictObject({
			p256dh: z.string().regex(/^[\w-]{87}=?$/, 'not a point of P-256 in base64url').openapi({ example: 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM' }),
			auth: z.string().regex(/^[\w-]{22}(==)?$/, 'not 16 bytes in base64url').openapi({ example: 'tBHItJI5svbpez7KI4CCXg' }),
		}),
	})
	.openapi('PushSubscription');

const fields = {
	aheadBy: m.Interval.openapi({ description: 'so long before a dose', example: '15 minutes' }).nullable(),
	atTime: z.boolean(),
	againEvery: m.Interval.openapi({ description: 'then so long after each other until it is recorded', example: '10 minutes' }).nullable(),
	againAtMost: z.number().int().min(1).max(100).nullable(),
	escalateAfter: m.Interval.openapi({ description: 'so long after its time a caregiver is told that it is not recorded', example: '01:00:00' }).nullable(),
	escalateTo: m.Id.nullable().openapi({ description: 'this one, whom the person granted access' }),
	quietFrom: m.TimeOfDay.nullable().openapi({ description: 'in these hours only what has urgency high is said' }),
	quietUntil: m.TimeOfDay.nullable(),
	timeZone: m.TimeZone.nullable().openapi({ description: 'of these hours; null: the schedule’s' }),
	urgency: z.enum(urgencies),
	dropAfter: m.Interval.openapi({ description: 'what is later is not said any more', example: '02:00:00' }),
};
const Rules = z.strictObject(fields).partial().openapi('ReminderRules', { example: { againEvery: '10 minutes', againAtMost: 3, quietFrom: '22:00', quietUntil: '07:00' } });
const RulesInForce = z
	.object({ scheduleId: m.Id.nullable().openapi({ description: 'null: of all schedules that have no rules of their own' }), ...fields, escalateTo: m.given.caller.nullable(), quietFrom: m.given.timeOfDay.nullable(), quietUntil: m.given.timeOfDay.nullable() })
	.openapi('ReminderRulesInForce');

const stockFields = {
	refillDaysAhead: z.number().int().min(0).max(365).nullable().openapi({ description: 'so many days before the day by which it is to be refilled; null: not of that' }),
	lowDoses: z.number().int().min(0).max(1000).nullable().openapi({ description: 'with so many doses left, or fewer; null: not of that' }),
	timeOfDay: m.TimeOfDay,
	againEveryDays: z.number().int().min(1).max(31).openapi({ description: 'then every so many days, while there is not more' }),
	againAtMost: z.number().int().min(0).max(100),
	timeZone: m.TimeZone.nullable().openapi({ description: 'of timeOfDay; null: that of the other rules, or else the schedule’s' }),
};
const StockRules = z.strictObject(stockFields).partial().openapi('StockReminderRules', { example: { refillDaysAhead: 5, lowDoses: 3, timeOfDay: '18:00' } });
const StockRulesInForce = z
	.object({ medicationId: m.Id.nullable().openapi({ description: 'null: of all medications that have no rules of their own' }), ...stockFields, timeOfDay: m.given.timeOfDay })
	.openapi('StockReminderRulesInForce');

export function reminderRoutes(db: Database, push?: PushSettings) {
	/** Sets rules, in place of those before. */
	async function setRules(by: string, userId: string, scheduleId: string | undefined, rules: z.infer<typeof Rules>): Promise<void> {
		await retrying(() =>
			inTransaction(db, async (tx) => {
				const { escalateTo } = rules;
				if (escalateTo && !(await isCaregiver(tx, userId, escalateTo))) {
					throw new Problem(422, 'escalate_to_is_caregiver', `${escalateTo} has no access to this person`, { hint: 'Grant it first: PUT /v1/me/caregivers/{caregiverId}.' });
				}
				await setChangedBy(tx, by);
				await setReminderRules(tx, { userId, scheduleId, ...given(rules) });
			}),
		);
	}

	async function setStockRules(by: string, userId: string, medicationId: string | undefined, rules: z.infer<typeof StockRules>): Promise<void> {
		await retrying(() =>
			inTransaction(db, async (tx) => {
				await setChangedBy(tx, by);
				await setStockReminderRules(tx, { userId, medicationId, ...rules, timeZone: rules.timeZone ?? undefined });
			}),
		);
	}

	return new OpenAPIHono<Env>()
		.openapi(
			m.route({
				method: 'get',
				path: '/push',
				summary: 'Give the key to subscribe to Web Push with',
				refuses: [],
				responses: { 200: m.json(z.object({ publicKey: z.string().nullable().openapi({ example: 'BFkU6vmxPv2xHx…' }) }), 'the applicationServerKey; null: no Web Push is sent'), ...m.problems },
			}),
			async (c) => c.json({ publicKey: push === undefined ? null : await retrying(() => publicKey(db)) }, 200),
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/me/push-subscriptions',
				summary: 'Have reminders sent to a device',
				refuses: [422],
				request: { body: m.body(Subscription) },
				responses: { 200: m.json(z.object({ subscriptionId: SubscriptionId }), 'the id by which it ends'), ...m.problems },
			}),
			async (c) => {
				const subscription = c.req.valid('json');
				// The server sends to this address: it is not to be any that somebody thinks of.
				if (push === undefined || !isPushService(subscription.endpoint, push.hosts)) {
					throw new Problem(422, 'push_service_unknown', push === undefined ? 'no Web Push is sent here' : `${new URL(subscription.endpoint).host} is no push service that is known here`);
				}
				return c.json({ subscriptionId: await retrying(() => subscribe(db, c.get('principal').id, subscription)) }, 200);
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/me/push-subscriptions/{subscriptionId}',
				summary: 'Have no more reminders sent to a device',
				refuses: [],
				request: { params: z.object({ subscriptionId: SubscriptionId }) },
				responses: { 204: { description: 'none are sent there' }, ...m.problems },
			}),
			async (c) => {
				await retrying(() => unsubscribe(db, c.get('principal').id, c.req.valid('param').subscriptionId));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/reminder-rules',
				summary: 'List when a person is reminded',
				refuses: [],
				request: { params: m.PersonParam },
				responses: { 200: m.json(z.array(RulesInForce), 'the person’s rules first, then those of single schedules; none: at the time of each dose'), ...m.problems },
			}),
			async (c) => {
				const rules = await retrying(() => reminderRulesOf(db, { userId: c.get('personId') }));
				return c.json(rules.map(({ setAt, ...rule }) => rule), 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/reminder-rules',
				summary: 'Say when a person is reminded',
				refuses: [422],
				request: { params: m.PersonParam, body: m.body(Rules) },
				responses: { 204: { description: 'it is so, in place of what was said before' }, ...m.problems },
			}),
			async (c) => {
				await setRules(c.get('principal').id, c.get('personId'), undefined, c.req.valid('json'));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/people/{person}/reminder-rules',
				summary: 'Have a person reminded at the time of each dose again',
				refuses: [],
				request: { params: m.PersonParam },
				responses: { 204: { description: 'there are no rules' }, ...m.problems },
			}),
			async (c) => {
				await retrying(() => removeReminderRules(db, { userId: c.get('personId') }));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/schedules/{scheduleId}/reminder-rules',
				summary: 'Say when a person is reminded of a schedule’s doses',
				refuses: [404, 422],
				request: { params: scheduleParam, body: m.body(Rules) },
				responses: { 204: { description: 'it is so, in place of the person’s rules' }, ...m.problems },
			}),
			async (c) => {
				await setRules(c.get('principal').id, c.get('personId'), c.req.valid('param').scheduleId, c.req.valid('json'));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/people/{person}/schedules/{scheduleId}/reminder-rules',
				summary: 'Have the person’s rules hold for a schedule again',
				refuses: [404],
				request: { params: scheduleParam },
				responses: { 204: { description: 'the schedule has none of its own' }, ...m.problems },
			}),
			async (c) => {
				await retrying(() => removeReminderRules(db, { userId: c.get('personId'), scheduleId: c.req.valid('param').scheduleId }));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'get',
				path: '/people/{person}/stock-reminder-rules',
				summary: 'List when a person is reminded of what is left',
				refuses: [],
				request: { params: m.PersonParam },
				responses: { 200: m.json(z.array(StockRulesInForce), 'the person’s rules first, then those of single medications; none: a week ahead and with less than a dose left, at nine'), ...m.problems },
			}),
			async (c) => {
				const rules = await retrying(() => stockReminderRulesOf(db, { userId: c.get('personId') }));
				return c.json(rules.map(({ setAt, ...rule }) => rule), 200);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/stock-reminder-rules',
				summary: 'Say when a person is reminded of what is left',
				refuses: [],
				request: { params: m.PersonParam, body: m.body(StockRules) },
				responses: { 204: { description: 'it is so, in place of what was said before' }, ...m.problems },
			}),
			async (c) => {
				await setStockRules(c.get('principal').id, c.get('personId'), undefined, c.req.valid('json'));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/people/{person}/stock-reminder-rules',
				summary: 'Have a person reminded of what is left as if nothing was said',
				refuses: [],
				request: { params: m.PersonParam },
				responses: { 204: { description: 'there are no rules' }, ...m.problems },
			}),
			async (c) => {
				await retrying(() => removeStockReminderRules(db, { userId: c.get('personId') }));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'put',
				path: '/people/{person}/medications/{medicationId}/stock-reminder-rules',
				summary: 'Say when a person is reminded of what is left of a medication',
				refuses: [404],
				request: { params: medicationParam, body: m.body(StockRules) },
				responses: { 204: { description: 'it is so, in place of the person’s rules' }, ...m.problems },
			}),
			async (c) => {
				await setStockRules(c.get('principal').id, c.get('personId'), c.req.valid('param').medicationId, c.req.valid('json'));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'delete',
				path: '/people/{person}/medications/{medicationId}/stock-reminder-rules',
				summary: 'Have the person’s rules hold for what is left of a medication again',
				refuses: [404],
				request: { params: medicationParam },
				responses: { 204: { description: 'the medication has none of its own' }, ...m.problems },
			}),
			async (c) => {
				await retrying(() => removeStockReminderRules(db, { userId: c.get('personId'), medicationId: c.req.valid('param').medicationId }));
				return c.body(null, 204);
			},
		)
		.openapi(
			m.route({
				method: 'post',
				path: '/people/{person}/doses/{doseId}/snooze',
				summary: 'Have a person reminded of a dose later',
				refuses: [404, 409, 422],
				request: { params: doseParam, body: m.body(z.strictObject({ minutes: z.number().int().min(1).max(10_000).openapi({ example: 10 }) })) },
				responses: { 204: { description: 'the person hears of it again after so many minutes, and not before, unless it is recorded by then' }, ...m.problems },
			}),
			async (c) => {
				const { doseId } = c.req.valid('param');
				const until = new Date(Date.now() + c.req.valid('json').minutes * 60_000);
				await retrying(() => snoozeDose(db, { userId: c.get('personId'), doseId, until }));
				return c.body(null, 204);
			},
		);
}

async function isCaregiver(tx: Transaction, personId: string, caregiverId: string): Promise<boolean> {
	const mine = and(eq(caregivers.personId, personId), eq(caregivers.caregiverId, caregiverId));
	return (await tx.select({ personId: caregivers.personId }).from(caregivers).where(mine)).length > 0;
}

/** Those that have a value: null is what they have when they are left out. */
function given<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
	return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}
