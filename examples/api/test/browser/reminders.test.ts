/**
 * Reminders on the page: it subscribes, and its service worker shows what the worker sent, and records what was tapped.
 *
 * Chromium's own push service needs the network. So the subscription is one at a push service of the test's own, and what that
 * got and could read is handed to the service worker, as the browser does with its own.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { openDatabase } from '../../src/database.js';
import { Reminders } from '../../src/reminders.js';
import { remindUntil } from '../../src/remind-until.js';
import { CONTACT, pushService, type Device } from '../push-service.js';

process.env['PUSH_CONTACT'] = CONTACT;
process.env['PUSH_HOSTS'] = '127.0.0.1';
const { complaints, device, grant, open, person, prescribe, recorded, requested, server, sql, violations } = await import('./harness.js');
type Person = Awaited<ReturnType<typeof person>>;
type Context = Awaited<ReturnType<typeof device>>;
type Page = Awaited<ReturnType<typeof open>>;

const service = await pushService();
const { db, close } = openDatabase(2);
after(async () => {
	await close();
	await service.close();
});

interface Notification {
	title: string;
	body: string;
	actions: string[];
}

describe('reminders on the page', { timeout: 180_000 }, () => {
	/** A device whose browser subscribes at the push service of the test. */
	async function subscribing(): Promise<{ context: Context; at: Device }> {
		const context = await device();
		await context.grantPermissions(['notifications'], { origin: server.url });
		const at = service.device();
		await context.exposeFunction('rememberSubscription', (kept: boolean) => (isSubscribed = kept));
		let isSubscribed = false;
		await context.exposeFunction('isSubscribed', () => isSubscribed);
		await context.addInitScript((subscription) => {
			const page = globalThis as any;
			const one = {
				...subscription,
				toJSON: () => ({ ...subscription, expirationTime: null }),
				unsubscribe: async () => {
					await page.rememberSubscription(false);
					return true;
				},
			};
			const { prototype } = page.PushManager;
			prototype.getSubscription = async () => ((await page.isSubscribed()) ? one : null);
			prototype.subscribe = async (options: object) => {
				page.subscribedWith = options;
				await page.rememberSubscription(true);
				return one;
			};
		}, at.subscription);
		return { context, at };
	}

	async function subscribed(who: Person): Promise<{ context: Context; page: Page; at: Device }> {
		const { context, at } = await subscribing();
		const page = await open(context, who);
		await page.evaluate(async () => void (await navigator.serviceWorker.ready));
		await page.getByRole('button', { name: 'Remind me on this device' }).tap();
		await page.getByRole('button', { name: 'Stop reminders on this device' }).waitFor();
		return { context, page, at };
	}

	const devicesOf = async ({ id }: Person) => (await sql`select endpoint from care.push_subscriptions where person_id = ${id}`).map((row) => row['endpoint']);

	/** A dose that is due in a moment, by its schedule's id. */
	async function due(who: Person): Promise<string> {
		const at = new Date(Math.ceil(Date.now() / 1000 + 0.5) * 1000).toISOString().replace('.000Z', '');
		return await prescribe(who, 'Secretol', { startsAt: at, timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: '5', doseUnit: 'mg', instructions: 'with water' });
	}

	/** Lets the worker pass on what is due until something came. */
	async function passOn(at: Device, count = 1): Promise<any> {
		const stopping = new AbortController();
		const worker = remindUntil(stopping.signal, new Reminders({ db, worker: 'test', push: service.settings, most: 10 }), 200);
		for (let tries = 0; at.received.length < count && tries < 200; tries++) await new Promise((resolve) => setTimeout(resolve, 50));
		stopping.abort();
		await worker;
		assert.equal(at.received.length, count);
		return at.received[count - 1]!.content;
	}

	/** Has the service worker get a message, and gives what it shows. */
	async function deliver(context: Context, page: Page, message: object): Promise<Notification[]> {
		const session = await context.newCDPSession(page);
		const registered = new Promise<string>((resolve) => session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && resolve(registrations[0].registrationId)));
		await session.send('ServiceWorker.enable');
		await session.send('ServiceWorker.deliverPushMessage', { origin: server.url, registrationId: await registered, data: JSON.stringify(message) });
		await session.detach();
		for (let tries = 0; tries < 100 && (await shown(page)).length === 0; tries++) await page.waitForTimeout(50);
		return await shown(page);
	}

	const shown = (page: Page): Promise<Notification[]> =>
		page.evaluate(async () => {
			const registration = await navigator.serviceWorker.ready;
			return (await registration.getNotifications()).map(({ title, body, actions }: any) => ({ title, body, actions: actions.map((each: any) => each.action) }));
		});

	/** Taps a button of the notification that is shown. */
	async function tap(context: Context, action: string): Promise<void> {
		const [worker] = context.serviceWorkers();
		await worker!.evaluate(async (name) => {
			const scope = globalThis as any;
			const [notification] = await scope.registration.getNotifications();
			await new Promise<void>((resolve, reject) => {
				const event = new scope.NotificationEvent('notificationclick', { notification, action: name });
				event.waitUntil = (work: Promise<void>) => work.then(resolve, reject);
				scope.dispatchEvent(event);
			});
		}, action);
	}

	test('it subscribes with the server’s key, and ends it at log-out', async () => {
		const who = await person();
		const { context, page, at } = await subscribed(who);
		const { publicKey } = (await server.call('GET', '/v1/push', { token: who.token })).body;
		assert.deepEqual(await page.evaluate(() => (globalThis as any).subscribedWith), { userVisibleOnly: true, applicationServerKey: publicKey });
		assert.deepEqual(await devicesOf(who), [at.subscription.endpoint]);
		assert.deepEqual(await violations(page), []);
		await page.reload();
		await page.getByRole('button', { name: 'Stop reminders on this device' }).tap();
		await page.getByRole('button', { name: 'Remind me on this device' }).waitFor();
		assert.deepEqual(await devicesOf(who), []);
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Remind me on this device' }).tap();
		await page.getByRole('button', { name: 'Stop reminders on this device' }).waitFor();
		assert.deepEqual(await devicesOf(who), [at.subscription.endpoint]);
		await page.waitForTimeout(750);
		await page.getByRole('button', { name: 'Log out' }).tap();
		await page.getByText('Please sign in.').waitFor();
		assert.deepEqual(await devicesOf(who), []);
		await context.close();
	});

	test('a reminder is shown with its medication, and “Taken” records the dose, once', async () => {
		const who = await person();
		const { context, page, at } = await subscribed(who);
		const schedule = await due(who);
		const message = await passOn(at);
		const [{ title, body, actions }, ...more] = (await deliver(context, page, message)) as [Notification];
		assert.match(title, /^Secretol \d\d:\d\d$/);
		assert.deepEqual([body, actions, more], ['is due · 5 mg · with water', ['taken', 'snooze'], []]);
		// The same message again is the same notification.
		assert.equal((await deliver(context, page, message)).length, 1);
		const before = Date.now();
		await tap(context, 'taken');
		const records = await recorded(who);
		assert.deepEqual(records.map(({ outcome, recordedBy }) => [outcome, recordedBy]), [['taken', null]]);
		assert.ok(Math.abs(records[0]!.takenAt!.getTime() - before) < 10_000);
		assert.deepEqual(await shown(page), []);
		// A message that comes late has nobody take it again.
		const [late] = (await deliver(context, page, message)) as [Notification];
		assert.deepEqual([late.body, late.actions], ['is recorded already: nothing to do', []]);
		assert.deepEqual((await sql`select count(*)::int as n from medsched.dose_taken where user_id = ${who.id} and schedule_id = ${schedule}`)[0]!['n'], 1);
		await context.close();
	});

	test('without a connection “Taken” is kept and sent later, and a reminder that cannot be put off stays', async () => {
		const who = await person();
		const { context, page, at } = await subscribed(who);
		await due(who);
		const message = await passOn(at);
		await deliver(context, page, message);
		await context.route('**/snooze', (route) => route.abort());
		await tap(context, 'snooze');
		assert.match((await shown(page))[0]!.body, /^could not be put off: no connection/);
		await context.unroute('**/snooze');
		await tap(context, 'snooze');
		assert.deepEqual(await shown(page), []);
		const [{ minutes }] = (await sql`select round(extract(epoch from until - now()) / 60)::int as minutes from medsched.reminder_snoozes where user_id = ${who.id}`) as any;
		assert.equal(minutes, 10);
		await deliver(context, page, message);
		await context.route('**/reports', (route) => route.abort());
		await tap(context, 'taken');
		assert.deepEqual(await recorded(who), []);
		const [late] = (await deliver(context, page, message)) as [Notification];
		assert.equal(late.body, 'is recorded already: nothing to do', 'what is not sent yet counts');
		await context.unroute('**/reports');
		await page.reload();
		for (let tries = 0; (await recorded(who)).length === 0 && tries < 100; tries++) await page.waitForTimeout(50);
		assert.deepEqual((await recorded(who)).map(({ outcome }) => outcome), ['taken']);
		await context.close();
	});

	test('a caregiver reads whose dose it is, and cannot tick it off unseen; for anybody else it names nothing', async () => {
		const [ben, ada] = [await person(), await person()];
		await grant(ben, ada, 'Ben');
		assert.equal((await server.call('PUT', '/v1/people/me/reminder-rules', { token: ben.token, body: { atTime: false, escalateAfter: '0 seconds', escalateTo: ada.id } })).status, 204);
		const { context, page, at } = await subscribed(ada);
		await due(ben);
		const message = await passOn(at);
		const [notification] = (await deliver(context, page, message)) as [Notification];
		assert.match(notification.title, /^Ben: Secretol \d\d:\d\d$/);
		assert.deepEqual([notification.body, notification.actions], ['is not recorded · 5 mg · with water', []]);
		// Somebody else signs in: the device is no longer Ada's, and a message on its way names nothing.
		const eve = await person();
		await page.goto('about:blank');
		await page.goto(`${server.url}/#token=${eve.token}`);
		await page.getByRole('button', { name: 'Remind me on this device' }).waitFor();
		const [nameless] = (await deliver(context, page, { ...message, reminderId: 'another' })) as [Notification];
		for (let tries = 0; /Secretol/.test((await shown(page))[0]!.title) && tries < 100; tries++) await page.waitForTimeout(50);
		assert.ok(nameless);
		const [last] = (await shown(page)) as [Notification];
		assert.match(last.title, /^A reminder for \d\d:\d\d$/);
		assert.deepEqual([last.body, last.actions], ['Sign in to see what it is about.', []]);
		await context.close();
	});

	test('what is left is told to who is signed in, and names nothing to anybody else', async () => {
		const [ada, ben] = [await person(), await person()];
		const { context, page } = await subscribed(ada);
		const schedule = await prescribe(ada, 'Secretol', { startsAt: '2026-01-01T08:00', timeZone: 'UTC', rrule: 'FREQ=DAILY', doseAmount: '1', doseUnit: 'tablet' });
		const [{ id }] = (await sql`select medication_id as id from medsched.schedules where id = ${schedule}`) as any;
		await sql`select medsched.record_stock_entry(${ada.id}, ${id}, 'counted', 3, 'tablet')`;
		const message = { reminderId: `${id}/refill/1`, kind: 'refill', owner: ada.id, person: ada.id, medicationId: id };
		assert.deepEqual(await deliver(context, page, message), [{ title: 'Secretol', body: 'is to be refilled soon · 3 tablet left', actions: [] }]);
		await page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).forEach((each) => each.close()));
		assert.deepEqual(await deliver(context, page, { ...message, owner: ben.id, person: ben.id }), [{ title: 'Something is running low', body: 'Sign in to see what it is about.', actions: [] }]);
		await context.close();
	});

	test('nothing else was asked for anything, and nothing went wrong unseen', () => {
		assert.deepEqual([...requested], [server.url]);
		assert.deepEqual(complaints, []);
	});
});
