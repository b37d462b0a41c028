/** The doses of one person, to tick off: with a connection or without. */
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { Refused, Unreachable, type DayCounts, type Me } from './api.js';
import { dayName, midnight, timeAndDayOf, zone, type Day } from './clock.js';
import { guardGestures } from './gestures.js';
import { send } from './outbox.js';
import { readDoses, readHistory, readMe, readSchedules, type KnownDoses, type KnownSchedules } from './read.js';
import { shownDoses, type ShownDose } from './shown.js';
import * as store from './store.js';
import { asNeededList, warningOf, type Allowed, type AsNeeded } from './views/as-needed.js';
import { closeDialogs } from './views/dialog.js';
import { doseList, doseName } from './views/doses.js';
import { historyTable } from './views/history.js';
import { actOf, entryName, outboxPanel, problemOf } from './views/outbox.js';
import { askDespite, askExtra, askLeaving, askTaking, askWhen, askWhy } from './views/questions.js';
import { words } from './words.js';

const REFRESH_MS = 20_000;
/** After so long, what was read is no longer taken for what is. */
const CURRENT_MS = 3 * REFRESH_MS;

let session: store.Session | undefined;
let me: Me | undefined;
let day: Day = 0;
let doses: store.Kept<KnownDoses> | undefined;
let schedules: store.Kept<KnownSchedules> | undefined;
let history: store.Kept<DayCounts[]> | undefined;
let historyIsOpen = false;
let entries: store.Entry[] = [];
let trouble: 'unreachable' | 'troubled' | undefined;
let notice = '';
/** Answers come in any order: the number of the last question, and of the one whose answer is shown. */
let [asked, shown] = [0, 0];

/* ---- What is shown. ---- */

function draw(): void {
	const title = titleOf();
	document.title = title;
	render(
		html`<header>
				<h1><bdi>${title}</bdi></h1>
				${session === undefined ? nothing : html`<button type="button" class="log-out" @click=${logOut}>${words.logOut}</button>`}
				${session === undefined ? nothing : personChoice(session)}
			</header>
			<main>
				<p class="message" role="status">${message()}</p>
				${session === undefined ? signInForm() : personsPage()}
			</main>`,
		document.getElementById('page')!,
	);
}

function titleOf(): string {
	const name = session && nameOf(session.person);
	return name === undefined ? words.yours : words.of(name);
}

/** The name of a person that the signed-in one acts for. */
function nameOf(person: string): string | undefined {
	return me?.actsFor.find(({ id }) => id === person)?.name;
}

function message(): string {
	if (notice !== '') return notice;
	if (session === undefined || trouble === undefined) return '';
	if (trouble === 'troubled') return words.troubled;
	return doses === undefined ? words.noConnectionYet : words.noConnection(timeAndDayOf(new Date(doses.at)));
}

function personChoice({ owner, person }: store.Session) {
	if (!me || me.actsFor.length === 0) return nothing;
	return html`<label class="person"
		>${words.person}
		<select @change=${(event: Event) => choosePerson((event.target as HTMLSelectElement).value)}>
			<option value=${owner} ?selected=${person === owner}>${words.myself}</option>
			${me.actsFor.map(({ id, name }) => html`<option value=${id} ?selected=${person === id}>${name}</option>`)}
		</select></label
	>`;
}

function personsPage(): TemplateResult {
	const now = Date.now();
	const date = midnight(day);
	const { asNeeded = [], timed = [] } = schedules?.value ?? {};
	return html`${outboxPanel(entries, (person) => (person === session?.person ? undefined : (nameOf(person) ?? words.myself)), { seen, insist })}
		<nav class="days">
			${([-1, 0, 1] as const).map(
				(each) => html`<button type="button" aria-pressed=${String(day === each)} @click=${() => chooseDay(each)}>${words.days[each]}</button>`,
			)}
		</nav>
		${doseList({ doses: dosesOf(day, now), canTake: day <= 0, label: dayName(date), empty: emptyOf(date) }, { take, takeAt, skip, undo })}
		<p class="clock">${words.clock(zone())}</p>
		${timed.length === 0 ? nothing : html`<button type="button" class="extra" @click=${extra}>${words.extraDose}</button>`}
		${asNeeded.length === 0 ? nothing : asNeededList(asNeeded, allowed(now), takeAsNeeded)}
		<details class="history" ?open=${historyIsOpen} @toggle=${openHistory}>
			<summary>${words.history}</summary>
			${history !== undefined ? historyTable(history.value) : html`<p>${trouble === undefined ? words.loading : words.historyNeedsConnection}</p>`}
		</details>`;
}

