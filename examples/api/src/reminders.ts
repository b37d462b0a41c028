/**
 * Passes reminders on: to the devices of who is to hear of them, and to a webhook.
 *
 * What is sent has ids and a time, and no name: a device looks the dose, or what is left, up for who is signed in on it, and a receiver of
 * webhooks by the rights that it has.
 */
import { claimReminders, completeReminders, extendLease, failReminder, type Reminder } from '@medsched/drizzle';
import { and, eq } from 'drizzle-orm';
import { isPersonId } from './auth.js';
import { retrying, type Database } from './database.js';
import { devicesOf } from './devices.js';
import { describeError, type Log } from './log.js';
import { pusher, type PushSettings } from './push.js';
import { caregivers } from './schema.js';
import type { Outcome } from './sending.js';
import { post, type WebhookSettings } from './webhook.js';

export interface ReminderOptions {
	db: Database;
	/** By which the queue shows who holds what. */
	worker: string;
	push?: PushSettings | undefined;
	webhook?: WebhookSettings | undefined;
	/** How many are sent at a time. */
	most: number;
	log?: Log | undefined;
	/** How long one is held without a sign of life. */
	leaseSeconds?: number;
}

export type Counts = Record<'sent' | 'unheard' | 'later' | 'given up' | 'lost', number>;

/** What a message says, of a device and of a webhook alike. */
export function contentOf(reminder: Reminder, owner: string) {
	const { reminderId, kind, nth, urgency, attempt, userId, doseId, dueAt, medicationId } = reminder;
	return { reminderId, kind, nth, urgency, attempt, owner, person: userId, ...(doseId === null ? { medicationId } : { doseId, dueAt }) };
}

/** Web Push keeps a message for a device that is off so long: an old one would have somebody take a dose too late. */
const WORTH_SECONDS = 3600;
/** What is left is said for the day. */
const STOCK_WORTH_SECONDS = 12 * 3600;
/** Times between attempts, when a server says none: it is the queue that ends them. */
const BETWEEN_SECONDS = [30, 60, 120, 300, 600];

export class Reminders {
	readonly counts: Counts = { sent: 0, unheard: 0, later: 0, 'given up': 0, lost: 0 };
	readonly #running = new Set<Promise<void>>();
	#pusher: ReturnType<typeof pusher> | undefined;
	/** What is done, and waits for the call that says so. */
	#done: { token: string; answer: (held: boolean) => void; fail: (thrown: unknown) => void }[] = [];
	#completing = false;

	constructor(readonly options: ReminderOptions) {}

	/** Claims what there is room for, and begins to send it; whether there may be more that is due. */
	async claim(): Promise<boolean> {
		const { db, worker, most, leaseSeconds = 60 } = this.options;
		const room = most - this.#running.size;
		if (room === 0) return true;
		// Not repeated when a connection is lost: what was handed out then comes back when its lease ends.
		const claimed = await claimReminders(db, { most: room, lease: `${leaseSeconds} seconds`, worker });
		for (const reminder of claimed) {
			const work: Promise<void> = this.#pass(reminder, leaseSeconds).finally(() => this.#running.delete(work));
			this.#running.add(work);
		}
		return claimed.length === room;
	}

