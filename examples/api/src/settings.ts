/** What the environment says: of tokens, whose they are and the keys to verify them with; how reminders are passed on. */
import { createLocalJWKSet, createRemoteJWKSet } from 'jose';
import type { TokenRules } from './auth.js';
import type { PushSettings } from './push.js';
import type { WebhookSettings } from './webhook.js';

/** JWT_ISSUER, JWT_AUDIENCE, and JWT_JWKS_URL or the key set itself in JWT_JWKS. */
export function tokenRules(): TokenRules {
	const url = process.env['JWT_JWKS_URL'];
	return {
		keys: url === undefined ? createLocalJWKSet(read('JWT_JWKS', 'a key set in JSON', JSON.parse)) : createRemoteJWKSet(read('JWT_JWKS_URL', 'a URL', (text) => new URL(text))),
		issuer: setting('JWT_ISSUER'),
		audience: setting('JWT_AUDIENCE'),
	};
}

function read<T>(name: string, what: string, from: (text: string) => T): T {
	const text = setting(name);
	try {
		return from(text);
	} catch {
		throw new Error(`${name} is not ${what}`);
	}
}

function setting(name: string): string {
	const value = process.env[name];
	if (value === undefined) throw new Error(`${name} is not set`);
	return value;
}

/** The push services of the browsers there are. */
const PUSH_HOSTS = 'fcm.googleapis.com *.push.services.mozilla.com *.notify.windows.com *.push.apple.com';

/** PUSH_CONTACT, without which no Web Push is sent, and PUSH_HOSTS. */
export function pushSettings(): PushSettings | undefined {
	if (process.env['PUSH_CONTACT'] === undefined) return undefined;
	const contact = read('PUSH_CONTACT', 'a mailto: or https: address', (text) => {
		if (!/^(mailto:|https:)$/.test(new URL(text).protocol)) throw new Error();
		return text;
	});
	return { contact, hosts: (process.env['PUSH_HOSTS'] ?? PUSH_HOSTS).split(/\s+/) };
}

/** WEBHOOK_URL and WEBHOOK_SECRET; neither: none are sent. */
export function webhookSettings(): WebhookSettings | undefined {
	if (process.env['WEBHOOK_URL'] === undefined) return undefined;
	const url = read('WEBHOOK_URL', 'a URL of http or https', (text) => {
		if (!/^https?:$/.test(new URL(text).protocol)) throw new Error();
		return text;
	});
	const secret = read('WEBHOOK_SECRET', 'whsec_ and 24 to 64 bytes in base64', (text) => {
		const key = Buffer.from(text.replace(/^whsec_/, ''), 'base64');
		if (!/^whsec_[\w+/]+=*$/.test(text) || key.length < 24 || key.length > 64) throw new Error();
		return key;
	});
	return { url, secret };
}
