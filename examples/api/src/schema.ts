/** The application's own tables, beside medsched's. */
import { index, integer, pgSchema, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';

export const care = pgSchema('care');

/** Who may act for whom: the person granted it, and takes it back by deleting the row. */
export const caregivers = care.table(
	'caregivers',
	{
		personId: uuid('person_id').notNull(),
		caregiverId: uuid('caregiver_id').notNull(),
		personName: text('person_name').notNull(),
		grantedAt: timestamp('granted_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
	},
	(table) => [
		primaryKey({ columns: [table.personId, table.caregiverId] }),
		index('caregivers_caregiver_id_idx').on(table.caregiverId),
	],
);

/**
 * What a request with an Idempotency-Key was answered with, written in the
 * transaction that did the work: a retry finds both or neither.
 */
export const answers = care.table(
	'answers',
	{
		callerId: uuid('caller_id').notNull(),
		key: text('key').notNull(),
		requestHash: text('request_hash').notNull(),
		status: integer('status'),
		body: text('body'),
		createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
	},
	(table) => [
		primaryKey({ columns: [table.callerId, table.key] }),
		index('answers_created_at_idx').on(table.createdAt),
	],
);

/**
 * The devices that reminders are sent to, by Web Push.  A browser has one subscription for all who sign in on it: it is of the
 * one who subscribed last.
 */
export const pushSubscriptions = care.table(
	'push_subscriptions',
	{
		/** Made of the endpoint, which can be too long for an index. */
		id: text('id').primaryKey(),
		personId: uuid('person_id').notNull(),
		endpoint: text('endpoint').notNull(),
		p256dh: text('p256dh').notNull(),
		auth: text('auth').notNull(),
		subscribedAt: timestamp('subscribed_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
	},
	(table) => [index('push_subscriptions_person_id_idx').on(table.personId)],
);

/** The one pair of keys by which push services know this application. Another pair would make every subscription worthless. */
export const vapidKeys = care.table('vapid_keys', {
	publicKey: text('public_key').primaryKey(),
	privateKey: text('private_key').notNull(),
	madeAt: timestamp('made_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
});
