/** The ways to the database: with TLS by a certificate of one's own, with tokens of AWS IAM for a password, and with timeouts. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import postgres from 'postgres';
import { connectionSettings } from '../src/connection.js';
import { openDatabase } from '../src/database.js';
import { authToken } from '../src/iam.js';
import { medschedTables, overHttp, signed } from './harness.js';

const credentials = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', AWS_SESSION_TOKEN: 'session/token=' };
const database = process.env['PGDATABASE'] ?? userInfo().username;
const user = process.env['PGUSER'] ?? userInfo().username;

/** Whether a password is a token that RDS would take now: a request for rds-db:connect, signed by Signature Version 4. */
function isToken(password: string, hostname: string, port: number, username: string): boolean {
	const url = new URL(`https://${password}`);
	const given = url.searchParams;
	const [key, day, region, service, end] = (given.get('X-Amz-Credential') ?? '').split('/');
	const date = given.get('X-Amz-Date') ?? '';
	const made = Date.parse(date.replace(/^(....)(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
	if (url.host !== `${hostname}:${port}` || given.get('Action') !== 'connect' || given.get('DBUser') !== username) return false;
	if (key !== credentials.AWS_ACCESS_KEY_ID || region !== credentials.AWS_REGION || service !== 'rds-db' || end !== 'aws4_request') return false;
	if (given.get('X-Amz-Security-Token') !== credentials.AWS_SESSION_TOKEN || !(Date.now() < made + Number(given.get('X-Amz-Expires')) * 1000)) return false;
	const encode = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
	const query = [...given].filter(([name]) => name !== 'X-Amz-Signature').map(([name, value]) => `${encode(name)}=${encode(value)}`).sort().join('&');
	const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
	const request = ['GET', '/', query, `host:${url.host}`, '', 'host', sha256('')].join('\n');
	const toSign = ['AWS4-HMAC-SHA256', date, [day, region, service, end].join('/'), sha256(request)].join('\n');
	const hmac = (secret: string | Buffer, text: string) => createHmac('sha256', secret).update(text).digest();
	const signing = [day!, region, service, end].reduce<string | Buffer>((secret, text) => hmac(secret, text), `AWS4${credentials.AWS_SECRET_ACCESS_KEY}`);
	return hmac(signing, toSign).toString('hex') === given.get('X-Amz-Signature');
}

/** A message of the protocol: for a client's first there is no type. */
async function message(socket: Socket, hasType: boolean): Promise<{ whole: Buffer; content: Buffer }> {
	const header = hasType ? 5 : 4;
	let whole = Buffer.alloc(0);
	for (;;) {
		const length = whole.length < header ? Infinity : whole.readInt32BE(header - 4) + header - 4;
		if (whole.length >= length) {
			if (whole.length > length) socket.unshift(whole.subarray(length));
			return { whole: whole.subarray(0, length), content: whole.subarray(header, length) };
		}
		if (socket.readableLength === 0) await once(socket, 'readable');
		whole = Buffer.concat([whole, (socket.read() as Buffer | null) ?? Buffer.alloc(0)]);
	}
}

function refuse(socket: Socket, code: string, text: string): void {
	const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${text}\0\0`);
	const head = Buffer.alloc(5);
	head.write('E');
	head.writeInt32BE(fields.length + 4, 1);
	socket.end(Buffer.concat([head, fields]));
}

describe('as RDS wants it', { timeout: 60_000 }, () => {
	const directory = mkdtempSync(join(tmpdir(), 'medsched-tls-'));
	const [key, ca] = [join(directory, 'key.pem'), join(directory, 'ca.pem')];
	const passwords: string[] = [];
	let port: number;

	/** What stands before the server: it speaks TLS only, and lets in who has a token. */
	const rds = createServer((socket) => {
		socket.on('error', () => {});
		void admit(socket).catch(() => socket.destroy());
	});

	async function admit(plain: Socket): Promise<void> {
		const { content } = await message(plain, false);
		if (content.readInt32BE() !== 80877103) return refuse(plain, '28000', 'no pg_hba.conf entry for host, no encryption');
		plain.write('S');
		const socket = new TLSSocket(plain, { isServer: true, key: readFileSync(key), cert: readFileSync(ca) });
		socket.on('error', () => {});
		const startup = await message(socket, false);
		socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
		const password = (await message(socket, true)).content.toString().replace(/\0$/, '');
		passwords.push(password);
		if (!isToken(password, 'localhost', port, user)) return refuse(socket, '28P01', 'PAM authentication failed');
		const server = connect(join(process.env['PGHOST'] ?? '/var/run/postgresql', `.s.PGSQL.${process.env['PGPORT'] ?? 5432}`));
		server.on('error', () => socket.destroy());
		socket.on('close', () => server.destroy());
		server.write(startup.whole);
		server.pipe(socket);
		socket.pipe(server);
	}

	const earlier = { ...process.env };
	before(async () => {
		execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-keyout', key, '-out', ca, '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'], { stdio: 'ignore' });
		rds.listen(0, '127.0.0.1');
		await once(rds, 'listening');
		port = (rds.address() as AddressInfo).port;
		Object.assign(process.env, credentials);
	});
	after(async () => {
		process.env = earlier;
		rds.close();
		rmSync(directory, { recursive: true });
	});

	async function ask(env: Record<string, string>): Promise<unknown> {
		const pool = new pg.Pool({ ...connectionSettings(env), max: 1 });
		return pool.query('select current_database() as name').then(({ rows }) => rows[0].name).finally(() => pool.end());
	}
	const url = () => `postgres://${encodeURIComponent(user)}@localhost:${port}/${database}`;

	test('by address, by its parts, and through the API', async () => {
		assert.equal(await ask({ DATABASE_URL: url(), DATABASE_CA: ca, DATABASE_IAM: 'on' }), database);
		assert.equal(await ask({ PGHOST: 'localhost', PGPORT: String(port), PGUSER: user, PGDATABASE: database, DATABASE_CA: ca, DATABASE_IAM: 'on' }), database);
		Object.assign(process.env, { DATABASE_URL: url(), DATABASE_CA: ca, DATABASE_IAM: 'on' });
		const { db, close } = openDatabase(1);
		for (const name of ['DATABASE_URL', 'DATABASE_CA', 'DATABASE_IAM']) delete process.env[name];
		const { rows } = await db.execute(sql`select count(*)::int as n from care.answers where false`).finally(close);
		assert.deepEqual(rows, [{ n: 0 }]);
	});

	test('each connection has a token of its own, made when it connects', async () => {
		const before = passwords.length;
		const pool = new pg.Pool({ ...connectionSettings({ DATABASE_URL: url(), DATABASE_CA: ca, DATABASE_IAM: 'on' }), max: 2 });
		const clients = [await pool.connect()];
		await new Promise((resolve) => setTimeout(resolve, 1100));
		clients.push(await pool.connect());
		for (const client of clients) client.release();
		await pool.end();
		assert.equal(new Set(passwords.slice(before)).size, 2);
	});

	test('with postgres.js', async () => {
		const where = { hostname: 'localhost', port, username: user };
		const client = postgres({ host: where.hostname, port, user, database, ssl: { ca: readFileSync(ca, 'utf8') }, password: () => authToken(where), max: 1, prepare: false, fetch_types: false });
		const rows = await client`select current_database() as name`;
		await client.end();
		assert.equal(rows[0]!['name'], database);
	});

	test('a token for another user, a password, another authority, no TLS: refused', async () => {
		await assert.rejects(ask({ DATABASE_URL: `postgres://somebody@localhost:${port}/${database}`, DATABASE_CA: ca, DATABASE_IAM: 'on' }), { code: '28P01' });
		await assert.rejects(ask({ DATABASE_URL: url().replace('@', ':secret@'), DATABASE_CA: ca }), { code: '28P01' });
		await assert.rejects(ask({ DATABASE_URL: url(), DATABASE_IAM: 'on' }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
		await assert.rejects(ask({ DATABASE_URL: url().replace('localhost', '127.0.0.1'), DATABASE_CA: ca, DATABASE_IAM: 'on' }), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
		await assert.rejects(ask({ DATABASE_URL: url() }), { code: '28000' });
		assert.throws(() => connectionSettings({ DATABASE_IAM: 'on' }), { message: 'DATABASE_IAM needs DATABASE_URL, or PGHOST and PGUSER' });
		assert.throws(() => connectionSettings({ DATABASE_CA: join(directory, 'none.pem') }), { code: 'ENOENT' });
	});
});

describe('what takes too long', { timeout: 60_000 }, () => {
	const tables = medschedTables();
	after(() => tables.end());

	for (const [setting, code] of [['statement_timeout', '57014'], ['lock_timeout', '55P03']] as const) {
		test(`is ended by ${setting}, and answered with 503`, async () => {
			process.env['PGOPTIONS'] = `-c ${setting}=300`;
			const { call, close } = await overHttp();
			const token = await signed({ sub: randomUUID() });
			await tables.whileLocked(async () => {
				const answer = await call('GET', '/v1/people/me/medications', { token });
				assert.deepEqual([answer.status, answer.body.type, answer.headers['retry-after']], [503, 'urn:medsched:busy', '1'], code);
			});
			assert.equal((await call('GET', '/v1/people/me/medications', { token })).status, 200);
			await close();
			delete process.env['PGOPTIONS'];
		});
	}
});
