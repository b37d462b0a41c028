/**
 * What is kept on the device, in IndexedDB, for the page and its service worker.
 *
 *	session   who is signed in: one person on a device at a time
 *	kept      what was last known, to show without a connection; gone when its owner
 *	          logs out, and when somebody else signs in
 *	outbox    what was tapped and is not settled yet; it belongs to who tapped it, and
 *	          no other sees it or sends it
 */
import { openDB, type DBSchema } from 'idb';
import type { Problem } from './api.js';

export interface Session {
	token: string;
	/** The person that the token is of. */
	owner: string;
	/** The person whose doses are shown: the owner, or somebody they act for. */
	person: string;
}

/** What the API's route for reports takes. */
export interface Report {
	scheduleId: string;
	scheduledFor: string;
	outcome: 'taken' | 'skipped' | 'extra' | 'none';
	takenAt?: string;
	amount?: string;
	reason?: string;
	despiteLimits?: string;
	/** With none: what the person saw, and takes back. */
	expected?: { outcome: 'taken' | 'skipped' | 'extra'; takenAt: string | null };
}

/** A tap. */
export interface Entry {
	/** Its place in the outbox. */
	n: number;
	/** Sent with each attempt, so that it has its effect once. */
	key: string;
	owner: string;
	person: string;
	tappedAt: string;
	report: Report;
	/** What the dose is, to show it where it is not listed. */
	dose: { medicationName: string; doseAmount: string | null; doseUnit: string | null; instructions: string | null; asNeeded: boolean };
	/** A sent entry is shown until doses are read that have it; a refused one until it was seen. */
	state: 'waiting' | 'sent' | 'refused';
	sentAt?: number;
	problem?: Problem;
}

export interface Kept<Value> {
	/** When it was asked for. */
	at: number;
	value: Value;
}

interface Schema extends DBSchema {
	session: { key: 'now'; value: Session };
	kept: { key: [owner: string, person: string, what: string]; value: Kept<unknown> };
	outbox: { key: number; value: Entry; indexes: { owner: string } };
}

const database = openDB<Schema>('medsched', 1, {
	upgrade(db) {
		db.createObjectStore('session');
		db.createObjectStore('kept');
		db.createObjectStore('outbox', { keyPath: 'n', autoIncrement: true }).createIndex('owner', 'owner');
	},
	// A newer page waits to change the store: let it.
	blocking: (_current, _wanted, event) => (event.target as IDBDatabase).close(),
});

const channel = new BroadcastChannel('medsched');

/** Tells the other tabs, and from the service worker all of them. */
export function tell(what: 'session' | 'outbox'): void {
	channel.postMessage(what);
}

export function hear(listener: (what: 'session' | 'outbox') => void): void {
	channel.addEventListener('message', ({ data }) => listener(data));
}

export async function session(): Promise<Session | undefined> {
	return (await database).get('session', 'now');
}

/** Signs in; what was kept of anybody else is gone. */
export async function signIn(next: Session): Promise<void> {
	const tx = (await database).transaction(['session', 'kept'], 'readwrite');
	for (const key of await tx.objectStore('kept').getAllKeys()) {
		if (key[0] !== next.owner) await tx.objectStore('kept').delete(key);
	}
	await tx.objectStore('session').put(next, 'now');
	await tx.done;
	tell('session');
}

/** Remembers whose doses are shown. */
export async function choose(owner: string, person: string): Promise<void> {
	const tx = (await database).transaction('session', 'readwrite');
	const now = await tx.store.get('now');
	if (now?.owner === owner) await tx.store.put({ ...now, person }, 'now');
	await tx.done;
	tell('session');
}

/** Ends the session of this token, unless another has begun. What was kept goes; the outbox stays, unless it is to go too. */
export async function signOut(token: string, { discard = false } = {}): Promise<void> {
	const tx = (await database).transaction(['session', 'kept', 'outbox'], 'readwrite');
	const now = await tx.objectStore('session').get('now');
	if (now?.token === token) {
		await tx.objectStore('session').delete('now');
		await tx.objectStore('kept').clear();
		if (discard) {
			for (const n of await tx.objectStore('outbox').index('owner').getAllKeys(now.owner)) await tx.objectStore('outbox').delete(n);
		}
	}
	await tx.done;
	tell('session');
}

/** Keeps what was read, unless its owner is no longer signed in. */
export async function keep(owner: string, person: string, what: string, kept: Kept<unknown>): Promise<void> {
	const tx = (await database).transaction(['session', 'kept'], 'readwrite');
	if ((await tx.objectStore('session').get('now'))?.owner === owner) await tx.objectStore('kept').put(kept, [owner, person, what]);
	await tx.done;
}

export async function kept<Value>(owner: string, person: string, what: string): Promise<Kept<Value> | undefined> {
	return (await (await database).get('kept', [owner, person, what])) as Kept<Value> | undefined;
}

/** Puts a tap into the outbox: it is safe when this returns. */
export async function add(entry: Omit<Entry, 'n' | 'key' | 'tappedAt' | 'state'>): Promise<Entry> {
	const whole = { ...entry, key: crypto.randomUUID(), tappedAt: new Date().toISOString(), state: 'waiting' as const };
	const tx = (await database).transaction('outbox', 'readwrite', { durability: 'strict' });
	const n = await tx.store.add(whole as Entry);
	await tx.done;
	tell('outbox');
	return { ...whole, n };
}

/** The entries of a person, in the order of their taps. */
export async function entriesOf(owner: string): Promise<Entry[]> {
	return (await database).getAllFromIndex('outbox', 'owner', owner);
}

/** Says what became of an entry; one that was discarded meanwhile stays gone. */
export async function settle(n: number, outcome: Pick<Entry, 'state' | 'sentAt' | 'problem'>): Promise<void> {
	const tx = (await database).transaction('outbox', 'readwrite');
	const entry = await tx.store.get(n);
	if (entry) await tx.store.put({ ...entry, ...outcome });
	await tx.done;
	tell('outbox');
}

/** Forgets a refused entry that was seen. */
export async function forget(n: number): Promise<void> {
	await (await database).delete('outbox', n);
	tell('outbox');
}

/** Forgets what was sent before an instant: doses of this person that were asked for since have it. */
export async function forgetSent(owner: string, person: string, before: number): Promise<void> {
	const tx = (await database).transaction('outbox', 'readwrite');
	for (const entry of await tx.store.index('owner').getAll(owner)) {
		if (entry.person === person && entry.state === 'sent' && (entry.sentAt ?? 0) < before) await tx.store.delete(entry.n);
	}
	await tx.done;
}
