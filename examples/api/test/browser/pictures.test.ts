/** Pictures for the documentation, of a day that is always the same; PICTURES is the folder they are saved in. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { complaints, DESKTOP, device, dose, grant, person, PHONE, prescribe, server, type Person } from './harness.js';

const NOW = Date.parse('2026-03-02T17:05:00Z');

async function ada(): Promise<Person & { ibuprofen: string }> {
	const [who, ben] = [await person(), await person()];
	await prescribe(who, 'Levothyroxine', { rrule: 'FREQ=DAILY;BYHOUR=6', doseAmount: '75', doseUnit: 'microgram', instructions: '30 minutes before breakfast' });
	await prescribe(who, 'Metformin', { rrule: 'FREQ=DAILY;BYHOUR=8,18', doseAmount: '500', doseUnit: 'mg', instructions: 'with a meal' });
	await prescribe(who, 'Melatonin', { rrule: 'FREQ=DAILY;BYHOUR=4', timeZone: 'Asia/Tokyo', doseAmount: '2', doseUnit: 'mg' });
	await prescribe(who, 'Panadol', { asNeeded: true, doseAmount: '2', doseUnit: 'tablets' }, { substance: 'paracetamol', substanceAmount: '500', substanceUnit: 'mg' });
	const ibuprofen = await prescribe(who, 'Ibuprofen', { asNeeded: true, doseAmount: '400', doseUnit: 'mg', minInterval: '6 hours' });
	await server.call('PUT', '/v1/people/me/substances/paracetamol/limits', { token: who.token, body: { limits: [{ amount: '4000', within: '24 hours' }], unit: 'mg' } });
	await grant(ben, who, 'Ben');
	// The days before: all but a few are taken.
	const [from, to] = [new Date(NOW - 14 * 86_400_000), new Date(NOW - 3_600_000)];
	const past = await server.call('GET', `/v1/people/me/doses?from=${from.toISOString()}&to=${to.toISOString()}`, { token: who.token });
	for (const [n, { scheduleId, scheduledFor }] of past.body.entries()) {
		if (n % 9 === 5) continue;
		const outcome = n % 13 === 8 ? { outcome: 'skipped' } : { outcome: 'taken', takenAt: new Date(Date.parse(scheduledFor) + 300_000).toISOString() };
		await server.call('POST', '/v1/people/me/reports', { token: who.token, body: [{ scheduleId, scheduledFor, ...outcome }] });
	}
	return { ...who, ibuprofen };
}

/** The page on that day: the server knows today's clock only, so what it says of now is put right. */
async function openThen(who: Awaited<ReturnType<typeof ada>>, options: BrowserContextOptions): Promise<Page> {
	const context = await device({ ...options, serviceWorkers: 'block', deviceScaleFactor: 1 });
	const page = await context.newPage();
	await page.clock.setFixedTime(NOW);
	// Nor is the device's clock said to be wrong.
	await page.addInitScript(() => {
		const { get } = Headers.prototype;
		Headers.prototype.get = function (name) {
			return name === 'Date' ? null : get.call(this, name);
		};
	});
	await page.route('**/doses?*', async (route) => {
		const response = await route.fetch();
		const doses = (await response.json()) as { status: string; scheduledFor: string }[];
		const then = (d: { status: string; scheduledFor: string }) => (d.status !== 'missed' || Date.parse(d.scheduledFor) < NOW - 3_600_000 ? d.status : Date.parse(d.scheduledFor) <= NOW ? 'due' : 'upcoming');
		await route.fulfill({ response, json: doses.map((d) => ({ ...d, status: then(d) })) });
	});
	await page.route('**/adherence/days?*', async (route) => {
		const response = await route.fetch();
		const days = (await response.json()) as { day: string; missed: number }[];
		await route.fulfill({ response, json: days.map((d) => (d.day === '2026-03-02' ? { ...d, missed: 0 } : d)) });
	});
	await page.route('**/next-allowed', (route) => route.fulfill({ json: { allowedAt: new Date(NOW + (route.request().url().includes(who.ibuprofen) ? 9_000_000 : 0)).toISOString() } }));
	await page.route('**/allowance', async (route) => {
		const response = await route.fetch();
		await route.fulfill({ response, json: { ...(await response.json()), allowedAt: new Date(NOW).toISOString() } });
	});
	await page.goto(`${server.url}/#token=${who.token}`);
	await dose(page, 'Metformin 18:00').row.waitFor();
	return page;
}

describe('pictures', { timeout: 120_000 }, () => {
	const save = async (page: Page, name: string, fullPage = true) => {
		const folder = process.env['PICTURES'];
		const picture = await page.screenshot({ fullPage, animations: 'disabled', ...(folder === undefined ? {} : { path: join(folder, `${name}.png`) }) });
		assert.ok(picture.length > 5000);
	};

	test('of each state', async () => {
		const who = await ada();
		const desktop = await openThen(who, { ...DESKTOP, viewport: { width: 900, height: 700 }, colorScheme: 'dark' });
		await save(desktop, 'doses-dark');

		const page = await openThen(who, PHONE);
		await save(page, 'todays-doses');
		// Not by a tap, of which the browser would leave a trace in the picture.
		const press = (target: Locator) => target.evaluate((each: HTMLElement) => each.click());
		await press(dose(page, 'Metformin 18:00').skip);
		await save(page, 'dose-skipped', false);
		await page.keyboard.press('Escape');
		await press(page.getByText('The last 14 days'));
		await page.getByRole('table').waitFor();
		await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
		await save(page, 'doses-by-day', false);
		await press(page.getByText('The last 14 days'));
		await page.context().setOffline(true);
		await press(dose(page, 'Metformin 18:00').take);
		await page.getByText('not sent yet').first().waitFor();
		await page.evaluate(() => (document.activeElement as HTMLElement).blur());
		await save(page, 'doses-not-sent');
		assert.deepEqual(complaints, []);
	});
});
