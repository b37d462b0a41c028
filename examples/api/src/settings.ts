/** What the environment says of tokens: whose they are, and the keys to verify them with. */
import { createLocalJWKSet, createRemoteJWKSet } from 'jose';
import type { TokenRules } from './auth.js';

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
