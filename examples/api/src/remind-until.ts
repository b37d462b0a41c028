/** Passes reminders on, for as long as it runs. As many as you like can run: the queue hands each reminder to one. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fillReminders, nextReminderAt } from '@medsched/drizzle';
import { sql } from 'drizzle-orm';
import { openDatabase, retrying, type Database } from './database.js';
import { describeError, requestLog, type Log } from './log.js';
import { Reminders } from './reminders.js';
import { pushSettings, webhookSettings } from './settings.js';

/** A reminder that is set for sooner than the queue knew of is late by no more than this. */
const LONGEST_SLEEP_MS = 10_000;
const SHORTEST_SLEEP_MS = 100;
const AFTER_TROUBLE_MS = 5_000;

/** Passes on what is due until it is told to stop, and then finishes what it holds. */
export async function remindUntil(stopped: AbortSignal, reminders: Reminders, longestSleep = LONGEST_SLEEP_MS): Promise<void> {
	const { db, log } = reminders.options;
	const asleep = (ms: number) => sleep(ms, undefined, { signal: stopped }).catch(() => {});
	const filling = fill(db, stopped, log);
	while (!stopped.aborted) {
		try {
			if (await reminders.claim()) await reminders.room();
			else await asleep(Math.min(Math.max(await untilNext(db), SHORTEST_SLEEP_MS), longestSleep));
		} catch (thrown) {
			log?.({ level: 'error', ...describeError(thrown) });
			await asleep(Math.min(AFTER_TROUBLE_MS, longestSleep));
		}
	}
	await Promise.all([filling, reminders.finished()]);
}

/** How long, in milliseconds by the database's clock, until something may have to be said. */
async function untilNext(db: Database): Promise<number> {
	const { rows } = await db.execute<{ ms: number | null }>(sql`select (extract(epoch from ${nextReminderAt.sql({})} - now()) * 1000)::float8 as ms`);
	return rows[0]?.ms ?? Infinity;
}

/** Takes the schedules that were there before reminders were enabled into the queue. */
async function fill(db: Database, stopped: AbortSignal, log: Log | undefined): Promise<void> {
	try {
		while (!stopped.aborted && Number(await retrying(() => fillReminders(db, { most: 1000 }))) > 0);
	} catch (thrown) {
		// The next start goes on with it.
		log?.({ level: 'error', ...describeError(thrown) });
	}
}

/** Runs the worker that the environment describes, until a signal. */
export async function runWorker(): Promise<void> {
	const [push, webhook] = [pushSettings(), webhookSettings()];
	if (push === undefined && webhook === undefined) throw new Error('neither PUSH_CONTACT nor WEBHOOK_URL is set: there is no way to remind anybody');
	const most = Number(process.env['REMINDERS_AT_A_TIME'] ?? 10);
	if (!Number.isInteger(most) || most < 1 || most > 1000) throw new Error(`REMINDERS_AT_A_TIME is not from 1 to 1000: "${process.env['REMINDERS_AT_A_TIME']}"`);
	const log = requestLog();
	const { db, close } = openDatabase(Number(process.env['DATABASE_CONNECTIONS'] ?? 2));
	const stopping = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.on(signal, () => {
			// Told twice, it leaves what it holds to another, when the lease ends.
			if (stopping.signal.aborted) process.exit(1);
			stopping.abort();
		});
	}
	const reminders = new Reminders({ db, worker: `worker ${randomUUID()}`, push, webhook, most, log });
	console.log('passing reminders on');
	await remindUntil(stopping.signal, reminders);
	await close();
	log?.({ level: 'info', ...reminders.counts });
}
