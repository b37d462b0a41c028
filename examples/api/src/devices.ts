/** The devices that subscribed to reminders. */
import { createHash } from 'node:crypto';
import { and, asc, eq } from 'drizzle-orm';
import type { Database } from './database.js';
import { pushSubscriptions, vapidKeys } from './schema.js';

export type Device = Pick<typeof pushSubscriptions.$inferSelect, 'id' | 'endpoint' | 'p256dh' | 'auth'>;

/** What a browser has to know to subscribe, where the keys were made. */
export async function publicKey(db: Database): Promise<string | null> {
	const [keys] = await db.select({ publicKey: vapidKeys.publicKey }).from(vapidKeys);
	return keys?.publicKey ?? null;
}

/** Whether messages may be sent there: to a server of these, by TLS. */
export function isPushService(endpoint: string, hosts: string[]): boolean {
	const { protocol, hostname, username, password } = new URL(endpoint);
	return protocol === 'https:' && username === '' && password === '' && hosts.some((host) => (host.startsWith('*.') ? hostname.endsWith(host.slice(1)) : hostname === host));
}

/** Keeps a device, and gives its id. */
export async function subscribe(db: Database, personId: string, { endpoint, keys: { p256dh, auth } }: { endpoint: string; keys: { p256dh: string; auth: string } }): Promise<string> {
	// The endpoint itself can be too long for an index.
	const id = createHash('sha256').update(endpoint).digest('base64url');
	const device = { personId, endpoint, p256dh, auth };
	await db.insert(pushSubscriptions).values({ id, ...device }).onConflictDoUpdate({ target: pushSubscriptions.id, set: device });
	return id;
}

export async function unsubscribe(db: Database, personId: string, id: string): Promise<void> {
	await db.delete(pushSubscriptions).where(and(eq(pushSubscriptions.personId, personId), eq(pushSubscriptions.id, id)));
}

export async function devicesOf(db: Database, personId: string): Promise<Device[]> {
	return await db.select().from(pushSubscriptions).where(eq(pushSubscriptions.personId, personId)).orderBy(asc(pushSubscriptions.id));
}