function signInForm(): TemplateResult {
	return html`<form class="sign-in" @submit=${submitToken}>
		<label>${words.token}<input id="token" name="token" type="password" autocomplete="off" required /></label>
		<button type="submit" class="main">${words.signIn}</button>
	</form>`;
}

function isCurrent(read: store.Kept<unknown> | undefined, now: number): boolean {
	return read !== undefined && trouble === undefined && now - read.at < CURRENT_MS;
}

/** What was tapped for the person whose doses are shown. */
function personsEntries(): store.Entry[] {
	return entries.filter(({ person }) => person === session?.person);
}

function dosesOf(of: Day, now: number): ShownDose[] {
	const [from, to] = [midnight(of).getTime(), midnight(of + 1).getTime()];
	const asNeeded = new Set((schedules?.value.asNeeded ?? []).map(({ schedule }) => schedule.scheduleId));
	return shownDoses(doses?.value.doses ?? [], personsEntries(), { asNeeded, current: isCurrent(doses, now), now }).filter(({ scheduledFor }) => {
		const at = Date.parse(scheduledFor);
		return from <= at && at < to;
	});
}

function emptyOf(date: Date): string {
	if (doses === undefined) return trouble === undefined ? words.loading : words.notKnown;
	const { from, to } = doses.value;
	return from <= date.getTime() && date.getTime() < to ? words.noDoses : words.notKnown;
}

function allowed(now: number): Allowed {
	const known = !personsEntries().some(({ state, sentAt = 0 }) => state === 'waiting' || (state === 'sent' && sentAt >= (schedules?.at ?? 0)));
	return { known, asOf: isCurrent(schedules, now) ? undefined : schedules?.at, now };
}

let announcing: ReturnType<typeof setTimeout> | undefined;

/** Says it to those who cannot see it. */
function announce(text: string): void {
	const region = document.getElementById('announcement')!;
	region.textContent = '';
	clearTimeout(announcing);
	// The same words twice are two announcements.
	if (text !== '') announcing = setTimeout(() => (region.textContent = text), 50);
}

/** Gives the focus to a control of a dose, or to the day where the dose is gone. */
function focusOn({ key }: { key: string }, control: 'tick' | 'undo'): void {
	const row = [...document.querySelectorAll<HTMLElement>('li.dose')].find(({ dataset }) => dataset['key'] === key);
	const target = row?.querySelector<HTMLElement>(`.${control}:not(.away)`) ?? row?.querySelector<HTMLElement>('.skip') ?? document.getElementById('day');
	target?.focus();
}

/* ---- What can be done. ---- */

async function take(dose: ShownDose): Promise<void> {
	// Of a day that is over, the time is not now.
	if (day < 0) return takeAt(dose);
	await report(dose, { outcome: 'taken', takenAt: new Date().toISOString() });
}

async function takeAt(dose: ShownDose): Promise<void> {
	const scheduled = new Date(dose.scheduledFor);
	const at = await askWhen(doseName(dose), day < 0 ? scheduled : new Date());
	if (at) await report(dose, { outcome: 'taken', takenAt: at.toISOString() }, 'undo');
}

async function skip(dose: ShownDose): Promise<void> {
	const answer = await askWhy(doseName(dose));
	if (answer) await report(dose, { outcome: 'skipped', ...(answer.reason === undefined ? {} : { reason: answer.reason }) }, 'undo');
}

async function undo(dose: ShownDose): Promise<void> {
	if (dose.status !== 'taken' && dose.status !== 'skipped' && dose.status !== 'extra') return;
	await report(dose, { outcome: 'none', expected: { outcome: dose.status, takenAt: dose.takenAt } }, 'tick');
}

async function report(dose: ShownDose, what: Omit<store.Report, 'scheduleId' | 'scheduledFor'>, focus?: 'tick' | 'undo'): Promise<void> {
	const { scheduleId, scheduledFor, medicationName, doseAmount, doseUnit, instructions, asNeeded } = dose;
	await enter({ scheduleId, scheduledFor, ...what }, { medicationName, doseAmount, doseUnit, instructions, asNeeded });
	if (focus !== undefined) focusOn(dose, focus);
}

