/** The page in a real browser, of a phone's size, against the real API. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { directly, overHttp, signed } from '../harness.js';

const TIMEOUT = 15_000;

const FLAGS = [
	'--headless',
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync',
];

describe('the page', { timeout: 120_000 }, () => {
	const [ada, ben] = [randomUUID(), randomUUID()];
	const sql = directly();
	let server: Awaited<ReturnType<typeof overHttp>>;
	let context: BrowserContext;
	let profile: string;
	let token: string;
	const complaints: string[] = [];
	const requested = new Set<string>();

	before(async () => {
		server = await overHttp();
		token = await signed({ sub: ada });
		const create = (as: string, name: string, hours: string, more: object = {}) =>
			server.call('POST', '/v1/people/me/medications', {
				token: as,
				headers: { 'idempotency-key': randomUUID() },
				body: { name, schedules: [{ startsAt: '2026-01-01T00:00', timeZone: 'Europe/Berlin', rrule: `FREQ=DAILY;BYHOUR=${hours}`, ...more }] },
			});
		for (const answer of [
			await create(token, 'levothyroxine', '6', { doseAmount: '75', doseUnit: 'microgram', instructions: '30 minutes before breakfast' }),
			await create(token, 'metformin', '8,18', { doseAmount: '500', doseUnit: 'mg', instructions: 'with a meal' }),
			await create(token, '<img src=x onerror=alert(1)>', '12'),
			await create(await signed({ sub: ben }), 'amoxicillin', '7', { doseAmount: '5', doseUnit: 'ml' }),
		]) {
			assert.equal(answer.status, 201);
		}
		const granted = await server.call('PUT', `/v1/me/caregivers/${ada}`, { token: await signed({ sub: ben }), body: { personName: 'Ben' } });
		assert.equal(granted.status, 204);

		profile = await mkdtemp(join(tmpdir(), 'medsched.'));
		context = await chromium.launchPersistentContext(profile, {
			executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
			args: FLAGS,
			viewport: { width: 390, height: 844 },
			deviceScaleFactor: 2,
			hasTouch: true,
			isMobile: true,
			locale: 'en-GB',
			timezoneId: 'Europe/Berlin',
		});
		context.setDefaultTimeout(TIMEOUT);
		context.on('request', (request) => requested.add(new URL(request.url()).origin));
		context.on('weberror', (error) => complaints.push(String(error.error())));
		context.on('dialog', (dialog) => {
			complaints.push(dialog.message());
			void dialog.dismiss();
		});
	});
	beforeEach(async () => {
		for (const page of context.pages().slice(1)) await page.close();
	});
	after(async () => {
		await context?.close();
		await rm(profile, { recursive: true, force: true });
		await server.close();
		await sql.end();
	});

	async function open(as = token): Promise<Page> {
		const page = await context.newPage();
		await page.goto(`${server.url}/#token=${as}`);
		return page;
	}

	const dose = (page: Page, name: string) => page.getByRole('checkbox', { name });
	const row = (page: Page, name: string) => page.getByRole('listitem').filter({ has: dose(page, name) });
	const isChecked = async (page: Page, name: string, wanted: boolean) =>
		dose(page, name).and(page.locator(`[aria-checked="${wanted}"]`)).waitFor();
	const recorded = async () => (await sql`select outcome, recorded_by from medsched.dose_taken where user_id in (${ada}, ${ben})`).map((r) => ({ ...r }));

	test('shows today’s doses in order, as text', async () => {
		const page = await open();
		await dose(page, 'metformin, 18:00').waitFor();
		assert.deepEqual(await page.locator('.time').allTextContents(), ['06:00', '08:00', '12:00', '18:00']);
		assert.deepEqual(await page.locator('.name').allTextContents(), ['levothyroxine', 'metformin', '<img src=x onerror=alert(1)>', 'metformin']);
		assert.equal(await row(page, 'metformin, 08:00').locator('.more').textContent(), '500 mg · with a meal');
		assert.equal(page.url(), `${server.url}/`, 'the token does not stay in the address');
	});

	test('fits a phone: no sideways scrolling, buttons to be hit with a thumb', async () => {
		const page = await open();
		await dose(page, 'metformin, 18:00').waitFor();
		assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
		for (const button of await page.getByRole('listitem').locator('button').all()) {
			const box = await button.boundingBox();
			assert.ok(box && box.height >= 44 && box.width >= 44, JSON.stringify(box));
		}
	});

	test('a dose ticked off is recorded, and another tab sees it', async () => {
		const page = await open();
		const other = await open();
		await isChecked(other, 'metformin, 08:00', false);
		await dose(page, 'metformin, 08:00').tap();
		await isChecked(page, 'metformin, 08:00', true);
		assert.deepEqual(await recorded(), [{ outcome: 'taken', recorded_by: null }]);
		await isChecked(other, 'metformin, 08:00', true);
		assert.equal(await row(other, 'metformin, 08:00').locator('.status').textContent(), 'taken');
		await page.reload();
		await isChecked(page, 'metformin, 08:00', true);
	});

	test('two taps at once record one dose', async () => {
		const [one, two] = [await open(), await open()];
		await dose(one, 'levothyroxine, 06:00').waitFor();
		await dose(two, 'levothyroxine, 06:00').waitFor();
		await Promise.all([dose(one, 'levothyroxine, 06:00').tap(), dose(two, 'levothyroxine, 06:00').tap()]);
		await isChecked(one, 'levothyroxine, 06:00', true);
		await isChecked(two, 'levothyroxine, 06:00', true);
		assert.equal((await recorded()).length, 2);
	});

	test('a dose is skipped, and that is taken back', async () => {
		const page = await open();
		await row(page, 'metformin, 18:00').getByRole('button', { name: 'Skip' }).tap();
		await row(page, 'metformin, 18:00').getByText('skipped').waitFor();
		assert.equal((await recorded()).filter((r) => r['outcome'] === 'skipped').length, 1);
		await row(page, 'metformin, 18:00').getByRole('button', { name: 'Undo' }).tap();
		await row(page, 'metformin, 18:00').getByRole('button', { name: 'Skip' }).waitFor();
		assert.equal((await recorded()).filter((r) => r['outcome'] === 'skipped').length, 0);
	});

	test('with the keyboard alone', async () => {
		const page = await open();
		await dose(page, 'metformin, 18:00').focus();
		await page.keyboard.press('Space');
		await isChecked(page, 'metformin, 18:00', true);
		await dose(page, 'metformin, 18:00').focus();
		await page.keyboard.press('Enter');
		await isChecked(page, 'metformin, 18:00', false);
	});

	test('a picture for the documentation', async () => {
		const page = await open();
		await isChecked(page, 'metformin, 08:00', true);
		// Not the name that is there to break the page, nor today's date.
		await sql`update medsched.medications set name = 'atorvastatin' where user_id = ${ada} and name like '<img%'`;
		await page.reload();
		await dose(page, 'atorvastatin, 12:00').waitFor();
		await page.evaluate(() => (document.getElementById('day')!.textContent = 'Monday 2 March'));
		for (const status of await page.locator('.status').all()) {
			if ((await status.textContent()) !== 'taken') await status.evaluate((s) => (s.textContent = ''));
		}
		const file = process.env['SCREENSHOT'];
		const picture = await page.screenshot({ ...(file === undefined ? {} : { path: file }), clip: { x: 0, y: 0, width: 390, height: 560 } });
		assert.ok(picture.length > 5000);
	});

	test('a caregiver ticks off for the person who granted it, in their own name', async () => {
		const page = await open();
		await page.getByRole('combobox').selectOption({ label: 'Ben' });
		await dose(page, 'amoxicillin, 07:00').tap();
		await isChecked(page, 'amoxicillin, 07:00', true);
		assert.ok((await recorded()).some((r) => r['recorded_by'] === ada));
		assert.equal(await page.getByText('metformin').count(), 0);
	});

	test('a token that has expired shows nobody’s doses, and signing in again does', async () => {
		const page = await open(await signed({ sub: ada, exp: Math.floor(Date.now() / 1000) + 3 }));
		await dose(page, 'metformin, 08:00').waitFor();
		await page.getByText('Your session has ended').waitFor();
		assert.equal(await page.getByRole('listitem').count(), 0);
		assert.equal(await page.evaluate(() => sessionStorage.getItem('token')), null);
		await page.getByLabel('Access token').fill(token);
		await page.getByRole('button', { name: 'Sign in' }).tap();
		await isChecked(page, 'metformin, 08:00', true);
	});

	test('a token that is none is refused', async () => {
		const page = await open('nonsense');
		await page.getByText('Your session has ended').waitFor();
		assert.equal(await page.getByRole('listitem').count(), 0);
	});

	test('without a connection it says so, and goes on when there is one', async () => {
		const page = await open();
		await dose(page, 'metformin, 18:00').waitFor();
		await context.setOffline(true);
		await dose(page, 'metformin, 18:00').tap();
		await page.getByText('No connection').waitFor();
		await isChecked(page, 'metformin, 18:00', false);
		await context.setOffline(false);
		await page.getByText('No connection').waitFor({ state: 'hidden' });
		await isChecked(page, 'metformin, 18:00', false);
	});

	test('nothing went wrong unseen, and nothing was asked elsewhere', () => {
		assert.deepEqual(complaints, []);
		assert.deepEqual([...requested], [server.url]);
	});
});
