/** The page by keyboard and by ear, in both colour schemes, narrow, enlarged, and from right to left. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { DESKTOP, PHONE, complaints, device, dose, grant, metformin, open, person, prescribe, recorded, requested, server, settled, violations, type Person } from './harness.js';

const LONG = 'Hydrochlorothiazidetriamterenecombination forte mite retard';

/** Somebody for whom there is everything to show. */
async function withEverything(): Promise<Person> {
	const who = await person();
	await metformin(who);
	await prescribe(who, LONG, { rrule: 'FREQ=DAILY;BYHOUR=12', timeZone: 'America/Argentina/ComodRivadavia', doseAmount: '0.125', doseUnit: 'micrograms', instructions: 'dissolved in a large glass of water, half an hour before a meal' });
	await prescribe(who, 'ميتفورمين', { rrule: 'FREQ=DAILY;BYHOUR=13', doseAmount: '500', doseUnit: 'ملغ' });
	await prescribe(who, 'Ibuprofen', { asNeeded: true, doseAmount: '400', doseUnit: 'mg', minInterval: '6 hours' });
	const ben = await person();
	await grant(ben, who, 'Benjamin Alexander Montgomery-Featherstonehaugh');
	return who;
}

describe('the page for everybody', { timeout: 240_000 }, () => {
	let who: Person;
	before(async () => {
		who = await withEverything();
	});

	/** Each state in turn, with what to do in it. */
	async function states(context: BrowserContext, page: Page, look: (state: string) => Promise<void>): Promise<void> {
		await dose(page, 'Metformin 00:00').row.waitFor();
		await look('today');
		await dose(page, 'Metformin 00:00').skip.click();
		await look('a question');
		await page.keyboard.press('Escape');
		await dose(page, 'Metformin 00:00').otherTime.click();
		await page.getByLabel('Taken at').fill('');
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Record as taken' }).click();
		await page.getByText('Give a date and a time.').waitFor();
		await look('an answer that is wrong');
		await page.keyboard.press('Escape');
		await page.getByRole('button', { name: 'Record an extra dose' }).click();
		await look('an extra dose');
		await page.keyboard.press('Escape');
		await page.getByText('The last 14 days').click();
		await page.getByRole('table').waitFor();
		await look('the last days');
		await context.setOffline(true);
		const { take, taken, undo } = dose(page, 'Metformin 00:01');
		// On a narrow screen it may be where the last click was: a second one there counts later.
		await page.waitForTimeout(750);
		await take.click();
		await page.getByText('not sent yet').first().waitFor();
		await taken.waitFor();
		await page.getByText(/is not sent yet$/).click();
		await look('no connection');
		await page.getByRole('button', { name: 'Log out' }).click();
		await page.getByText('is not recorded yet').waitFor();
		await look('leaving');
		await page.keyboard.press('Escape');
		await undo.click();
		await context.setOffline(false);
		await page.getByText('No connection').waitFor({ state: 'hidden' });
		await settled(page);
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Log out' }).click();
		await page.getByText('Please sign in.').waitFor();
		await look('signed out');
	}

	// 320 pixels are a small phone; 195 are a phone of 390 at 200 %, as 160 are that small phone's.
	for (const [width, dir, colorScheme] of [[390, 'ltr', 'light'], [320, 'rtl', 'dark'], [195, 'ltr', 'dark'], [160, 'rtl', 'light'], [1280, 'ltr', 'light'], [1280, 'rtl', 'dark']] as const) {
		test(`${width} pixels, ${dir}, ${colorScheme}: axe finds nothing, nothing scrolls sideways or is cut off, targets are of 44 pixels`, async () => {
			const context = await device({ ...(width > 600 ? DESKTOP : PHONE), viewport: { width, height: 700 }, colorScheme });
			const page = await context.newPage();
			await page.addInitScript((direction) => document.addEventListener('DOMContentLoaded', () => (document.documentElement.dir = direction)), dir);
			await page.goto(`${server.url}/#token=${who.token}`);
			await states(context, page, async (state) => {
				assert.deepEqual(await violations(page), [], state);
				const wrong = await page.evaluate(() => {
					const inView = document.querySelector('dialog') ?? document.body;
					const found: string[] = [];
					if (document.documentElement.scrollWidth > innerWidth) found.push(`the page scrolls: ${document.documentElement.scrollWidth}`);
					if (inView.scrollWidth > inView.clientWidth + 1) found.push(`${inView.tagName} scrolls: ${inView.scrollWidth} of ${inView.clientWidth}`);
					for (const each of inView.querySelectorAll<HTMLElement>('button, input, select, summary, .radio')) {
						const box = each.getBoundingClientRect();
						// Of a radio button, its label is the target.
						if (!each.checkVisibility({ visibilityProperty: true }) || each.matches('.radio input')) continue;
						const name = each.getAttribute('aria-label') ?? each.textContent ?? each.tagName;
						if (box.width < 44 || box.height < 44) found.push(`small: ${name} ${box.width}x${box.height}`);
						if (box.left < 0 || box.right > innerWidth) found.push(`outside: ${name}`);
						if (each.matches('button') && each.scrollWidth > each.clientWidth + 1) found.push(`cut off: ${name}`);
					}
					return found;
				});
				assert.deepEqual(wrong, [], state);
			});
			await context.close();
		});
	}

	test('what was refused is an alert, and axe finds nothing wrong with it', async () => {
		const context = await device({ ...PHONE, colorScheme: 'dark' });
		const page = await open(context, who);
		await dose(page, 'Metformin 00:01').row.waitFor();
		await context.route('**/reports', (route) => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ type: 'urn:medsched:substance_limits', title: 'A rule of medication schedules does not allow this', detail: 'too much. The next is allowed at 2026-11-27 14:00:00+00.' }) }));
		await context.addInitScript(() => delete (ServiceWorkerRegistration.prototype as any).sync);
		await page.reload();
		await dose(page, 'Metformin 00:01').take.tap();
		await page.getByRole('alert').getByText(/^Too much\. The next is allowed at .*15:00\.$/).waitFor();
		assert.deepEqual(await violations(page), []);
		await context.close();
	});

	test('with the keyboard alone, and the focus is never lost', async () => {
		const ada = await person();
		await metformin(ada);
		const context = await device(DESKTOP);
		const page = await open(context, ada);
		await dose(page, 'Metformin 00:00').row.waitFor();
		const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim());
		const tabTo = async (name: string) => {
			for (let presses = 0; (await focused()) !== name; presses++) {
				assert.ok(presses < 40, `${name} is not reached`);
				await page.keyboard.press('Tab');
			}
			const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
			assert.notEqual(outline, 'none', `one sees that ${name} has the focus`);
		};
		await tabTo('Take Metformin 00:00');
		// A key that is held down is pressed once.
		for (let n = 0; n < 5; n++) await page.keyboard.down('Enter');
		await page.keyboard.up('Enter');
		await dose(page, 'Metformin 00:00').taken.waitFor();
		await settled(page);
		assert.match((await focused())!, /^Metformin 00:00: taken/);
		await page.keyboard.press('Space');
		await settled(page);
		assert.equal((await recorded(ada)).length, 1);
		await tabTo('Undo Metformin 00:00');
		for (let n = 0; n < 5; n++) await page.keyboard.down('Enter');
		await page.keyboard.up('Enter');
		await dose(page, 'Metformin 00:00').take.waitFor();
		await settled(page);
		assert.equal(await focused(), 'Take Metformin 00:00');
		assert.deepEqual(await recorded(ada), []);
		await tabTo('Skip Metformin 00:00');
		await page.keyboard.press('Enter');
		await page.getByRole('dialog', { name: 'Skip Metformin 00:00?' }).waitFor();
		await page.keyboard.press('Escape');
		await page.getByRole('dialog').waitFor({ state: 'hidden' });
		assert.equal(await focused(), 'Skip Metformin 00:00');
		await page.keyboard.press('Enter');
		await page.keyboard.press('ArrowDown');
		await tabTo('Skip this dose');
		await page.keyboard.press('Enter');
		await page.getByRole('dialog').waitFor({ state: 'hidden' });
		await dose(page, 'Metformin 00:00').undo.waitFor();
		assert.equal(await focused(), 'Undo Metformin 00:00');
		await settled(page);
		assert.deepEqual((await recorded(ada)).map((r) => [r.outcome, r.reason]), [['skipped', 'Felt unwell']]);
		// What is read anew in the meantime takes the focus from nobody.
		await page.evaluate(() => dispatchEvent(new Event('online')));
		await page.waitForTimeout(300);
		assert.equal(await focused(), 'Undo Metformin 00:00');
		await context.close();
	});

	test('what happens is announced, and buttons say of which dose they are', async () => {
		const ada = await person();
		await metformin(ada);
		const context = await device();
		const page = await open(context, ada);
		await dose(page, 'Metformin 00:00').row.waitFor();
		const names = await page.locator('.dose button').evaluateAll((all) => all.filter((each) => each.checkVisibility({ visibilityProperty: true })).map((each) => each.getAttribute('aria-label')));
		assert.deepEqual(names, ['Metformin 00:00', 'Metformin 00:01'].flatMap((name) => [`Take ${name}`, `Skip ${name}`, `Other time: Say when ${name} was taken`]));
		const announced = page.locator('#announcement');
		await dose(page, 'Metformin 00:00').take.tap();
		await announced.getByText(/^Metformin 00:00: taken \d\d:\d\d$/).waitFor();
		await settled(page);
		await dose(page, 'Metformin 00:00').undo.tap();
		await announced.getByText('Metformin 00:00: taken back').waitFor();
		await settled(page);
		await context.setOffline(true);
		await page.waitForTimeout(750);
		await dose(page, 'Metformin 00:00').take.tap();
		await announced.getByText(/^Metformin 00:00: taken \d\d:\d\d, not sent yet$/).waitFor();
		await page.getByRole('status').getByText('No connection').waitFor();
		await context.close();
	});

	test('it stays still for who wants that', async () => {
		const context = await device({ ...PHONE, reducedMotion: 'reduce' });
		const page = await open(context, who);
		await dose(page, 'Metformin 00:00').row.waitFor();
		const moving = await page.evaluate(() =>
			[...document.querySelectorAll('*')].filter((each) => getComputedStyle(each).transitionDuration !== '0s' || getComputedStyle(each).animationDuration !== '0s').length,
		);
		assert.equal(moving, 0);
		await context.close();
	});

	test('it can be installed', async () => {
		const context = await device();
		const page = await open(context, who);
		await page.evaluate(async () => void (await navigator.serviceWorker.ready));
		const session = await context.newCDPSession(page);
		const manifest = await session.send('Page.getAppManifest');
		assert.deepEqual(manifest.errors, []);
		assert.equal(JSON.parse(manifest.data!).start_url, '/');
		const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
		// A browser window without a profile of its own installs nothing.
		assert.deepEqual(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito'), []);
		for (const { src, sizes } of JSON.parse(manifest.data!).icons) {
			const icon = await fetch(server.url + src);
			assert.equal(icon.status, 200);
			if (sizes === 'any') continue;
			const bytes = Buffer.from(await icon.arrayBuffer());
			assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes);
		}
		await context.close();
	});

	test('nothing went wrong unseen, and nothing was asked elsewhere', () => {
		assert.deepEqual(complaints, []);
		assert.deepEqual([...requested].filter((origin) => origin !== 'null'), [server.url]);
	});
});