async function takeAsNeeded(item: AsNeeded): Promise<void> {
	const { schedule } = item;
	const taking = await askTaking(schedule, warningOf(item, allowed(Date.now())));
	if (!taking) return;
	const second = toTheSecond(taking.at);
	const { amount, despiteLimits } = taking;
	const report = { scheduleId: schedule.scheduleId, scheduledFor: second, outcome: 'taken' as const, takenAt: second };
	await enter({ ...report, ...(amount === undefined ? {} : { amount }), ...(despiteLimits === undefined ? {} : { despiteLimits }) }, { ...schedule, doseAmount: amount ?? schedule.doseAmount });
}

async function extra(): Promise<void> {
	const answer = await askExtra(schedules?.value.timed ?? []);
	if (!answer) return;
	const { schedule, at, amount, reason } = answer;
	const report = { scheduleId: schedule.scheduleId, scheduledFor: toTheSecond(at), outcome: 'extra' as const };
	await enter({ ...report, ...(amount === undefined ? {} : { amount }), ...(reason === undefined ? {} : { reason }) }, { ...schedule, doseAmount: amount ?? schedule.doseAmount });
}

/** A dose that is at no set time is that of the second when it was taken. */
function toTheSecond(at: Date): string {
	return at.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Keeps what was tapped, shows it, and sends it. */
async function enter(report: store.Report, dose: store.Entry['dose'] & object): Promise<void> {
	if (!session) return;
	const { owner, person } = session;
	const { medicationName, doseAmount, doseUnit, instructions, asNeeded } = dose;
	const entry = await store.add({ owner, person, report, dose: { medicationName, doseAmount, doseUnit, instructions, asNeeded } });
	await readOutbox();
	announce(words.done(entryName(entry), actOf(entry)));
	void sendSoon();
	void settled(entry);
}

/** Sends, reads anew, and says of a tap what else there is to say of it. */
async function settled({ n }: store.Entry): Promise<void> {
	await refresh();
	const entry = entries.find((each) => each.n === n);
	// What was refused says so itself, in a region that is announced.
	if (entry?.state === 'waiting') announce(`${words.done(entryName(entry), actOf(entry))}, ${words.waiting}`);
}

/** Has the service worker send what is left when the page is closed, where the browser can do that. */
async function sendSoon(): Promise<void> {
	const registration = await navigator.serviceWorker?.ready;
	await (registration as (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }) | undefined)?.sync?.register('outbox').catch(() => {});
}

async function seen(entry: store.Entry): Promise<void> {
	await store.forget(entry.n);
	await readOutbox();
	document.getElementById('day')?.focus();
}

/** Records all the same what the limits refused. */
async function insist(entry: store.Entry): Promise<void> {
	const despiteLimits = await askDespite(entryName(entry), problemOf(entry));
	if (despiteLimits === undefined || !session) return;
	await store.add({ owner: entry.owner, person: entry.person, dose: entry.dose, report: { ...entry.report, despiteLimits } });
	await seen(entry);
	await refresh();
}

function chooseDay(chosen: Day): void {
	day = chosen;
	draw();
	announce(dayName(midnight(day)));
}

async function choosePerson(person: string): Promise<void> {
	if (!session) return;
	await store.choose(session.owner, person);
	await begin();
	announce(titleOf());
}

function openHistory(event: Event): void {
	historyIsOpen = (event.target as HTMLDetailsElement).open;
	if (historyIsOpen) void refresh();
}

/* ---- Reading and sending. ---- */

async function readOutbox(): Promise<void> {
	const mine = session;
	const read = mine === undefined ? [] : await store.entriesOf(mine.owner);
	// Another may have signed in meanwhile.
	if (session?.owner === mine?.owner) entries = read;
	draw();
}

/** Another tab, or the service worker, has put something into the outbox or sent it. */
async function heardOfOutbox(): Promise<void> {
	await readOutbox();
	if (entries.some(({ state }) => state === 'sent')) await refresh();
}

