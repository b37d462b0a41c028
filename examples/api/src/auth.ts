/** Who is calling: the subject of a JWT that we verify, and nothing else the request says. */
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';
import { createMiddleware } from 'hono/factory';
import type { Log } from './log.js';
import { Problem } from './problem.js';

export interface Principal {
	/** The person's id. */
	id: string;
	scopes: Set<string>;
}

export interface TokenRules {
	keys: JWTVerifyGetKey;
	issuer: string;
	audience: string;
}

/** The scope of those who run the service. */
export const OPERATOR = 'medsched:operate';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isPersonId(text: string): boolean {
	return UUID.test(text);
}

/** Variables that middleware sets for the handlers. */
export interface Env {
	Variables: {
		log?: Log;
		requestId: string;
		principal: Principal;
		/** The person whose doses they are: the caller, or one who granted the caller access. */
		personId: string;
		/** Who records, where that is not the person. */
		recordedBy: string | undefined;
	};
}

export function authenticate(rules: TokenRules) {
	return createMiddleware<Env>(async (c, next) => {
		const token = /^Bearer ([\w.~+/=-]+)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
		if (token === undefined) throw unauthorized('a bearer token is wanted');
		c.set('principal', await verify(token, rules));
		await next();
	});
}

async function verify(token: string, { keys, issuer, audience }: TokenRules): Promise<Principal> {
	const { payload } = await jwtVerify(token, keys, {
		issuer,
		audience,
		// Asymmetric ones only: the public key can never serve to sign.
		algorithms: ['ES256', 'ES384', 'EdDSA', 'RS256', 'PS256'],
		requiredClaims: ['exp', 'sub'],
	}).catch((thrown: unknown) => {
		if (thrown instanceof errors.JWTExpired) throw unauthorized('the token has expired');
		if (thrown instanceof errors.JWKSTimeout) throw new Problem(503, 'busy', 'the keys cannot be reached');
		if (thrown instanceof errors.JOSEError) throw unauthorized('the token is not valid');
		throw thrown;
	});
	if (payload.sub === undefined || !isPersonId(payload.sub)) throw unauthorized('the token names no person');
	const scope = payload['scope'];
	return { id: payload.sub.toLowerCase(), scopes: new Set(typeof scope === 'string' ? scope.split(' ') : []) };
}

function unauthorized(title: string): Problem {
	return new Problem(401, 'unauthorized', title, {}, { 'WWW-Authenticate': 'Bearer error="invalid_token"' });
}

/** For routes of those who run the service. */
export const operatorsOnly = createMiddleware<Env>(async (c, next) => {
	if (!c.get('principal').scopes.has(OPERATOR)) {
		throw new Problem(403, 'forbidden', `the scope ${OPERATOR} is wanted`);
	}
	await next();
});
