/** Webhooks, as https://www.standardwebhooks.com has them: a receiver verifies them with a library of its language. */
import { createHmac } from 'node:crypto';
import { later, type Outcome } from './sending.js';

export interface WebhookSettings {
	url: string;
	/** The key, of which the receiver has the same. */
	secret: Buffer;
}

const PATIENCE_MS = 15_000;

/** Posts a body; the id is the same on every attempt, so that a receiver can leave out what it has. */
export async function post({ url, secret }: WebhookSettings, id: string, body: string): Promise<Outcome> {
	const timestamp = Math.floor(Date.now() / 1000);
	const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
	const headers = {
		'Content-Type': 'application/json',
		'Idempotency-Key': id,
		'webhook-id': id,
		'webhook-timestamp': String(timestamp),
		'webhook-signature': `v1,${signature}`,
	};
	try {
		const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal: AbortSignal.timeout(PATIENCE_MS) });
		await response.body?.cancel();
		if (response.ok) return { sent: true };
		return later(`the webhook answered ${response.status}`, Object.fromEntries(response.headers));
	} catch {
		return later('no answer of the webhook');
	}
}