async function refresh(): Promise<void> {
	if (!session) return;
	const mine = session;
	const number = ++asked;
	// Not that of another session, nor one that was overtaken.
	const isWanted = () => session === mine && number > shown;
	try {
		const sent = await send();
		if (session !== mine) return;
		if (sent === 'ended') return await begin();
		await readOutbox();
		if (sent === 'unreachable') throw new Unreachable();
		const read = await Promise.all([readMe(mine.token), readDoses(mine), readSchedules(mine), historyIsOpen ? readHistory(mine) : history]);
		if (!isWanted()) return;
		shown = number;
		[me, doses, schedules, history] = read;
		trouble = sent === 'troubled' ? 'troubled' : undefined;
		notice = '';
		await store.keep(mine.owner, mine.owner, 'me', { at: doses.at, value: me });
		await store.forgetSent(mine.owner, mine.person, Math.min(doses.at, schedules.at));
		await readOutbox();
	} catch (error) {
		if (isWanted()) await failed(error, mine);
	}
}

async function failed(error: unknown, { token, owner, person }: store.Session): Promise<void> {
	if (error instanceof Refused && error.status === 401) {
		await store.signOut(token);
		await begin();
	} else if (error instanceof Refused && error.status === 403 && person !== owner) {
		await store.choose(owner, owner);
		await begin();
		notice = words.noLongerFor;
		draw();
	} else {
		trouble = error instanceof Refused ? 'troubled' : 'unreachable';
		if (!(error instanceof Refused) && !(error instanceof Unreachable)) console.error(error);
		await readOutbox();
	}
}

/* ---- Who is signed in. ---- */

/** Shows who is signed in now what is known of them, then what is so. */
async function begin(): Promise<void> {
	const before = session;
	session = await store.session();
	if (session === undefined || session.owner !== before?.owner || session.person !== before.person) {
		closeDialogs();
		announce('');
		[doses, schedules, history, historyIsOpen, trouble, day] = [undefined, undefined, undefined, false, undefined, 0];
	}
	notice = '';
	if (!session) {
		const waiting = entries.some(({ state }) => state === 'waiting');
		notice = before === undefined ? words.pleaseSignIn : waiting ? words.sessionEndedWaiting : words.sessionEnded;
		[me, entries] = [undefined, []];
		return draw();
	}
	const { owner, person } = session;
	me = (await store.kept<Me>(owner, owner, 'me'))?.value;
	doses ??= await store.kept<KnownDoses>(owner, person, 'doses');
	schedules ??= await store.kept<KnownSchedules>(owner, person, 'schedules');
	history ??= await store.kept<DayCounts[]>(owner, person, 'history');
	await readOutbox();
	await refresh();
}

async function signIn(token: string): Promise<void> {
	try {
		const { id } = await readMe(token);
		const before = await store.session();
		await store.signIn({ token, owner: id, person: before?.owner === id ? before.person : id });
		await begin();
	} catch (error) {
		// Who asked to be somebody else does not go on as who was signed in before.
		const before = await store.session();
		if (before && error instanceof Refused) await store.signOut(before.token);
		await begin();
		notice = error instanceof Refused ? words.sessionEnded : words.signInNeedsConnection;
		draw();
	}
}

async function submitToken(event: SubmitEvent): Promise<void> {
	event.preventDefault();
	const field = document.getElementById('token') as HTMLInputElement;
	await signIn(field.value.trim());
	if (session) document.getElementById('day')?.focus();
}

async function logOut(): Promise<void> {
	if (!session) return;
	const leaving = session;
	// What can be sent is, but nobody waits long for it.
	await Promise.race([refresh(), new Promise((resolve) => setTimeout(resolve, 3000))]);
	const unsettled = entries.filter(({ state }) => state !== 'sent').length;
	const answer = unsettled === 0 ? 'keep' : await askLeaving(unsettled);
	if (answer === undefined) return;
	await store.signOut(leaving.token, { discard: answer === 'discard' });
	await begin();
	notice = words.pleaseSignIn;
	draw();
}

/* ---- From here it runs. ---- */

guardGestures(document);
store.hear((what) => void (what === 'session' ? begin() : heardOfOutbox()));
addEventListener('online', () => void refresh());
// A page that comes back from the browser's memory may be of somebody who has logged out.
addEventListener('pageshow', ({ persisted }) => persisted && void begin());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void refresh());
setInterval(() => document.visibilityState === 'visible' && void refresh(), REFRESH_MS);
void navigator.serviceWorker?.register('/worker.js');

// A token in the address, after #, is never sent to a server.
const fromAddress = new URLSearchParams(location.hash.slice(1)).get('token');
if (fromAddress !== null) {
	window.history.replaceState(null, '', location.pathname);
	await signIn(fromAddress);
} else {
	await begin();
}
