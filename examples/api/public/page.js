// Today's doses of one person, to tick off.

const REFRESH_MS = 5000;
const WORDS = { taken: 'taken', skipped: 'skipped', due: 'due now', missed: 'missed', upcoming: '' };

const element = (id) => document.getElementById(id);
const list = element('doses');
const message = element('message');
const signIn = element('sign-in');
const person = element('person');

// A token in the address, after #, is never sent to a server.
const fromAddress = new URLSearchParams(location.hash.slice(1)).get('token');
if (fromAddress) {
	sessionStorage.setItem('token', fromAddress);
	history.replaceState(null, '', location.pathname);
}

class Failed extends Error {
	constructor(status, title) {
		super(title);
		this.status = status;
	}
}

async function api(path, method = 'GET', content) {
	const response = await fetch(`/v1${path}`, {
		method,
		headers: {
			Authorization: `Bearer ${sessionStorage.getItem('token') ?? ''}`,
			...(content === undefined ? {} : { 'Content-Type': 'application/json' }),
		},
		body: content === undefined ? undefined : JSON.stringify(content),
	});
	const answer = response.status === 204 ? null : await response.json().catch(() => ({}));
	if (!response.ok) throw new Failed(response.status, answer.title ?? 'Something went wrong.');
	return answer;
}

// Midnight to midnight by the clock of this device.
function today() {
	const now = new Date();
	const from = new Date(now.getFullYear(), now.getMonth(), now.getDate());
	const to = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
	return { from, to };
}

function show(doses) {
	list.replaceChildren(
		...doses.map((dose) => {
			const row = element('dose').content.cloneNode(true).firstElementChild;
			const done = dose.status === 'taken' || dose.status === 'skipped';
			const tick = row.querySelector('.tick');
			const amount = [dose.doseAmount, dose.doseUnit].filter(Boolean).join(' ');
			row.dataset.status = dose.status;
			row.dataset.dose = dose.doseId;
			tick.setAttribute('aria-checked', String(dose.status === 'taken'));
			tick.setAttribute('aria-label', `${dose.medicationName}, ${dose.localTime.slice(11, 16)}`);
			row.querySelector('.time').textContent = dose.localTime.slice(11, 16);
			row.querySelector('.name').textContent = dose.medicationName;
			row.querySelector('.more').textContent = [amount, dose.instructions].filter(Boolean).join(' · ');
			row.querySelector('.status').textContent = WORDS[dose.status];
			row.querySelector('.skip').textContent = done ? 'Undo' : 'Skip';
			tick.addEventListener('click', () => act(dose, done ? 'undo' : 'take'));
			row.querySelector('.skip').addEventListener('click', () => act(dose, done ? 'undo' : 'skip'));
			return row;
		}),
	);
}

function path(dose) {
	return `/people/${person.value}/doses/${encodeURIComponent(dose.doseId)}`;
}

async function act(dose, what) {
	await guarded(async () => {
		if (what === 'take') await api(`${path(dose)}/taken`, 'PUT', {});
		else if (what === 'skip') await api(`${path(dose)}/skipped`, 'PUT', {});
		else await api(`${path(dose)}/record`, 'DELETE');
	});
	await refresh();
}

let latest = 0;
let shown = '';
async function refresh() {
	if (!sessionStorage.getItem('token') || person.value === '') return;
	const turn = ++latest;
	const { from, to } = today();
	element('day').textContent = from.toLocaleDateString(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
	await guarded(async () => {
		const query = new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
		const doses = await api(`/people/${person.value}/doses?${query}`);
		// An answer that was overtaken is not shown, and what has not changed
		// stays, so that the focus does.
		if (turn !== latest || JSON.stringify(doses) === shown) return;
		shown = JSON.stringify(doses);
		show(doses);
		message.textContent = doses.length === 0 ? 'No doses today.' : '';
	});
}

// Does it, or says what went wrong; a session that ended shows nobody's doses.
async function guarded(work) {
	try {
		await work();
	} catch (error) {
		if (error.status === 401) {
			sessionStorage.removeItem('token');
			end('Your session has ended. Please sign in again.');
		} else {
			message.textContent = error instanceof Failed ? error.message : 'No connection. We keep trying.';
			shown = '';
		}
	}
}

function end(words) {
	list.replaceChildren();
	shown = '';
	person.replaceChildren();
	element('person-choice').hidden = true;
	signIn.hidden = false;
	message.textContent = words;
}

async function begin() {
	if (!sessionStorage.getItem('token')) return end('Please sign in.');
	await guarded(async () => {
		const { actsFor } = await api('/me');
		const people = [{ id: 'me', name: 'myself' }, ...actsFor];
		person.replaceChildren(...people.map(({ id, name }) => new Option(name, id)));
		element('person-choice').hidden = actsFor.length === 0;
		signIn.hidden = true;
		message.textContent = '';
	});
	await refresh();
}

signIn.addEventListener('submit', (event) => {
	event.preventDefault();
	sessionStorage.setItem('token', element('token').value.trim());
	element('token').value = '';
	begin();
});
person.addEventListener('change', () => {
	list.replaceChildren();
	shown = '';
	refresh();
});
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && refresh());
setInterval(refresh, REFRESH_MS);
begin();
