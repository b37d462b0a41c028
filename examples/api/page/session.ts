/** Who is signed in; and reading and sending for them. */
import { Refused, Unreachable, type DayCounts, type Me } from './api.js';
import { send } from './outbox.js';
import { readDoses, readHistory, readMe, readSchedules, type KnownDoses, type KnownSchedules } from './read.js';
import { forgetReminding, readReminding } from './reminding.js';
import { announce, focusOnDay } from './speak.js';
import { changed, nothingKnown, state } from './state.js';
import * as store from './store.js';
import { closeDialogs } from './views/dialog.js';
import { askLeaving } from './views/questions.js';
import { words } from './words.js';

/** Answers come in any order: the number of the last question, and of the one whose answer is shown. */
let [asked, answered] = [0, 0];

export async function readOutbox(): Promise<void> {
	const { session } = state;
	const entries = session === undefined ? [] : await store.entriesOf(session.owner);
	// Another may have signed in meanwhile.
	if (state.session?.owner === session?.owner) state.entries = entries;
	changed();
}

/** Another tab, or the service worker, has put something into the outbox or sent it. */
export async function heardOfOutbox(): Promise<void> {
	await readOutbox();
	if (state.entries.some((entry) => entry.state === 'sent')) await refresh();
}

/** Sends what waits, and reads anew. */
export async function refresh(): Promise<void> {
	const { session } = state;
	if (!session) return;
	const number = ++asked;
	// Not that of another session, nor one that was overtaken.
	const isWanted = () => state.session === session && number > answered;
	try {
		const sent = await send();
		if (state.session !== session) return;
		if (sent === 'ended') return await begin();
		await readOutbox();
		if (sent === 'unreachable') throw new Unreachable();
		const [me, doses, schedules, history] = await Promise.all([
			readMe(session.token),
			readDoses(session),
			readSchedules(session),
			state.historyIsOpen ? readHistory(session) : state.history,
		]);
		if (!isWanted()) return;
		answered = number;
		Object.assign(state, { me, doses, schedules, history, trouble: sent === 'troubled' ? 'troubled' : undefined, notice: '' });
		await store.keep(session.owner, session.owner, 'me', { at: doses.at, value: me });
		await store.forgetSent(session.owner, session.person, Math.min(doses.at, schedules.at));
		await readOutbox();
	} catch (error) {
		if (isWanted()) await failed(error, session);
	}
}

async function failed(error: unknown, { token, owner, person }: store.Session): Promise<void> {
	if (error instanceof Refused && error.status === 401) {
		await store.signOut(token);
		await begin();
	} else if (error instanceof Refused && error.status === 403 && person !== owner) {
		await store.choose(owner, owner);
		await begin();
		say(words.noLongerFor);
	} else if (error instanceof Refused || error instanceof Unreachable) {
		state.trouble = error instanceof Refused ? 'troubled' : 'unreachable';
		await readOutbox();
	} else {
		throw error;
	}
}

function say(notice: string): void {
	state.notice = notice;
	changed();
}

/** Shows the person who is signed in now what is known of their doses, then what is so. */
export async function begin(): Promise<void> {
	const before = state.session;
	const session = await store.session();
	state.session = session;
	if (session === undefined || session.owner !== before?.owner || session.person !== before.person) {
		closeDialogs();
		announce('');
		Object.assign(state, nothingKnown);
	}
	state.notice = '';
	if (!session) {
		const waiting = state.entries.some((entry) => entry.state === 'waiting');
		[state.me, state.entries] = [undefined, []];
		return say(before === undefined ? words.pleaseSignIn : waiting ? words.sessionEndedWaiting : words.sessionEnded);
	}
	const { owner, person } = session;
	const [me, doses, schedules, history] = await Promise.all([
		store.kept<Me>(owner, owner, 'me'),
		store.kept<KnownDoses>(owner, person, 'doses'),
		store.kept<KnownSchedules>(owner, person, 'schedules'),
		store.kept<DayCounts[]>(owner, person, 'history'),
	]);
	if (state.session !== session) return;
	state.me = me?.value;
	state.doses ??= doses;
	state.schedules ??= schedules;
	state.history ??= history;
	void readReminding();
	await readOutbox();
	await refresh();
}

/** Signs in whom the token is of. */
export async function signIn(token: string): Promise<void> {
	try {
		const { id } = await readMe(token);
		const before = await store.session();
		await store.signIn({ token, owner: id, person: before?.owner === id ? before.person : id });
		await begin();
		focusOnDay();
	} catch (error) {
		if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
		// Who asked to be somebody else does not go on as who was signed in before.
		const before = await store.session();
		if (before && error instanceof Refused) await store.signOut(before.token);
		await begin();
		say(error instanceof Refused ? words.sessionEnded : words.signInNeedsConnection);
	}
}

const WAIT_MS = 3000;

export async function logOut(): Promise<void> {
	const { session } = state;
	if (!session) return;
	// What can be sent is, but nobody waits long for it.
	await Promise.race([refresh(), new Promise((resolve) => setTimeout(resolve, WAIT_MS))]);
	const unsettled = state.entries.filter((entry) => entry.state !== 'sent').length;
	const answer = unsettled === 0 ? 'keep' : await askLeaving(unsettled);
	if (answer === undefined) return;
	await forgetReminding();
	await store.signOut(session.token, { discard: answer === 'discard' });
	await begin();
	say(words.pleaseSignIn);
}

export async function choosePerson(person: string): Promise<void> {
	if (!state.session) return;
	await store.choose(state.session.owner, person);
	await begin();
}
