/** The API by both ways in, and tokens for it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { after, describe } from 'node:test';
import { serve } from '@hono/node-server';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import postgres from 'postgres';
import { createApp } from '../src/app.js';
import { openDatabase } from '../src/database.js';

const issuer = 'https://issuer.test';
const audience = 'medsched-test';
const { publicKey, privateKey } = await generateKeyPair('ES256');
export const publicJwk = { ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'test' };

process.env['JWT_JWKS'] = JSON.stringify({ keys: [publicJwk] });
process.env['JWT_ISSUER'] = issuer;
process.env['JWT_AUDIENCE'] = audience;
process.env['LOG'] = 'off';

export const tokens = { keys: createLocalJWKSet({ keys: [publicJwk] }), issuer, audience };

export function signed(claims: JWTPayload, key: Parameters<SignJWT['sign']>[0] = privateKey, alg = 'ES256'): Promise<string> {
	return new SignJWT({ iss: issuer, aud: audience, exp: Math.floor(Date.now() / 1000) + 600, ...claims })
		.setProtectedHeader({ alg, kid: 'test' })
		.sign(key);
}

export interface Answer {
	status: number;
	type: string;
	headers: Record<string, string>;
	body: any;
}

export interface Request {
	token?: string | undefined;
	/** Sent as JSON; a string as it is. */
	body?: unknown;
	headers?: Record<string, string>;
}

export type Call = (method: string, path: string, request?: Request) => Promise<Answer>;

function prepared({ token, body, headers }: Request) {
	return {
		headers: {
			...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
			...(body === undefined ? {} : { 'content-type': 'application/json' }),
			...headers,
		} as Record<string, string>,
		content: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
	};
}

function answer(status: number, headers: Record<string, string>, text: string): Answer {
	const type = (headers['content-type'] ?? '').split(';')[0]!;
	return { status, type, headers, body: /json$/.test(type) ? JSON.parse(text) : text };
}

/** A server listening on a port of this machine. */
export async function overHttp(): Promise<{ call: Call; url: string; close: () => Promise<void> }> {
	const { db, close } = openDatabase(3);
	const app = createApp({ db, tokens });
	const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
		const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, () => resolve(started));
	});
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return {
		url,
		async call(method, path, request = {}) {
			const { headers, content } = prepared(request);
			const response = await fetch(url + path, { method, headers, ...(content === undefined ? {} : { body: content }) });
			return answer(response.status, Object.fromEntries(response.headers), await response.text());
		},
		async close() {
			await new Promise((resolve) => server.close(resolve));
			await close();
		},
	};
}

/** The Lambda function, called with the events of API Gateway's HTTP APIs (payload format 2.0). */
async function asLambda(): Promise<{ call: Call; close: () => Promise<void> }> {
	const { handler } = await import('../src/lambda.js');
	return {
		async call(method, path, request = {}) {
			const { headers, content } = prepared(request);
			const [rawPath = '', rawQueryString = ''] = path.split('?');
			const event: APIGatewayProxyEventV2 = {
				version: '2.0',
				routeKey: '$default',
				rawPath,
				rawQueryString,
				headers: { host: 'api.example', ...headers },
				...(content === undefined ? {} : { body: Buffer.from(content).toString('base64') }),
				isBase64Encoded: content !== undefined,
				requestContext: {
					accountId: '123456789012',
					apiId: 'api',
					domainName: 'api.example',
					domainPrefix: 'api',
					http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
					requestId: randomUUID(),
					routeKey: '$default',
					stage: '$default',
					time: '01/Mar/2026:08:00:00 +0000',
					timeEpoch: 1772352000000,
				},
			};
			const result = (await handler(event as never, {} as Context)) as APIGatewayProxyStructuredResultV2;
			const resultHeaders = Object.fromEntries(Object.entries(result.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
			const text = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8').toString();
			return answer(result.statusCode ?? 0, resultHeaders, text);
		},
		// Lambda never says when it is over.
		async close() {},
	};
}

/** Whether an address is one of a path of the description. */
function matches(template: string, address: string): boolean {
	const [parts, given] = [template.split('/'), address.split('/')];
	return parts.length === given.length && parts.every((part, i) => part.startsWith('{') || part === given[i]);
}

/** Runs the tests over HTTP and as a Lambda function: every answer has a status that the description of its route has. */
export function byBothWays(name: string, tests: (call: Call) => void): void {
	for (const [way, open] of [['HTTP', overHttp], ['Lambda', asLambda]] as const) {
		describe(`${name}: ${way}`, () => {
			const opened = open();
			after(async () => (await opened).close());
			const documented = opened.then(({ call }) => call('GET', '/openapi.json')).then(({ body }) => body.paths as Record<string, Record<string, { responses: object }>>);
			tests(async (method, path, request) => {
				const answer = await (await opened).call(method, path, request);
				const [address = ''] = path.split('?');
				const [, methods] = Object.entries(await documented).find(([template]) => matches(template, address)) ?? [];
				const responses = methods?.[method.toLowerCase()]?.responses;
				if (responses) assert.ok(String(answer.status) in responses, `${method} ${path} answers ${answer.status}, which its description does not have: ${JSON.stringify(answer.body)}`);
				return answer;
			});
		});
	}
}

/** The database itself, past the API. */
export function directly() {
	return postgres({ max: 1, prepare: false, fetch_types: false, onnotice: () => {} });
}
