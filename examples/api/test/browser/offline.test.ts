/** The page without a connection: nothing that was tapped is lost, and nobody else sees it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { changes, complaints, device, deviceIn, dose, grant, metformin, open, person, recorded, requested, server, settled, type Person } from './harness.js';

/** Has the page's files kept, so that it opens without a connection. */
async function ready(page: Page): Promise<void> {
	await page.evaluate(async () => {
		await navigator.serviceWorker.ready;
	});
}

describe('the page without a connection', { timeout: 240_000 }, () => {
	async function withMetformin(context?: BrowserContext): Promise<{ who: Person; page: Page; context: BrowserContext }> {
		context ??= await device();
		const who = await person();
		await metformin(who);
		const page = await open(context, who);
		await dose(page, 'Metformin 00:00').row.waitFor();
		await ready(page);
		return { who, page, context };
	}

	test('what is tapped is kept, shown as waiting, survives a reload, and is sent once', async () => {
		const { who, page, context } = await withMetformin();
		await context.setOffline(true);
		await dose(page, 'Metformin 00:00').take.tap();
		await dose(page, 'Metformin 00:00').row.getByText('not sent yet').waitFor();
		await page.getByText('No connection').waitFor();
		await page.reload();
		await dose(page, 'Metformin 00:00').row.getByText('not sent yet').waitFor();
		await page.getByText('1 entry is not sent yet').tap();
		await page.getByText(/^Metformin 00:00: taken \d\d:\d\d, entered/).waitFor();
		assert.deepEqual(await recorded(who), []);
		await context.setOffline(false);
		await page.getByText('No connection').waitFor({ state: 'hidden' });
		await page.getByText('not sent yet').first().waitFor({ state: 'hidden' });
		await dose(page, 'Metformin 00:00').taken.waitFor();
		assert.deepEqual(await changes(who), ['INSERT']);
		await context.close();
	});

	test('it survives the end of the browser', async () => {
		const profile = await mkdtemp(join(tmpdir(), 'medsched.'));
		const { who, page, context } = await withMetformin(await deviceIn(profile));
		await context.setOffline(true);
		await dose(page, 'Metformin 00:01').take.tap();
		await dose(page, 'Metformin 00:01').row.getByText('not sent yet').waitFor();
		const tapped = Date.now();
		await context.close();
		const again = await deviceIn(profile);
		const reopened = await again.newPage();
		await reopened.goto(server.url);
		await dose(reopened, 'Metformin 00:01').taken.waitFor();
		await settled(reopened);
		const records = await recorded(who);
		assert.equal(records.length, 1);
		assert.ok(records[0]!.takenAt!.getTime() <= tapped, 'at the time of the tap, not of the sending');
		await again.close();
		await rm(profile, { recursive: true, force: true });
	});

	test('a page that is closed leaves it to the service worker', async () => {
		const { who, page, context } = await withMetformin();
		// The page's own attempts fail, and then it is gone; the service worker's do not.
		await page.route('**/reports', (route) => route.abort());
		await dose(page, 'Metformin 00:00').take.tap();
		await dose(page, 'Metformin 00:00').row.waitFor();
		await page.goto(`${server.url}/openapi.json`);
		const session = await context.newCDPSession(page);
		const registered = new Promise<string>((resolve) =>
			session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && resolve(registrations[0].registrationId)),
		);
		await session.send('ServiceWorker.enable');
		await session.send('ServiceWorker.dispatchSyncEvent', { origin: server.url, registrationId: await registered, tag: 'outbox', lastChance: false });
		for (let tries = 0; (await recorded(who)).length === 0 && tries < 50; tries++) await page.waitForTimeout(100);
		assert.deepEqual(await changes(who), ['INSERT']);
		await context.close();
	});

	test('an answer that was lost on the way: sent again, it has no effect again', async () => {
		const { who, page, context } = await withMetformin();
		let attempts = 0;
		await context.route('**/reports', async (route) => {
			attempts++;
			if (attempts > 1) return route.continue();
			await route.fetch();
			await route.abort();
		});
		await context.addInitScript(() => delete (ServiceWorkerRegistration.prototype as any).sync);
		await page.reload();
		await dose(page, 'Metformin 00:00').take.tap();
		await page.getByText('No connection').waitFor();
		assert.equal((await recorded(who)).length, 1);
		// Meanwhile it is taken back on another device. What is sent again must not record it anew.
		const doses = await server.call('GET', `/v1/people/me/doses?from=${new Date(Date.now() - 86_400_000).toISOString()}&to=${new Date(Date.now() + 86_400_000).toISOString()}`, { token: who.token });
		const { doseId } = doses.body.find((d: any) => d.status === 'taken');
		assert.equal((await server.call('DELETE', `/v1/people/me/doses/${encodeURIComponent(doseId)}/record`, { token: who.token })).status, 200);
		await page.evaluate(() => dispatchEvent(new Event('online')));
		await page.getByText('No connection').waitFor({ state: 'hidden' });
		await dose(page, 'Metformin 00:00').take.waitFor();
		assert.equal(attempts, 2);
		assert.deepEqual(await changes(who), ['INSERT', 'DELETE']);
		await context.close();
	});

	test('taken back offline: one’s own record goes, and that of somebody who was faster stays', async () => {
		const { who, page, context } = await withMetformin();
		const carer = await person();
		await grant(who, carer, 'Ada');
		await context.setOffline(true);
		for (const name of ['Metformin 00:00', 'Metformin 00:01']) {
			await dose(page, name).take.tap();
			await dose(page, name).undo.tap();
			await dose(page, name).take.waitFor();
		}
		const day = await page.evaluate(() => new Date(new Date().setHours(0, 0, 0, 0)).toISOString());
		const doses = await server.call('GET', `/v1/people/${who.id}/doses?from=${day}&to=${new Date(Date.parse(day) + 86_400_000).toISOString()}`, { token: carer.token });
		const second = doses.body.find((d: any) => d.localTime.endsWith('00:01:00'));
		assert.equal((await server.call('PUT', `/v1/people/${who.id}/doses/${encodeURIComponent(second.doseId)}/taken`, { token: carer.token, body: {} })).status, 200);
		await context.setOffline(false);
		await dose(page, 'Metformin 00:01').taken.waitFor();
		await settled(page);
		assert.deepEqual((await recorded(who)).map((r) => [r.outcome, r.recordedBy]), [['taken', carer.id]]);
		await dose(page, 'Metformin 00:00').take.waitFor();
		await context.close();
	});

	test('what is refused is said, kept until it was seen, and keeps nothing else back', async () => {
		const { who, page, context } = await withMetformin();
		await context.setOffline(true);
		await dose(page, 'Metformin 00:00').take.tap();
		await dose(page, 'Metformin 00:01').take.tap();
		// The first is skipped on another device meanwhile.
		const day = await page.evaluate(() => new Date(new Date().setHours(0, 0, 0, 0)).toISOString());
		const doses = await server.call('GET', `/v1/people/me/doses?from=${day}&to=${new Date(Date.parse(day) + 86_400_000).toISOString()}`, { token: who.token });
		assert.equal((await server.call('PUT', `/v1/people/me/doses/${encodeURIComponent(doses.body[0].doseId)}/skipped`, { token: who.token, body: { reason: 'fasting' } })).status, 200);
		await context.setOffline(false);
		const refusal = page.getByRole('region', { name: 'Not recorded: Metformin 00:00' });
		await refusal.waitFor();
		assert.match((await refusal.textContent())!, /skipped/);
		await dose(page, 'Metformin 00:01').taken.waitFor();
		await settled(page);
		assert.deepEqual((await recorded(who)).map((r) => r.outcome), ['skipped', 'taken']);
		await page.reload();
		await refusal.getByRole('button', { name: 'I have seen this' }).tap();
		await refusal.waitFor({ state: 'hidden' });
		await page.reload();
		await dose(page, 'Metformin 00:01').taken.waitFor();
		assert.equal(await refusal.count(), 0);
		await context.close();
	});

	test('a server in trouble, and a portal that answers for it, lose nothing', async () => {
		const { who, page, context } = await withMetformin();
		await context.addInitScript(() => delete (ServiceWorkerRegistration.prototype as any).sync);
		await page.reload();
		await context.route('**/reports', (route) => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"type":"urn:medsched:busy","title":"busy"}' }));
		await dose(page, 'Metformin 00:00').take.tap();
		await page.getByText('The server has a problem').waitFor();
		await context.unrouteAll();
		await context.route('**/reports', (route) => route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Welcome to our network</h1>' }));
		await page.evaluate(() => dispatchEvent(new Event('online')));
		await page.getByText('No connection').waitFor();
		await dose(page, 'Metformin 00:00').row.getByText('not sent yet').waitFor();
		assert.deepEqual(await recorded(who), []);
		await context.unrouteAll();
		await page.evaluate(() => dispatchEvent(new Event('online')));
		await dose(page, 'Metformin 00:00').row.getByText('not sent yet').waitFor({ state: 'hidden' });
		assert.deepEqual(await changes(who), ['INSERT']);
		await context.close();
	});

	test('a slow connection: the tick is there at once, and the dose once', async () => {
		const { who, page, context } = await withMetformin();
		const session = await context.newCDPSession(page);
		await session.send('Network.enable');
		await session.send('Network.emulateNetworkConditions', { offline: false, latency: 2000, downloadThroughput: 5000, uploadThroughput: 5000 });
		await dose(page, 'Metformin 00:00').take.tap();
		await dose(page, 'Metformin 00:00').taken.waitFor({ timeout: 1000 });
		await dose(page, 'Metformin 00:00').row.getByText('not sent yet').waitFor();
		await settled(page);
		await dose(page, 'Metformin 00:00').row.getByText('not sent yet').waitFor({ state: 'hidden' });
		assert.deepEqual(await changes(who), ['INSERT']);
		await context.close();
	});

	test('as needed: while something is not sent, nothing is said to be allowed', async () => {
		const { who, page, context } = await withMetformin();
		const created = await server.call('POST', '/v1/people/me/medications', {
			token: who.token,
			headers: { 'idempotency-key': `as-needed-${who.id}` },
			body: { name: 'Ibuprofen', schedules: [{ startsAt: '2026-01-01T00:00', timeZone: 'Europe/Berlin', asNeeded: true, doseAmount: '400', doseUnit: 'mg', minInterval: '6 hours' }] },
		});
		assert.equal(created.status, 201);
		await page.reload();
		const ibuprofen = page.locator('.as-needed li');
		await ibuprofen.getByText('allowed now').waitFor();
		await context.setOffline(true);
		await page.getByRole('button', { name: 'Take Ibuprofen' }).tap();
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Record as taken' }).tap();
		await ibuprofen.getByText('not known before all is sent').waitFor();
		assert.equal(await ibuprofen.getByText('allowed now').count(), 0);
		await page.locator('li.dose').filter({ hasText: 'Ibuprofen' }).getByText('not sent yet').waitFor();
		await context.setOffline(false);
		await ibuprofen.getByText('next allowed').waitFor();
		assert.equal((await recorded(who)).length, 1);
		await context.close();
	});

	test('log-out with something that is not sent: kept, it is its owner’s alone', async () => {
		const { who, page, context } = await withMetformin();
		const next = await person();
		await context.setOffline(true);
		await dose(page, 'Metformin 00:00').take.tap();
		await dose(page, 'Metformin 00:00').row.getByText('not sent yet').waitFor();
		await page.getByRole('button', { name: 'Log out' }).tap();
		await page.getByText('1 entry is not recorded yet.').waitFor();
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Stay signed in' }).tap();
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Log out' }).tap();
		await page.getByText('1 entry is not recorded yet.').waitFor();
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Log out and keep' }).tap();
		await page.getByText('Please sign in.').waitFor();
		assert.equal(await page.getByText('Metformin').count(), 0);
		await page.reload();
		await page.getByText('Please sign in.').waitFor();
		assert.equal(await page.getByText('Metformin').count(), 0);
		await context.setOffline(false);

		const theirs = await open(context, next);
		await theirs.getByText('No doses on this day.').waitFor();
		assert.deepEqual(await theirs.getByText('Metformin').evaluateAll((all) => all.map((each) => each.outerHTML)), []);
		assert.equal(await theirs.getByText('not sent yet').count(), 0);
		await theirs.waitForTimeout(500);
		assert.deepEqual(await recorded(who), []);
		assert.deepEqual(await recorded(next), []);
		await theirs.getByRole('button', { name: 'Log out' }).tap();
		await theirs.getByText('Please sign in.').waitFor();

		const again = await open(context, who);
		await dose(again, 'Metformin 00:00').taken.waitFor();
		await settled(again);
		assert.deepEqual(await changes(who), ['INSERT']);
		await context.close();
	});

	test('log-out leaves nothing of a person on the device; deleted, not even what was not sent', async () => {
		const { who, page, context } = await withMetformin();
		await page.getByText('The last 14 days').tap();
		await page.getByRole('table').waitFor();
		const left = () =>
			page.evaluate(async () => {
				const cached: string[] = [];
				for (const name of await caches.keys()) {
					for (const request of await (await caches.open(name)).keys()) cached.push(new URL(request.url).pathname);
				}
				const db = await new Promise<IDBDatabase>((resolve) => {
					const opening = indexedDB.open('medsched');
					opening.onsuccess = () => resolve(opening.result);
				});
				const stores = await Promise.all(
					[...db.objectStoreNames].map(
						(name) =>
							new Promise<[string, number]>((resolve) => {
								const counting = db.transaction(name).objectStore(name).count();
								counting.onsuccess = () => resolve([name, counting.result]);
							}),
					),
				);
				db.close();
				return { cached: cached.sort(), stores: Object.fromEntries(stores), session: sessionStorage.length, local: localStorage.length };
			});
		const files = ['/', '/icon-192.png', '/icon-512.png', '/icon.svg', '/manifest.webmanifest', '/page.css', '/page.js'];
		await context.setOffline(true);
		await dose(page, 'Metformin 00:00').take.tap();
		await dose(page, 'Metformin 00:00').row.getByText('not sent yet').waitFor();
		const during = await left();
		assert.deepEqual(during.cached, files, 'the service worker keeps the page, and no answer of the API');
		assert.deepEqual([during.stores['session'], during.stores['outbox']], [1, 1]);
		await page.getByRole('button', { name: 'Log out' }).tap();
		await page.getByText('1 entry is not recorded yet.').waitFor();
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Log out and delete it' }).tap();
		await page.getByText('Please sign in.').waitFor();
		assert.deepEqual(await left(), { cached: files, stores: { kept: 0, outbox: 0, session: 0 }, session: 0, local: 0 });
		await context.setOffline(false);
		await page.waitForTimeout(300);
		assert.deepEqual(await recorded(who), []);
		await context.close();
	});

	test('an answer that comes after log-out is neither shown nor kept', async () => {
		const { page, context } = await withMetformin();
		let release = () => {};
		await page.route('**/doses?*', async (route) => {
			await new Promise<void>((resolve) => (release = resolve));
			await route.continue();
		});
		await page.evaluate(() => dispatchEvent(new Event('online')));
		await page.waitForTimeout(200);
		await page.getByRole('button', { name: 'Log out' }).tap();
		await page.getByText('Please sign in.').waitFor();
		release();
		await page.waitForTimeout(500);
		assert.equal(await page.getByText('Metformin').count(), 0);
		await page.unrouteAll({ behavior: 'ignoreErrors' });
		await page.reload();
		await page.getByText('Please sign in.').waitFor();
		await context.close();
	});

	test('one who logs out in one tab is logged out in all', async () => {
		const { page, context } = await withMetformin();
		const other = await context.newPage();
		await other.goto(server.url);
		await dose(other, 'Metformin 00:00').skip.tap();
		await other.getByRole('dialog').waitFor();
		await page.bringToFront();
		await page.getByRole('button', { name: 'Log out' }).tap();
		await other.getByText('Your session has ended').waitFor();
		assert.equal(await other.getByText('Metformin').count(), 0);
		assert.equal(await other.getByRole('dialog').count(), 0);
		await context.close();
	});

	test('nothing went wrong unseen, and nothing was asked elsewhere', () => {
		assert.deepEqual(complaints, []);
		assert.deepEqual([...requested].filter((origin) => origin !== 'null'), [server.url]);
	});
});
