/**
 * The worker as a Lambda function on a timer, of EventBridge Scheduler's: each call passes on what is due, and ends when nothing
 * is, or when its time is up. Calls that overlap share the work.
 */
import type { Context } from 'aws-lambda';
import { fillReminders } from '@medsched/drizzle';
import { openDatabase, retrying } from './database.js';
import { requestLog } from './log.js';
import { Reminders, type Counts } from './reminders.js';
import { pushSettings, webhookSettings } from './settings.js';

/** So long before its time is up it claims no more: what it holds by then takes no longer. */
const MARGIN_MS = 20_000;
const MOST = 25;

const { db } = openDatabase(2);
const [push, webhook] = [pushSettings(), webhookSettings()];
if (push === undefined && webhook === undefined) throw new Error('neither PUSH_CONTACT nor WEBHOOK_URL is set: there is no way to remind anybody');

export async function handler(_event: unknown, context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>): Promise<Counts> {
	const reminders = new Reminders({ db, worker: `lambda ${context.awsRequestId}`, push, webhook, most: MOST, log: requestLog() });
	// Some of the schedules that were there before reminders were enabled.
	await retrying(() => fillReminders(db, { most: 1000 }));
	try {
		while (context.getRemainingTimeInMillis() > MARGIN_MS && (await reminders.claim())) await reminders.room();
	} finally {
		await reminders.finished();
	}
	return reminders.counts;
}
