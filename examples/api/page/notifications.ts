/**
 * Notifications, for the service worker. A message says which dose, or of which medication little is left, and no more: what it is
 * of is looked up for who is signed in here, and a notification for anybody else names nothing.
 */
import { call, Refused, Unreachable, type Dose, type Me, type StockForecast } from './api.js';
import { dueAt, timeOf } from './clock.js';
import { doseKey, send } from './outbox.js';
import type { KnownDoses } from './read.js';
import { amountOf } from './shown.js';
import * as store from './store.js';
import { words } from './words.js';

declare const self: ServiceWorkerGlobalScope;

interface Message {
	reminderId: string;
	/** Who is told. */
	owner: string;
	/** Whose dose or medication it is. */
	person: string;
}

/** What a message of a dose has. */
interface Reminder extends Message {
	kind: 'ahead' | 'due' | 'snoozed' | 'again' | 'escalation';
	doseId: string;
	dueAt: string;
}

/** What a message of what is left has. */
interface StockReminder extends Message {
	kind: 'refill' | 'stock';
	medicationId: string;
}

/** What a notification of a dose has, for when it is tapped. */
interface Shown extends Reminder {
	dose?: Dose;
}

/** So long the look-up may take: a late notification is worth less than one that names nothing. */
const PATIENCE_MS = 5000;
const SNOOZE_MINUTES = 10;

export async function show(reminder: Reminder | StockReminder): Promise<void> {
	const session = await store.session();
	if (isOfStock(reminder)) return await showStock(reminder, session);
	if (session?.owner !== reminder.owner) return await notify(words.notification.nameless(timeOf(reminder.dueAt)), words.notification.signIn, reminder);
	const dose = await find(session, reminder);
	if (dose === undefined) return await notify(words.notification.nameless(timeOf(reminder.dueAt)), words.notification.open, reminder);
	await showDose(dose, reminder, session);
}

async function showDose(dose: Dose, reminder: Reminder, { owner }: store.Session, note?: string): Promise<void> {
	const { kind, person } = reminder;
	const name = await nameOf(person, owner);
	const title = [name, words.dose(dose.medicationName, timeOf(dueAt(dose)))].filter(Boolean).join(': ');
	// A message that came late, when somebody has seen to it, has to be shown all the same; it must not have anybody take it again.
	if (await isRecorded(dose, owner)) return await notify(title, words.notification.recorded, reminder, { silent: true });
	const actions = ['due', 'snoozed', 'again'].includes(kind) && person === owner ? words.notification.actions : [];
	await notify(title, [note ?? words.notification.kinds[kind], amountOf(dose)].filter(Boolean).join(' · '), { ...reminder, dose }, { actions });
}

const isOfStock = (message: Reminder | StockReminder): message is StockReminder => message.kind === 'refill' || message.kind === 'stock';

/** What somebody else is called, whom one acts for. */
async function nameOf(person: string, owner: string): Promise<string | undefined> {
	return person === owner ? undefined : (await store.kept<Me>(owner, owner, 'me'))?.value.actsFor.find(({ id }) => id === person)?.name;
}

/** Shows that little is left, with what is left by now. */
async function showStock(reminder: StockReminder, session: store.Session | undefined): Promise<void> {
	const { person, medicationId, kind } = reminder;
	const show = (title: string, body: string) =>
		self.registration.showNotification(title, { body, tag: `${medicationId}/stock`, data: reminder, icon: '/icon-192.png', badge: '/icon-192.png' });
	if (session?.owner !== reminder.owner) return await show(words.notification.namelessStock, words.notification.signIn);
	try {
		const stocks = await call<StockForecast[]>(session.token, `/people/${person}/stock/forecast`, { patience: PATIENCE_MS });
		const stock = stocks.find((each) => each.medicationId === medicationId);
		if (stock === undefined || stock.amount === null) return await show(words.notification.namelessStock, words.notification.open);
		const left = words.stockLeft([stock.amount, stock.unit].filter(Boolean).join(' '));
		return await show([await nameOf(person, session.owner), stock.medicationName].filter(Boolean).join(': '), [words.notification.stocks[kind], left].join(' · '));
	} catch (error) {
		if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
		await show(words.notification.namelessStock, words.notification.open);
	}
}

