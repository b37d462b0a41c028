/** The page with a connection: what it shows, and what a tap does. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { signed } from '../harness.js';
import { changes, complaints, device, dose, grant, metformin, open, person, prescribe, PHONE, recorded, requested, server, settled, sql, type Person } from './harness.js';

const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);

describe('the page', { timeout: 240_000 }, () => {
	let phone: BrowserContext;
	before(async () => {
		phone = await device();
	});

	/** Somebody with Metformin at 00:00 and 00:01, and the page open. */
	async function withMetformin(): Promise<{ who: Person; page: Page }> {
		const who = await person();
		await metformin(who);
		for (const page of phone.pages()) await page.close();
		const page = await open(phone, who);
		await dose(page, 'Metformin 00:00').row.waitFor();
		return { who, page };
	}

	test('shows today’s doses in order, as text', async () => {
		const { who, page } = await withMetformin();
		await prescribe(who, '<img src=x onerror=alert(1)>', { rrule: 'FREQ=DAILY;BYHOUR=12' });
		await page.reload();
		await page.getByText('12:00').waitFor();
		assert.deepEqual(await page.locator('.time').allTextContents(), ['00:00', '00:01', '12:00']);
		assert.deepEqual(await page.locator('.name').allTextContents(), ['Metformin', 'Metformin', '<img src=x onerror=alert(1)>']);
		assert.equal(await dose(page, 'Metformin 00:00').row.locator('.more').textContent(), '500 mg · with a meal');
		assert.equal(page.url(), `${server.url}/`, 'the token does not stay in the address');
		assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Your doses');
	});

	test('a dose that is ticked off is recorded at the time of the tap, and another tab sees it', async () => {
		const { who, page } = await withMetformin();
		const other = await phone.newPage();
		await other.goto(server.url);
		await dose(other, 'Metformin 00:00').take.waitFor();
		const [earliest, latest] = [Date.now(), () => Date.now()];
		await dose(page, 'Metformin 00:00').take.tap();
		await dose(page, 'Metformin 00:00').taken.waitFor();
		await dose(other, 'Metformin 00:00').taken.waitFor();
		await settled(page);
		const [record] = await recorded(who);
		assert.equal(record?.outcome, 'taken');
		assert.equal(record.recordedBy, null);
		assert.ok(earliest <= record.takenAt!.getTime() && record.takenAt!.getTime() <= latest());
		await page.reload();
		await dose(page, 'Metformin 00:00').taken.waitFor();
		await other.close();
	});

	test('a dose that was moved comes when it is due, and says where from', async () => {
		const { who, page } = await withMetformin();
		const [{ due }] = await sql`
			select to_char(timezone('Europe/Berlin', m.due_at), 'HH24:MI') as due
			  from medsched.upcoming_doses(${who.id}, now() - interval '25 hours', now() + interval '1 microsecond') as d,
			       medsched.move_dose(${who.id}, d.schedule_id, d.scheduled_for, date_trunc('day', d.local_time) at time zone 'Europe/Berlin' + interval '30 minutes') as m
			 where d.local_time = date_trunc('day', timezone('Europe/Berlin', now()))` as unknown as [{ due: string }];
		await page.reload();
		const { row, take } = dose(page, `Metformin ${due}`);
		await row.waitFor();
		assert.equal(await row.locator('.moved').textContent(), 'moved from 00:00');
		assert.deepEqual(await page.locator('.time').allTextContents(), ['00:01', due]);
		await take.tap();
		await settled(page);
		assert.deepEqual((await recorded(who)).map((r) => r.outcome), ['taken']);
	});

	test('two taps in two tabs record one dose', async () => {
		const { who, page } = await withMetformin();
		const other = await phone.newPage();
		await other.goto(server.url);
		await dose(other, 'Metformin 00:00').take.waitFor();
		await Promise.all([page, other].map((each) => each.evaluate(() => document.querySelector<HTMLElement>('.tick')!.click())));
		await settled(page);
		await dose(page, 'Metformin 00:00').taken.waitFor();
		await dose(other, 'Metformin 00:00').taken.waitFor();
		assert.deepEqual(await changes(who), ['INSERT']);
		await other.close();
	});

	// Of each act: a second tap at the same place, as a trembling hand makes it, changes nothing.
	for (const gap of [120, 300, 600]) {
		test(`two taps ${gap} ms apart are one`, async () => {
			const { who, page } = await withMetformin();
			const twice = async (target: ReturnType<Page['locator']>) => {
				const box = (await target.boundingBox())!;
				const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
				await page.touchscreen.tap(x, y);
				await page.waitForTimeout(gap);
				await page.touchscreen.tap(x, y);
				await page.waitForTimeout(800);
			};
			const { take, taken, skip, undo } = dose(page, 'Metformin 00:00');
			await twice(take);
			await taken.waitFor();
			await settled(page);
			assert.deepEqual(await changes(who), ['INSERT']);
			await twice(undo);
			await take.waitFor();
			assert.equal(await page.getByRole('dialog').count(), 0);
			await twice(skip);
			assert.equal(await page.getByRole('dialog').count(), 1);
			await twice(page.getByRole('button', { name: 'Skip this dose' }));
			await undo.waitFor();
			await settled(page);
			assert.deepEqual((await recorded(who)).map((r) => r.outcome), ['skipped']);
			assert.deepEqual(await changes(who), ['INSERT', 'DELETE', 'INSERT']);
		});
	}

	test('a tick that is pressed again stays, and Undo is where nothing else ever is', async () => {
		const { who, page } = await withMetformin();
		const { row, take, taken, undo } = dose(page, 'Metformin 00:00');
		const boxes = async () => Promise.all(['.tick', '.skip', '.other', '.undo'].map(async (each) => (await row.locator(each).boundingBox())!));
		const before = await boxes();
		const height = (await row.boundingBox())!.height;
		await take.tap();
		await undo.waitFor();
		await page.waitForTimeout(900);
		await taken.tap({ force: true });
		await settled(page);
		assert.deepEqual(await changes(who), ['INSERT']);
		const after = await boxes();
		assert.deepEqual(after, before, 'nothing moves');
		assert.equal((await row.boundingBox())!.height, height);
		const u = after[3]!;
		for (const other of before.slice(0, 3)) {
			const apart = u.x >= other.x + other.width || other.x >= u.x + u.width || u.y >= other.y + other.height || other.y >= u.y + u.height;
			assert.ok(apart, JSON.stringify([u, other]));
		}
	});

	test('a dose is skipped with a reason, and that is taken back', async () => {
		const { who, page } = await withMetformin();
		const { row, skip, undo } = dose(page, 'Metformin 00:01');
		await skip.tap();
		await page.waitForTimeout(750);
		await page.getByLabel('Felt unwell').check();
		await page.getByRole('button', { name: 'Skip this dose' }).tap();
		await row.getByText('skipped').waitFor();
		await settled(page);
		assert.deepEqual((await recorded(who)).map((r) => [r.outcome, r.reason]), [['skipped', 'Felt unwell']]);
		await page.waitForTimeout(750);
		await undo.tap();
		await skip.waitFor();
		await settled(page);
		assert.deepEqual(await recorded(who), []);
	});

	test('what was taken at another time is recorded so; a time to come is none', async () => {
		const { who, page } = await withMetformin();
		await page.getByRole('button', { name: 'Yesterday' }).tap();
		// Of yesterday's dose the tick asks when it was, and proposes when it should have been.
		await dose(page, 'Metformin 00:00').take.tap();
		const field = page.getByLabel('Taken at');
		const proposed = await field.inputValue();
		assert.match(proposed, /T00:00$/);
		await field.fill('2099-01-01T08:00');
		await page.getByRole('button', { name: 'Record as taken' }).click();
		await page.getByText('This time is still to come.').waitFor();
		await page.waitForTimeout(750);
		await field.fill(proposed.replace('00:00', '00:25'));
		await page.getByRole('button', { name: 'Record as taken' }).click();
		await dose(page, 'Metformin 00:00').row.getByText('taken 00:25').waitFor();
		await settled(page);
		const [record] = await recorded(who);
		assert.equal(record?.takenAt?.toLocaleString('sv', { timeZone: 'Europe/Berlin' }), `${proposed.slice(0, 10)} 00:25:00`);
	});

	test('a dose that is due much later is asked about before it is ticked off', async () => {
		const who = await person();
		const context = await device();
		await prescribe(who, 'Aspirin', { rrule: 'FREQ=DAILY;BYHOUR=9,20' });
		const page = await context.newPage();
		const morning = new Date(new Date().setUTCHours(7, 30, 0, 0));
		await page.clock.setFixedTime(morning);
		await page.goto(`${server.url}/#token=${who.token}`);
		await dose(page, 'Aspirin 20:00').take.tap();
		await page.getByRole('dialog', { name: 'Aspirin 20:00: taken already?' }).getByText('It is due at 20:00.').waitFor();
		await page.keyboard.press('Escape');
		await dose(page, 'Aspirin 09:00').take.tap();
		await dose(page, 'Aspirin 09:00').taken.waitFor();
		assert.equal(await page.getByRole('dialog').count(), 0);
		await settled(page);
		assert.equal((await recorded(who)).length, 1);
		await dose(page, 'Aspirin 20:00').take.tap();
		await page.getByRole('button', { name: 'Yes, it was taken now' }).focus();
		await page.keyboard.press('Enter');
		await dose(page, 'Aspirin 20:00').taken.waitFor();
		await settled(page);
		assert.equal((await recorded(who)).length, 2);
		await context.close();
	});

	test('a device whose clock is wrong is told so', async () => {
		const context = await device();
		const page = await context.newPage();
		await page.clock.setFixedTime(Date.now() - 20 * 60_000);
		await page.goto(`${server.url}/#token=${(await person()).token}`);
		await page.getByText(/This device’s clock is (19|20|21) minutes slow/).waitFor();
		await context.close();
	});

	test('a tap that the device cannot keep is not shown as done, and that is said', async () => {
		const who = await person();
		await metformin(who);
		const context = await device();
		const page = await open(context, who);
		await dose(page, 'Metformin 00:00').row.waitFor();
		await page.evaluate(() => (IDBObjectStore.prototype.add = () => { throw new DOMException('no room', 'QuotaExceededError'); }));
		await dose(page, 'Metformin 00:00').take.tap();
		await page.getByText('What you did last may not be recorded.').waitFor();
		await dose(page, 'Metformin 00:00').take.waitFor();
		assert.deepEqual(await recorded(who), []);
		// This one complaint is meant.
		assert.equal(complaints.splice(0).filter((each) => !/no room|QuotaExceeded/.test(each)).length, 0);
		await context.close();
	});

	test('tomorrow is there to see, and not ticked off', async () => {
		const { page } = await withMetformin();
		await page.getByRole('button', { name: 'Tomorrow' }).tap();
		await dose(page, 'Metformin 00:00').skip.waitFor();
		assert.equal(await dose(page, 'Metformin 00:00').take.count(), 0);
		const tomorrow = await page.evaluate(() => {
			const now = new Date();
			return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).toLocaleDateString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
		});
		assert.equal(await page.locator('#day').textContent(), tomorrow);
	});

	test('times are on this device’s clock, in order, and another clock is named', async () => {
		const who = await person();
		await prescribe(who, 'Melatonin', { rrule: 'FREQ=DAILY;BYHOUR=20', timeZone: 'Asia/Tokyo' });
		await prescribe(who, 'Aspirin', { rrule: 'FREQ=DAILY;BYHOUR=9', timeZone: 'Europe/Paris' });
		await prescribe(who, 'Zinc', { rrule: 'FREQ=DAILY;BYHOUR=4', timeZone: 'Pacific/Kiritimati' });
		const page = await open(phone, who);
		await page.locator('li.dose').nth(2).waitFor();
		// Tokyo is 8 hours ahead in winter and 7 in summer, Kiritimati 13 and 12; Paris has Berlin's time.
		const ahead = new Date(`${new Date().toISOString().slice(0, 10)}T12:00:00Z`).toLocaleTimeString('en-GB', { timeZone: 'Europe/Berlin', hour: '2-digit' }) === '13' ? 1 : 2;
		const melatonin = page.locator('li.dose').filter({ hasText: 'Melatonin' });
		assert.equal(await melatonin.locator('.time').textContent(), `${11 + ahead}:00`);
		assert.equal(await melatonin.locator('.zone').textContent(), '20:00 in Tokyo');
		assert.equal(await page.locator('li.dose').filter({ hasText: 'Aspirin' }).locator('.zone').count(), 0);
		// There it is the next day already.
		assert.match((await page.locator('li.dose').filter({ hasText: 'Zinc' }).locator('.zone').textContent())!, /^\w{3} 04:00 in Kiritimati$/);
		const times = await page.locator('.time').allTextContents();
		assert.deepEqual(times, [...times].sort());
		await page.getByText('Times are this device’s: Europe/Berlin').waitFor();
	});

	test('the hour that a night in autumn has twice is told apart', async () => {
		const who = await person();
		const device2 = await device({ ...PHONE, timezoneId: 'Europe/Berlin' });
		await prescribe(who, 'Eye drops', { startsAt: '2026-01-01T00:00', timeZone: 'UTC', rrule: 'FREQ=HOURLY' });
		const page = await device2.newPage();
		await page.clock.setFixedTime('2026-10-25T06:00:00Z');
		await page.goto(`${server.url}/#token=${who.token}`);
		await page.locator('li.dose').nth(24).waitFor();
		const times = await page.locator('.time').allTextContents();
		assert.equal(times.length, 25);
		assert.equal(new Set(times).size, 25, times.join());
		assert.deepEqual(times.slice(1, 5), ['01:00', '02:00 CEST', '02:00 CET', '03:00']);
		await device2.close();
	});

	test('what is left, and when it is to be refilled', async () => {
		const { who, page } = await withMetformin();
		const [metformin] = (await server.call('GET', '/v1/people/me/medications', { token: who.token })).body;
		const counted = { medicationId: metformin.id, kind: 'counted', amount: '20000', unit: 'mg' };
		assert.equal((await server.call('PUT', `/v1/people/me/stock-entries/${randomUUID()}`, { token: who.token, body: counted })).status, 200);
		await page.reload();
		const left = page.locator('.stock li').filter({ hasText: 'Metformin' });
		await left.getByText('20000 mg left').waitFor();
		await left.getByText('not enough for').waitFor();
		await left.getByText('refill by').waitFor();
		// Twice a day is twenty days.
		await server.call('PATCH', `/v1/people/me/medications/${metformin.id}`, { token: who.token, body: { refillLeadTime: '30 days' } });
		await page.reload();
		await left.getByText('refill now').waitFor();
	});

	test('as needed: what is allowed and from when; too early takes a reason', async () => {
		const { who, page } = await withMetformin();
		await prescribe(who, 'Ibuprofen', { asNeeded: true, doseAmount: '400', doseUnit: 'mg', minInterval: '6 hours' });
		await prescribe(who, 'Panadol', { asNeeded: true, doseAmount: '2', doseUnit: 'tablet' }, { substance: 'paracetamol', substanceAmount: '500', substanceUnit: 'mg' });
		const limited = await server.call('PUT', '/v1/people/me/substances/paracetamol/limits', { token: who.token, body: { limits: [{ amount: '4000', within: '24 hours' }], unit: 'mg' } });
		assert.equal(limited.status, 204);
		await page.reload();
		const ibuprofen = page.locator('.as-needed li').filter({ hasText: 'Ibuprofen' });
		const panadol = page.locator('.as-needed li').filter({ hasText: 'Panadol' });
		await ibuprofen.getByText('allowed now').waitFor();
		await panadol.getByText('4000 mg paracetamol still allowed').waitFor();

		const take = async (name: string) => {
			await page.getByRole('button', { name: `Take ${name}`, exact: true }).tap();
			await page.waitForTimeout(750);
		};
		await take('Panadol');
		await page.getByLabel('Amount, in tablet').fill('1');
		await page.getByRole('button', { name: 'Record as taken' }).tap();
		await panadol.getByText('3500 mg paracetamol still allowed').waitFor();
		await page.locator('li.dose').filter({ hasText: 'Panadol' }).getByText('taken').waitFor();

		await page.waitForTimeout(750);
		await take('Ibuprofen');
		await page.getByRole('button', { name: 'Record as taken' }).tap();
		await ibuprofen.getByText('next allowed').waitFor();
		await page.waitForTimeout(750);
		await take('Ibuprofen');
		await page.getByText('Do not take it now').waitFor();
		await page.getByRole('button', { name: 'Record as taken' }).tap();
		await page.getByText('Give a reason.').waitFor();
		await page.getByLabel('Why is it recorded all the same?').fill('severe pain');
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Record as taken' }).tap();
		await page.locator('li.dose').filter({ hasText: 'Ibuprofen' }).nth(1).waitFor();
		await settled(page);
		const rows = await sql`select despite_limits from medsched.dose_taken where user_id = ${who.id} and despite_limits is not null`;
		assert.deepEqual(rows.map((r) => r['despite_limits']), ['severe pain']);
	});

	test('what the limits refuse is said, and recorded with a reason if it was taken', async () => {
		const { who, page } = await withMetformin();
		const scheduleId = await prescribe(who, 'Ibuprofen', { asNeeded: true, doseAmount: '400', doseUnit: 'mg', minInterval: '6 hours' });
		await page.reload();
		await page.locator('.as-needed').getByText('allowed now').waitFor();
		// Another device was faster, and this one does not know.
		const earlier = await server.call('PUT', `/v1/people/me/schedules/${scheduleId}/taken/${hoursAgo(1).toISOString()}`, { token: who.token, body: {} });
		assert.equal(earlier.status, 200);
		await page.getByRole('button', { name: 'Take Ibuprofen', exact: true }).tap();
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Record as taken' }).tap();
		const refusal = page.getByRole('region', { name: /^Not recorded: Ibuprofen/ });
		await refusal.waitFor();
		// The database's times are told on this device's clock.
		assert.match((await refusal.textContent())!, / \d\d:\d\d/);
		assert.doesNotMatch((await refusal.textContent())!, /\d{4}-\d\d-\d\d|\+00|Z\b/);
		assert.equal((await recorded(who)).length, 1);
		await page.reload();
		await refusal.getByRole('button', { name: 'It was taken: record it' }).tap();
		await page.waitForTimeout(750);
		await page.getByLabel('Why is it recorded all the same?').fill('took it unaware');
		await page.getByRole('button', { name: 'It was taken: record it' }).last().tap();
		await refusal.waitFor({ state: 'hidden' });
		await settled(page);
		assert.equal((await recorded(who)).length, 2);
	});

	test('an extra dose is recorded and shown', async () => {
		const { who, page } = await withMetformin();
		await page.getByRole('button', { name: 'Record an extra dose' }).tap();
		await page.waitForTimeout(750);
		await page.getByRole('combobox', { name: 'Medicine' }).selectOption({ label: 'Metformin 500 mg' });
		await page.getByLabel(/^Reason/).fill('vomited');
		await page.getByRole('button', { name: 'Record', exact: true }).tap();
		await page.locator('li.dose').filter({ hasText: 'extra dose taken' }).waitFor();
		await settled(page);
		assert.deepEqual((await recorded(who)).map((r) => [r.outcome, r.reason]), [['extra', 'vomited']]);
		await page.reload();
		const row = page.locator('li.dose').filter({ hasText: 'extra dose taken' });
		await row.getByRole('button', { name: /^Undo/ }).tap();
		await row.waitFor({ state: 'hidden' });
		await settled(page);
		assert.deepEqual(await recorded(who), []);
	});

	test('how the last days went, as a table whose bars say the same', async () => {
		const who = await person();
		const scheduleId = await metformin(who);
		const day = (n: number) => new Date(Date.now() - n * 86_400_000).toLocaleDateString('sv', { timeZone: 'Europe/Berlin' });
		await sql`select medsched.mark_dose_taken(${who.id}, ${scheduleId}, (${`${day(2)} 00:00`}::timestamp at time zone 'Europe/Berlin'))`;
		await sql`select medsched.skip_dose(${who.id}, ${scheduleId}, (${`${day(2)} 00:01`}::timestamp at time zone 'Europe/Berlin'))`;
		await sql`select medsched.mark_dose_taken(${who.id}, ${scheduleId}, (${`${day(3)} 00:00`}::timestamp at time zone 'Europe/Berlin'))`;
		const page = await open(phone, who);
		await page.getByText('The last 14 days').tap();
		const table = page.getByRole('table', { name: 'Doses taken, by day' });
		await table.waitFor();
		const row = (n: number) => {
			const header = new Date(`${day(n)}T12:00:00Z`).toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'numeric', timeZone: 'UTC' });
			return table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: header, exact: true }) });
		};
		const numbers = (n: number) => row(n).locator('td:not(.bar)').allInnerTexts();
		const widths = (n: number) => row(n).locator('rect').evaluateAll((all) => all.map((each) => `${each.getAttribute('class')} ${each.getAttribute('width')}`));
		assert.deepEqual(await numbers(2), ['1 of 2', '1', '']);
		assert.deepEqual(await widths(2), ['taken 1', 'skipped 1', 'missed 0', 'open 0']);
		assert.deepEqual(await numbers(3), ['1 of 2', '', '1']);
		assert.deepEqual(await numbers(4), ['0 of 2', '', '2']);
		assert.deepEqual(await widths(4), ['taken 0', 'skipped 0', 'missed 2', 'open 0']);
		assert.deepEqual(await numbers(13), ['0 of 2', '', '2']);
		assert.equal(await row(14).count(), 0);
	});

	test('a caregiver acts in their own name, and sees whose doses these are, after a reload too', async () => {
		const { who: ada, page } = await withMetformin();
		const ben = await person();
		await prescribe(ben, 'Amoxicillin', { rrule: 'FREQ=DAILY;BYHOUR=0', doseAmount: '5', doseUnit: 'ml' });
		await grant(ben, ada, 'Ben');
		await page.reload();
		await page.getByRole('combobox').selectOption({ label: 'Ben' });
		await dose(page, 'Amoxicillin 00:00').take.tap();
		await dose(page, 'Amoxicillin 00:00').taken.waitFor();
		await settled(page);
		assert.deepEqual((await recorded(ben)).map((r) => [r.outcome, r.recordedBy]), [['taken', ada.id]]);
		assert.deepEqual(await recorded(ada), []);
		assert.equal(await page.getByText('Metformin').count(), 0);
		await page.reload();
		await dose(page, 'Amoxicillin 00:00').taken.waitFor();
		assert.equal(await page.getByRole('heading', { level: 1 }).textContent(), 'Ben’s doses');
		assert.equal(await page.title(), 'Ben’s doses');
		// Ben takes his permission back.
		const taken = await server.call('DELETE', `/v1/me/caregivers/${ada.id}`, { token: ben.token });
		assert.equal(taken.status, 204);
		await page.reload();
		await page.getByText('You can no longer act for this person.').waitFor();
		await dose(page, 'Metformin 00:00').row.waitFor();
		assert.equal(await page.getByText('Amoxicillin').count(), 0);
	});

	test('a token that has expired shows nobody’s doses, and signing in again does', async () => {
		const who = await person();
		await metformin(who);
		const page = await open(phone, { token: await signed({ sub: who.id, exp: Math.floor(Date.now() / 1000) + 3 }) });
		await dose(page, 'Metformin 00:00').row.waitFor();
		await page.waitForTimeout(3000);
		await dose(page, 'Metformin 00:00').take.tap();
		await page.getByText('Your session has ended').waitFor();
		assert.equal(await page.getByRole('listitem').count(), 0);
		await page.getByLabel('Access token').fill(who.token);
		await page.getByRole('button', { name: 'Sign in' }).tap();
		await dose(page, 'Metformin 00:00').taken.waitFor();
		await settled(page);
		assert.equal((await recorded(who)).length, 1, 'what was tapped meanwhile was kept');
	});

	test('a token that is none is refused', async () => {
		const page = await phone.newPage();
		await page.goto(`${server.url}/#token=nonsense`);
		await page.getByText('Your session has ended').waitFor();
		assert.equal(await page.getByRole('listitem').count(), 0);
	});

	test('nothing went wrong unseen, and nothing was asked elsewhere', () => {
		assert.deepEqual(complaints, []);
		assert.deepEqual([...requested], [server.url]);
	});
});
