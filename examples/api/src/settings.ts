/** What the environment says of tokens: whose they are, and the keys to verify them with. */
import { createLocalJWKSet, createRemoteJWKSet } from 'jose';
import type { TokenRules } from './auth.js';

/** JWT_ISSUER, JWT_AUDIENCE, and JWT_JWKS_URL or the key set itself in JWT_JWKS. */
export function tokenRules(): TokenRules {
	const url = process.env['JWT_JWKS_URL'];
	return {
		keys: url === undefined ? createLocalJWKSet(JSON.parse(setting('JWT_JWKS'))) : createRemoteJWKSet(new URL(url)),
		issuer: setting('JWT_ISSUER'),
		audience: setting('JWT_AUDIENCE'),
	};
}

function setting(name: string): string {
	const value = process.env[name];
	if (value === undefined) throw new Error(`${name} is not set`);
	return value;
}
