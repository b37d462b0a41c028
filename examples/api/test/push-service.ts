/** A push service on this machine, and the browsers that subscribed there. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createDecipheriv, createECDH, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { importJWK, jwtVerify } from 'jose';

export const CONTACT = 'mailto:operator@example.org';

export interface Received {
	headers: IncomingHttpHeaders;
	/** As its device reads it. */
	content: any;
}

/** A browser, and what came for it. */
export interface Device {
	subscription: { endpoint: string; keys: { p256dh: string; auth: string } };
	received: Received[];
	/** What the service answers to each message in turn; then 201. */
	answers: { status: number; headers?: Record<string, string>; afterMs?: number }[];
}

export async function pushService() {
	const directory = mkdtempSync(join(tmpdir(), 'medsched-push-'));
	const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
	execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=push', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
	const certificate = readFileSync(cert);
	const browsers = new Map<string, { device: Device; open: (body: Buffer) => string }>();
	const errors: unknown[] = [];

	const server = createServer({ key: readFileSync(key), cert: certificate }, async (request, response) => {
		const parts: Buffer[] = [];
		for await (const part of request) parts.push(part as Buffer);
		const browser = browsers.get(request.url!);
		if (request.method !== 'POST' || browser === undefined) return response.writeHead(404).end();
		try {
			await isFromServer(request.headers, url);
			browser.device.received.push({ headers: request.headers, content: JSON.parse(browser.open(Buffer.concat(parts))) });
		} catch (error) {
			errors.push(error);
			return response.writeHead(400).end();
		}
		const { status = 201, headers = {}, afterMs = 0 } = browser.device.answers.shift() ?? {};
		setTimeout(() => response.writeHead(status, headers).end(), afterMs);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;

	return {
		url,
		/** Where its certificate is. */
		cert,
		/** What was wrong with messages. */
		errors,
		settings: { contact: CONTACT, hosts: ['127.0.0.1'], agent: new Agent({ ca: certificate }) },
		device(): Device {
			const keys = createECDH('prime256v1');
			const mine = keys.generateKeys();
			const auth = randomBytes(16);
			const path = `/${randomUUID()}`;
			const device: Device = { subscription: { endpoint: url + path, keys: { p256dh: mine.toString('base64url'), auth: auth.toString('base64url') } }, received: [], answers: [] };
			browsers.set(path, { device, open: (body) => decrypted(body, keys, mine, auth) });
			return device;
		},
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			rmSync(directory, { recursive: true });
			assert.deepEqual(errors, []);
		},
	};
}

/** RFC 8292: signed with the key that the header has, for this service, for a day at most. */
async function isFromServer(headers: IncomingHttpHeaders, origin: string): Promise<void> {
	const [, token, key] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(headers.authorization ?? '') ?? assert.fail(headers.authorization);
	const point = Buffer.from(key!, 'base64url');
	const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
	const { payload } = await jwtVerify(token!, await importJWK(jwk, 'ES256'), { audience: origin, subject: CONTACT });
	assert.ok(payload.exp! < Date.now() / 1000 + 86_400);
}

/** RFC 8291, of one record of RFC 8188. */
function decrypted(body: Buffer, keys: ReturnType<typeof createECDH>, mine: Buffer, auth: Buffer): string {
	const [salt, theirs] = [body.subarray(0, 16), body.subarray(21, 21 + body[20]!)];
	const derive = (secret: Buffer, salted: Buffer, info: (string | Buffer)[], length: number) => Buffer.from(hkdfSync('sha256', secret, salted, Buffer.concat(info.map((part) => Buffer.from(part as string))), length));
	const secret = derive(keys.computeSecret(theirs), auth, ['WebPush: info\0', mine, theirs], 32);
	const sealed = body.subarray(21 + theirs.length);
	const decipher = createDecipheriv('aes-128-gcm', derive(secret, salt, ['Content-Encoding: aes128gcm\0'], 16), derive(secret, salt, ['Content-Encoding: nonce\0'], 12));
	decipher.setAuthTag(sealed.subarray(-16));
	const padded = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
	const end = padded.lastIndexOf(2);
	assert.ok(padded.subarray(end + 1).every((byte) => byte === 0));
	return padded.subarray(0, end).toString();
}
