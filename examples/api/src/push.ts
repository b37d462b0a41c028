/** Web Push: the keys, and a message to a device. */
import { createHash } from 'node:crypto';
import type { Agent } from 'node:https';
import { eq } from 'drizzle-orm';
import webPush from 'web-push';
import type { Database } from './database.js';
import type { Device } from './devices.js';
import { pushSubscriptions, vapidKeys } from './schema.js';
import { later, within, type Outcome } from './sending.js';

export interface PushSettings {
	/** Whom a push service writes to when something is wrong: a mailto: or https: address. */
	contact: string;
	/** Where messages may be sent: a device names its own push service, and could name any server. */
	hosts: string[];
	/** For services whose certificates are of an authority of their own. */
	agent?: Agent;
}

export interface Message {
	/** The text: a device alone can read it. */
	text: string;
	/** A later message of the same topic takes the place of one that was not fetched yet. */
	topic: string;
	urgency: 'low' | 'normal' | 'high';
	/** So many seconds it is worth something. */
	seconds: number;
}

/** Makes the keys, unless they are there. */
export async function makeVapidKeys(db: Database): Promise<void> {
	// Two deployments at once: the second finds those of the first.
	await db.transaction(async (tx) => {
		await tx.execute('lock table care.vapid_keys in exclusive mode');
		if ((await tx.select().from(vapidKeys)).length === 0) await tx.insert(vapidKeys).values(webPush.generateVAPIDKeys());
	});
}

/** Sends messages with the keys that are in the database. */
export async function pusher(db: Database, { contact, agent }: PushSettings): Promise<(device: Device, message: Message) => Promise<Outcome>> {
	const [keys] = await db.select().from(vapidKeys);
	if (!keys) throw new Error('there are no VAPID keys: bring the database up to date');
	const vapidDetails = { subject: contact, publicKey: keys.publicKey, privateKey: keys.privateKey };

	return async ({ id, endpoint, p256dh, auth }, { text, topic, urgency, seconds }) => {
		try {
			const options = { vapidDetails, urgency, TTL: seconds, topic: createHash('sha256').update(topic).digest('base64url').slice(0, 32), ...(agent ? { agent } : {}) };
			await within(webPush.sendNotification({ endpoint, keys: { p256dh, auth } }, text, options));
			return { sent: true };
		} catch (thrown) {
			if (!(thrown instanceof webPush.WebPushError)) return later(`no answer of ${new URL(endpoint).host}`);
			// It is gone for good: unsubscribed, or its browser was deleted.
			if (thrown.statusCode === 404 || thrown.statusCode === 410) {
				await db.delete(pushSubscriptions).where(eq(pushSubscriptions.id, id));
				return { sent: false, error: 'the subscription has ended' };
			}
			return later(`${new URL(endpoint).host} answered ${thrown.statusCode}`, thrown.headers as Record<string, string>);
		}
	};
}
