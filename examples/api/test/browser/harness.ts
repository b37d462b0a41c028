/** The page in a real browser, against the real API. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { directly, overHttp, signed } from '../harness.js';

const TIMEOUT = 15_000;

const LAUNCH = {
	executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
	args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
};

export const PHONE: BrowserContextOptions = {
	viewport: { width: 390, height: 844 },
	deviceScaleFactor: 2,
	hasTouch: true,
	isMobile: true,
	locale: 'en-GB',
	timezoneId: 'Europe/Berlin',
};
export const DESKTOP: BrowserContextOptions = { viewport: { width: 1280, height: 900 }, locale: 'en-GB', timezoneId: 'Europe/Berlin' };

export const sql = directly();
export const server = await overHttp();
let browser: Browser | undefined;
const contexts: BrowserContext[] = [];

/** What went wrong unseen, and who was asked for anything. */
export const complaints: string[] = [];
export const requested = new Set<string>();

after(async () => {
	for (const context of contexts) await context.close();
	await browser?.close();
	await server.close();
	await sql.end();
});

/** A device of its own: nothing is kept on it yet. */
export async function device(options: BrowserContextOptions = PHONE): Promise<BrowserContext> {
	browser ??= await chromium.launch(LAUNCH);
	return watched(await browser.newContext(options));
}

/** A device whose browser can be closed and opened again, with what it keeps in this directory. */
export async function deviceIn(profile: string, options: BrowserContextOptions = PHONE): Promise<BrowserContext> {
	return watched(await chromium.launchPersistentContext(profile, { ...LAUNCH, ...options }));
}

function watched(context: BrowserContext): BrowserContext {
	contexts.push(context);
	context.setDefaultTimeout(TIMEOUT);
	context.on('request', (request) => requested.add(new URL(request.url()).origin));
	context.on('weberror', (error) => complaints.push(String(error.error())));
	context.on('console', (message) => {
		// What a browser says of connections that fail is not the page's.
		if (message.type() === 'error' && !/Failed to load resource|net::ERR_/.test(message.text())) complaints.push(message.text());
	});
	context.on('dialog', (dialog) => {
		complaints.push(dialog.message());
		void dialog.dismiss();
	});
	return context;
}

export interface Person {
	id: string;
	token: string;
}

export async function person(): Promise<Person> {
	const id = randomUUID();
	return { id, token: await signed({ sub: id }) };
}

export async function prescribe({ token }: Person, name: string, schedule: object, more: object = {}): Promise<string> {
	const answer = await server.call('POST', '/v1/people/me/medications', {
		token,
		headers: { 'idempotency-key': randomUUID() },
		body: { name, ...more, schedules: [{ startsAt: '2026-01-01T00:00', timeZone: 'Europe/Berlin', ...schedule }] },
	});
	assert.equal(answer.status, 201, JSON.stringify(answer.body));
	return answer.body.schedules[0].scheduleId;
}

/** Twice a day, just after midnight: whenever the tests run, both times have come. */
export const metformin = (who: Person) => prescribe(who, 'Metformin', { rrule: 'FREQ=DAILY;BYHOUR=0;BYMINUTE=0,1', doseAmount: '500', doseUnit: 'mg', instructions: 'with a meal' });

export async function grant(from: Person, to: Person, personName: string): Promise<void> {
	const answer = await server.call('PUT', `/v1/me/caregivers/${to.id}`, { token: from.token, body: { personName } });
	assert.equal(answer.status, 204);
}

export async function open(context: BrowserContext, { token }: { token: string }): Promise<Page> {
	const page = await context.newPage();
	await page.goto(`${server.url}/#token=${token}`);
	await page.getByRole('button', { name: 'Log out' }).waitFor();
	return page;
}

/** What is recorded of a person, past the API. */
export async function recorded({ id }: Person): Promise<{ outcome: string; recordedBy: string | null; reason: string | null; takenAt: Date | null }[]> {
	return (await sql`select outcome, recorded_by, reason, taken_at from medsched.dose_taken where user_id = ${id} order by scheduled_for`).map((r) => ({
		outcome: r['outcome'],
		recordedBy: r['recorded_by'],
		reason: r['reason'],
		takenAt: r['taken_at'],
	}));
}

/** How often something was recorded and taken back. */
export async function changes({ id }: Person): Promise<string[]> {
	return (await sql`select operation from medsched.change_history where user_id = ${id} and table_name = 'dose_taken' order by changed_at`).map((r) => r['operation']);
}

/** A dose's row and what is in it, by its name: "Metformin 00:00". */
export function dose(page: Page, name: string): { row: Locator; take: Locator; taken: Locator; skip: Locator; otherTime: Locator; undo: Locator } {
	const [time = ''] = name.match(/\d\d:\d\d$/) ?? [];
	const row = page.locator('li.dose').filter({ hasText: time }).filter({ hasText: name.slice(0, -time.length).trim() });
	const button = (text: string) => page.getByRole('button', { name: text, exact: true });
	return {
		row,
		take: button(`Take ${name}`),
		taken: page.getByRole('button', { name: new RegExp(`^${name}: (taken|skipped)`) }),
		skip: button(`Skip ${name}`),
		otherTime: page.getByRole('button', { name: `Other time: Say when ${name} was taken` }),
		undo: button(`Undo ${name}`),
	};
}

/** Has nothing left to send. */
export async function settled(page: Page): Promise<void> {
	const waiting = () =>
		page.evaluate(
			() =>
				new Promise<number>((resolve) => {
					const opening = indexedDB.open('medsched');
					opening.onsuccess = () => {
						const reading = opening.result.transaction('outbox').objectStore('outbox').getAll();
						reading.onsuccess = () => {
							opening.result.close();
							resolve(reading.result.filter((entry) => entry.state === 'waiting').length);
						};
					};
				}),
		);
	for (let tries = 0; (await waiting()) > 0; tries++) {
		assert.ok(tries < 150, 'something is still not sent');
		await page.waitForTimeout(100);
	}
}

/** What axe finds wrong. */
export async function violations(page: Page): Promise<string[]> {
	await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
	return await page.evaluate(async () => {
		const { violations } = await (globalThis as any).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
		return violations.map((v: any) => `${v.id}: ${v.nodes.map((n: any) => n.html).join(' ')}`);
	});
}