	/** Until there is room for another. */
	async room(): Promise<void> {
		if (this.#running.size >= this.options.most) await Promise.race(this.#running);
	}

	/** Until all that was begun is done. */
	async finished(): Promise<void> {
		await Promise.all(this.#running);
	}

	/** Sends one and says what became of it; never fails. */
	async #pass(reminder: Reminder, leaseSeconds: number): Promise<void> {
		const { db, log } = this.options;
		const { token, attempt } = reminder;
		const holding = setInterval(() => void this.#hold(token, leaseSeconds), (leaseSeconds * 1000) / 2);
		try {
			const outcome = await this.#send(reminder);
			const error = 'error' in outcome ? outcome.error : undefined;
			let held: boolean;
			if (outcome.sent) {
				this.counts.sent++;
				held = await this.#complete(token);
			} else if (outcome.seconds !== undefined) {
				this.counts.later++;
				const seconds = outcome.seconds || BETWEEN_SECONDS[Math.min(attempt, BETWEEN_SECONDS.length) - 1]!;
				held = await retrying(() => failReminder(db, { token, retryAfter: `${seconds} seconds`, error }));
			} else if (error === NOBODY) {
				this.counts.unheard++;
				held = await this.#complete(token);
			} else {
				this.counts['given up']++;
				held = await retrying(() => failReminder(db, { token, retryAfter: null, error }));
			}
			if (!held) this.counts.lost++;
			if (error !== undefined && error !== NOBODY) log?.({ level: 'warning', reminder: reminder.kind, attempt, error });
		} catch (thrown) {
			// Nobody could be told what became of it: it comes back when its lease ends.
			this.counts.lost++;
			log?.({ level: 'error', reminder: reminder.kind, attempt, ...describeError(thrown) });
		} finally {
			clearInterval(holding);
		}
	}

	/** Whether it was still held. What is done while a call is under way goes with the next, all at once: one by one costs several times as much. */
	#complete(token: string): Promise<boolean> {
		return new Promise((answer, fail) => {
			this.#done.push({ token, answer, fail });
			if (!this.#completing) void this.#completeAll();
		});
	}

	async #completeAll(): Promise<void> {
		this.#completing = true;
		while (this.#done.length > 0) {
			const batch = this.#done.splice(0);
			try {
				const rows = await retrying(() => completeReminders(this.options.db, { tokens: batch.map(({ token }) => token) }));
				const completed = new Set(rows.map((row) => row.completeReminders));
				for (const { token, answer } of batch) answer(completed.has(token));
			} catch (thrown) {
				for (const { fail } of batch) fail(thrown);
			}
		}
		this.#completing = false;
	}

	async #hold(token: string, leaseSeconds: number): Promise<void> {
		await extendLease(this.options.db, { token, lease: `${leaseSeconds} seconds` }).catch(() => {});
	}

	/** By every way there is. One device that took it is enough, of a person with several. */
	async #send(reminder: Reminder): Promise<Outcome> {
		const { webhook } = this.options;
		const owner = reminder.recipient ?? reminder.userId;
		// Who no longer cares for the person is told nothing of them.
		if (reminder.recipient !== null && !(await this.#isCaregiver(reminder.userId, reminder.recipient))) return { sent: false, error: 'who is to be told is no caregiver of this person' };
		const text = JSON.stringify(contentOf(reminder, owner));
		const [pushed, posted] = await Promise.all([this.#push(reminder, owner, text), webhook ? post(webhook, reminder.reminderId, text) : undefined]);
		if (posted === undefined) return pushed.sent || pushed.error !== NOBODY || reminder.recipient === null ? pushed : { sent: false, error: 'who is to be told has no device' };
		// The webhook is told in any case; devices again only when it is their turn, where the notification stays one.
		return !posted.sent ? posted : pushed.sent || pushed.seconds === undefined ? posted : pushed;
	}

	async #push(reminder: Reminder, owner: string, text: string): Promise<Outcome> {
		const { db, push } = this.options;
		const devices = push === undefined || !isPersonId(owner) ? [] : await retrying(() => devicesOf(db, owner));
		if (push === undefined || devices.length === 0) return { sent: false, error: NOBODY };
		this.#pusher ??= pusher(db, push);
		const send = await this.#pusher.catch((thrown) => {
			this.#pusher = undefined;
			throw thrown;
		});
		const { kind, dueAt } = reminder;
		const seconds = dueAt === null ? STOCK_WORTH_SECONDS : kind === 'ahead' ? Math.max(60, Math.round((Date.parse(dueAt) - Date.now()) / 1000)) : WORTH_SECONDS;
		const outcomes = await Promise.all(devices.map((device) => send(device, { text, topic: reminder.reminderId, urgency: reminder.urgency, seconds })));
		return outcomes.find(({ sent }) => sent) ?? outcomes.find((outcome) => 'seconds' in outcome) ?? outcomes[0]!;
	}

	async #isCaregiver(personId: string, caregiverId: string): Promise<boolean> {
		if (!isPersonId(caregiverId)) return false;
		const mine = and(eq(caregivers.personId, personId), eq(caregivers.caregiverId, caregiverId));
		return (await retrying(() => this.options.db.select({ personId: caregivers.personId }).from(caregivers).where(mine))).length > 0;
	}
}

/** A person who has no device wants to hear nothing. */
const NOBODY = 'nobody to tell';