async function find({ token, owner }: store.Session, { person, doseId, dueAt: due }: Reminder): Promise<Dose | undefined> {
	const isIt = (dose: Dose) => dose.doseId === doseId;
	try {
		const window = new URLSearchParams({ from: new Date(due).toISOString(), to: new Date(Date.parse(due) + 1000).toISOString() });
		return (await call<Dose[]>(token, `/people/${person}/doses?${window}`, { patience: PATIENCE_MS })).find(isIt);
	} catch (error) {
		if (error instanceof Refused) return undefined;
		if (!(error instanceof Unreachable)) throw error;
		return (await store.kept<KnownDoses>(owner, person, 'doses'))?.value.doses.find(isIt);
	}
}

/** On the server, or on this device: what was tapped may not be sent yet. */
async function isRecorded(dose: Dose, owner: string): Promise<boolean> {
	const tapped = (await store.entriesOf(owner)).findLast(({ report, state }) => state !== 'refused' && doseKey(report) === doseKey(dose));
	return tapped ? tapped.report.outcome !== 'none' : ['taken', 'skipped', 'extra'].includes(dose.status);
}

/** Shows one notification of a dose, in place of the one before. A message that came twice is heard once. */
async function notify(title: string, body: string, data: Shown, more: { silent?: boolean; actions?: readonly { action: string; title: string }[] } = {}): Promise<void> {
	const tag = data.doseId;
	const before = await self.registration.getNotifications({ tag });
	const isNew = !before.some((each) => (each.data as Shown).reminderId === data.reminderId);
	const options = { body, tag, data, icon: '/icon-192.png', badge: '/icon-192.png', timestamp: Date.parse(data.dueAt), renotify: isNew && !more.silent, ...more };
	await self.registration.showNotification(title, options as NotificationOptions);
}

export async function act(action: string, shown: Shown | StockReminder): Promise<void> {
	if (!isOfStock(shown)) {
		if (action === 'taken' && shown.dose) return await take(shown, shown.dose);
		if (action === 'snooze' && shown.dose) return await snooze(shown, shown.dose);
	}
	const [page] = await self.clients.matchAll({ type: 'window' });
	await (page ? page.focus() : self.clients.openWindow('/'));
}

/** As a tap on the page: kept on the device first, then sent. */
async function take({ owner, person, ...reminder }: Shown, dose: Dose): Promise<void> {
	const { scheduleId, scheduledFor, medicationName, doseAmount, doseUnit, instructions } = dose;
	const report = { scheduleId, scheduledFor, outcome: 'taken', takenAt: new Date().toISOString() } as const;
	const { n } = await store.add({ owner, person, report, dose: { medicationName, doseAmount, doseUnit, instructions, asNeeded: false } });
	await send();
	const entry = (await store.entriesOf(owner)).find((each) => each.n === n);
	if (entry?.state === 'refused') {
		await notify(`${words.refused}: ${words.dose(medicationName, timeOf(dueAt(dose)))}`, words.notification.open, { ...reminder, owner, person });
	} else if (entry?.state === 'waiting') {
		const { sync } = self.registration as ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } };
		// Without it, it is sent when the page is opened next.
		await sync?.register('outbox').catch(() => {});
	}
}

async function snooze(shown: Shown, dose: Dose): Promise<void> {
	const session = await store.session();
	try {
		if (session?.owner !== shown.owner) throw new Unreachable();
		await call(session.token, `/people/${shown.person}/doses/${encodeURIComponent(shown.doseId)}/snooze`, { method: 'POST', body: { minutes: SNOOZE_MINUTES }, patience: PATIENCE_MS });
	} catch (error) {
		if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
		// It is not forgotten: the notification stays.
		if (session?.owner === shown.owner) await showDose(dose, shown, session, words.notification.notSnoozed);
		else await show(shown);
	}
}
