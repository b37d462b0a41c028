/** The API by both ways in, and tokens for it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { after, describe } from 'node:test';
import { serve } from '@hono/node-server';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import postgres from 'postgres';
import { createApp } from '../src/app.js';
import { openDatabase } from '../src/database.js';
import { pushSettings } from '../src/settings.js';

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
	const app = createApp({ db, tokens, push: pushSettings() });
	const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
		// A test may wait for its database for longer than the five seconds that a connection is kept by default.
		const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, serverOptions: { keepAliveTimeout: 75_000 } }, () => resolve(started));
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

/** What the API says of itself, and answers that are to be as it says. */
export class Description {
	readonly paths: Record<string, Record<string, Operation>>;
	readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

	constructor(readonly document: any) {
		this.paths = document.paths;
		addFormats.default(this.#ajv);
		this.#ajv.addFormat('decimal', /^-?\d+(\.\d+)?$/);
		this.#ajv.addFormat('date-time-local', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?$/);
		this.#ajv.addFormat('time-local', /^\d\d:\d\d:\d\d$/);
		this.#ajv.addSchema(closed(structuredClone(document)), 'api');
	}

	/** The path and the operation that answer to an address, if any. */
	operationAt(method: string, address: string): [path: string, operation: Operation | undefined] | undefined {
		const given = address.split('?')[0]!.split('/');
		const path = Object.keys(this.paths).find((template) => {
			const parts = template.split('/');
			return parts.length === given.length && parts.every((part, i) => part.startsWith('{') || part === given[i]);
		});
		return path === undefined ? undefined : [path, this.paths[path]![method.toLowerCase()]];
	}

	/** Holds an answer to what is said of it: its status, its type, and all that is in it. */
	check(method: string, address: string, answer: Answer): void {
		const [path, operation] = this.operationAt(method, address) ?? [];
		if (path === undefined || operation === undefined) return;
		const what = `${method} ${address} answers ${answer.status} ${answer.type}: ${JSON.stringify(answer.body)}`;
		const response = operation.responses[answer.status];
		assert.ok(response, `${what}, a status that its description does not have`);
		seen(operation.operationId).add(answer.status);
		if (response.content === undefined) return assert.equal(answer.body, '', what);
		assert.ok(answer.type in response.content, `${what}, a type that its description does not have`);
		const pointer = ['paths', path, method.toLowerCase(), 'responses', answer.status, 'content', answer.type, 'schema'];
		const validate = this.#ajv.getSchema(`api#/${pointer.map((key) => encodeURIComponent(String(key).replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`)!;
		assert.ok(validate(answer.body), `${what}, which its description does not allow: ${JSON.stringify(validate.errors?.map(({ instancePath, message, params }) => [instancePath, message, params]))}`);
	}
}

interface Operation {
	operationId: string;
	responses: Record<string, { content?: Record<string, object> }>;
}

const statuses = new Map<string, Set<number>>();

/** The statuses that an operation has answered with in the tests so far. */
export function seen(operationId: string): Set<number> {
	return statuses.get(operationId) ?? statuses.set(operationId, new Set()).get(operationId)!;
}

/** The same description, in which an object has no property but those that are described. */
function closed(document: any): any {
	const parts = new Set([...JSON.stringify(document).matchAll(/"allOf":\[\{"\$ref":"([^"]+)"/g)].map(([, of]) => of));
	const close = (part: any, pointer: string, isPart = parts.has(pointer)): void => {
		if (typeof part !== 'object' || part === null) return;
		for (const [key, value] of Object.entries<any>(part)) {
			if (key === 'allOf') for (const one of value) close(one, '', true);
			else close(value, `${pointer}/${key}`);
		}
		if (!isPart && (part.allOf || ([part.type].flat().includes('object') && part.properties))) part.unevaluatedProperties ??= part.additionalProperties ?? false;
	};
	close(document, '#');
	return document;
}

/** Runs the tests over HTTP and as a Lambda function, of which one will do at a proxy; every answer is as the description of its route says. */
export function byBothWays(name: string, tests: (call: Call) => void): void {
	const ways = [['HTTP', overHttp], ['Lambda', asLambda]] as const;
	for (const [way, open] of atProxy ? ways.slice(0, 1) : ways) {
		describe(`${name}: ${way}`, () => {
			const opened = open();
			after(async () => (await opened).close());
			const description = opened.then(({ call }) => call('GET', '/openapi.json')).then(({ body }) => new Description(body));
			tests(async (method, path, request) => {
				const answer = await (await opened).call(method, path, request);
				(await description).check(method, path, answer);
				return answer;
			});
		});
	}
}

/** The database itself, past the API. */
export function directly(where: { host?: string; port?: number; database?: string } = {}) {
	return postgres({ max: 1, prepare: false, fetch_types: false, onnotice: () => {}, ...where });
}

type Sql = ReturnType<typeof directly>;

const atProxy = process.env['MEDSCHED_SHARDS'] !== undefined;

/** medsched's tables: in that database, or on the shards behind the proxy that it is, of which MEDSCHED_SHARDS has the directories of the sockets. */
export function medschedTables() {
	const servers = process.env['MEDSCHED_SHARDS']?.split(' ').map((host) => directly({ host, port: 5432, database: 'medsched' })) ?? [directly()];
	return {
		/** The rows of all. */
		async rows(ask: (sql: Sql) => PromiseLike<readonly Record<string, unknown>[]>): Promise<Record<string, any>[]> {
			return (await Promise.all(servers.map(ask))).flatMap((rows) => rows.map((row) => ({ ...row })));
		},
		/** While nobody gets at the medications: work, which is given how many wait for them. */
		async whileLocked(work: (waiting: () => Promise<number>) => Promise<void>): Promise<void> {
			const held: Sql[] = [];
			const hold = async ([first, ...others]: Sql[]): Promise<void> => {
				if (first === undefined) {
					const waiting = (tx: Sql) => tx`select 1 from pg_locks where not granted and relation = 'medsched.medications'::regclass`;
					return await work(async () => (await Promise.all(held.map(waiting))).flat().length);
				}
				await first.begin(async (tx) => {
					await tx`lock table medsched.medications in access exclusive mode`;
					held.push(tx as unknown as Sql);
					await hold(others);
				});
			};
			await hold(servers);
		},
		async end(): Promise<void> {
			await Promise.all(servers.map((sql) => sql.end()));
		},
	};
}
