/**
 * Sends what was tapped, from the page or, when that was closed, from its service worker.
 *
 * Each tap is sent by itself, so that one that is refused keeps no other back, and under a key of its own, so
 * that one whose answer was lost on the way has its effect once.
 *
 * Why not workbox-background-sync: it keeps requests with their tokens, counts any answer as delivered, a 401 or a
 * 503 too, and drops what it could not send in a week. A dose that somebody took may be lost by none of these.
 */
import { call, Refused, Unreachable } from './api.js';
import * as store from './store.js';

export type Sending = 'done' | 'ended' | 'unreachable' | 'troubled';

/** Sends the entries of who is signed in. Two do not send at once: the second waits, and finds less to send. */
export function send(): Promise<Sending> {
	return navigator.locks.request('medsched-outbox', async () => {
		let result: Sending = 'done';
		/** Doses of which something could not be sent: what was tapped of them later has to wait, too. */
		const held = new Set<string>();
		const tried = new Set<number>();
		for (;;) {
			const session = await store.session();
			if (!session) return 'ended';
			const entry = (await store.entriesOf(session.owner)).find((e) => e.state === 'waiting' && !tried.has(e.n) && !held.has(doseKey(e.report)));
			if (!entry) return result;
			tried.add(entry.n);
			const became = await deliver(entry, session.token);
			if (became === 'unreachable' || became === 'ended') return became;
			if (became === 'troubled') {
				held.add(doseKey(entry.report));
				result = 'troubled';
			}
		}
	});
}

async function deliver(entry: store.Entry, token: string): Promise<Sending> {
	try {
		const answer = await call(token, `/people/${entry.person}/reports`, { method: 'POST', body: [entry.report], idempotencyKey: entry.key });
		// The API's own word for it, not that of something on the way.
		if (!Array.isArray(answer) || answer.length !== 1) return 'unreachable';
		await store.settle(entry.n, { state: 'sent', sentAt: Date.now() });
		return 'done';
	} catch (error) {
		if (error instanceof Unreachable) return 'unreachable';
		if (!(error instanceof Refused)) throw error;
		if (error.status === 401) {
			await store.signOut(token);
			return 'ended';
		}
		// Not now, which is another thing than no.
		if (error.status >= 500 || [408, 425, 429].includes(error.status)) return 'troubled';
		await store.settle(entry.n, { state: 'refused', problem: error.problem });
		return 'done';
	}
}

/** The same for all that is said of one dose. */
export function doseKey({ scheduleId, scheduledFor }: { scheduleId: string; scheduledFor: string }): string {
	return `${scheduleId}|${Date.parse(scheduledFor)}`;
}
