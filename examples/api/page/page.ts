/** The doses of one person, to tick off: with a connection or without. */
import { html, nothing, render, type TemplateResult } from 'lit-html';
import { insist, seen, skip, take, takeAsNeeded, takeAt, takeExtra, undo } from './acts.js';
import { clockIsWrongBy } from './api.js';
import { dayName, midnight, timeAndDayOf, zone, type Day } from './clock.js';
import { guardGestures } from './gestures.js';
import { remind, remindNoMore } from './reminding.js';
import { begin, choosePerson, heardOfOutbox, logOut, refresh, signIn } from './session.js';
import { announce } from './speak.js';
import { allowed, changed, dosesOf, isKnown, nameOf, onChange, REFRESH_MS, state, title } from './state.js';
import { hear, type Session } from './store.js';
import { asNeededList } from './views/as-needed.js';
import { doseList } from './views/doses.js';
import { historyTable } from './views/history.js';
import { outboxPanel } from './views/outbox.js';
import { remindersPanel } from './views/reminders.js';
import { stockList } from './views/stock.js';
import { words } from './words.js';

const DAYS = [-1, 0, 1] as const;

function draw(): void {
	const { session } = state;
	document.title = title();
	render(
		html`<header>
				<h1><bdi>${title()}</bdi></h1>
				${session === undefined ? nothing : html`<button type="button" class="log-out" @click=${logOut}>${words.logOut}</button>${personChoice(session)}`}
			</header>
			<main>
				<p class="message" role="status">${message()}</p>
				${session === undefined ? signInForm() : personsPage(session)}
			</main>`,
		document.getElementById('page')!,
	);
}

function message(): string {
	const { broken, notice, session, trouble, doses } = state;
	if (broken) return words.broken;
	if (notice !== '') return notice;
	if (session === undefined) return '';
	if (trouble === 'troubled') return words.troubled;
	if (trouble === 'unreachable') return doses === undefined ? words.noConnectionYet : words.noConnection(timeAndDayOf(new Date(doses.at)));
	const minutes = clockIsWrongBy();
	return minutes === 0 ? '' : words.clockIsWrong(minutes);
}

function personChoice({ owner, person }: Session) {
	const people = state.me?.actsFor ?? [];
	if (people.length === 0) return nothing;
	const choose = async (event: Event) => {
		await choosePerson((event.target as HTMLSelectElement).value);
		announce(title());
	};
	return html`<label class="person"
		>${words.person}
		<select @change=${choose}>
			<option value=${owner} ?selected=${person === owner}>${words.myself}</option>
			${people.map(({ id, name }) => html`<option value=${id} ?selected=${person === id}>${name}</option>`)}
		</select></label
	>`;
}

function personsPage({ person }: Session): TemplateResult {
	const now = Date.now();
	const { day, entries } = state;
	const { asNeeded = [], timed = [], stock = [] } = state.schedules?.value ?? {};
	const empty = isKnown(day) ? words.noDoses : state.doses === undefined && state.trouble === undefined ? words.loading : words.notKnown;
	return html`${outboxPanel(entries, (of) => (of === person ? undefined : (nameOf(of) ?? words.myself)), { seen, insist })}
		<nav class="days" aria-label=${words.day}>
			${DAYS.map((each) => html`<button type="button" aria-pressed=${String(day === each)} @click=${() => chooseDay(each)}>${words.days[each]}</button>`)}
		</nav>
		${doseList({ doses: dosesOf(day, now), canTake: day <= 0, label: dayName(midnight(day)), empty }, { take, takeAt, skip, undo })}
		<p class="clock">${words.clock(zone())}</p>
		${timed.length === 0 ? nothing : html`<button type="button" class="extra" @click=${takeExtra}>${words.extraDose}</button>`}
		${asNeeded.length === 0 ? nothing : asNeededList(asNeeded, allowed(now), takeAsNeeded)} ${stock.length === 0 ? nothing : stockList(stock, now)}
		${remindersPanel(state.reminding, { on: remind, off: remindNoMore })} ${history()}`;
}

function history(): TemplateResult {
	const open = (event: Event) => {
		state.historyIsOpen = (event.target as HTMLDetailsElement).open;
		if (state.historyIsOpen) void refresh();
	};
	return html`<details class="history" ?open=${state.historyIsOpen} @toggle=${open}>
		<summary>${words.history}</summary>
		${state.history !== undefined ? historyTable(state.history.value) : html`<p>${state.trouble === undefined ? words.loading : words.historyNeedsConnection}</p>`}
	</details>`;
}

function signInForm(): TemplateResult {
	const submit = (event: SubmitEvent) => {
		event.preventDefault();
		void signIn(String(new FormData(event.target as HTMLFormElement).get('token')).trim());
	};
	return html`<form class="sign-in" @submit=${submit}>
		<label>${words.token}<input name="token" type="password" autocomplete="off" required /></label>
		<button type="submit" class="main">${words.signIn}</button>
	</form>`;
}

function chooseDay(chosen: Day): void {
	state.day = chosen;
	changed();
	announce(dayName(midnight(chosen)));
}

/** What nobody has reckoned with: a browser that keeps nothing, no room left. The tap may be lost, and that is said. */
function broken({ reason }: PromiseRejectionEvent): void {
	console.error(reason);
	state.broken = true;
	changed();
}

onChange(draw);
guardGestures(document);
addEventListener('unhandledrejection', broken);
hear((what) => void (what === 'session' ? begin() : heardOfOutbox()));
addEventListener('online', () => void refresh());
// A page that comes back from the browser's memory may be of somebody who has logged out.
addEventListener('pageshow', ({ persisted }) => persisted && void begin());
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void refresh());
setInterval(() => document.visibilityState === 'visible' && void refresh(), REFRESH_MS);
// Without it, the page works while there is a connection.
navigator.serviceWorker?.register('/worker.js').catch((error) => console.warn(error));

// A token in the address, after #, is never sent to a server.
const fromAddress = new URLSearchParams(location.hash.slice(1)).get('token');
if (fromAddress !== null) window.history.replaceState(null, '', location.pathname);
void (fromAddress === null ? begin() : signIn(fromAddress));
