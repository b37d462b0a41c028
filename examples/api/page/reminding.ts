/** Whether this device is reminded, and turning that on and off. */
import { call, Refused, Unreachable } from './api.js';
import { announce } from './speak.js';
import { changed, state } from './state.js';
import { words } from './words.js';

/** Whose reminders come here, kept past the end of their session: they go on until their owner logs out, or another signs in. */
const OWNER = 'medsched-reminded';

/** So long, logging out waits for it. */
const PATIENCE_MS = 3000;

/** The key to subscribe with, where the server sends Web Push. */
let publicKey: string | null = null;

async function subscription(): Promise<PushSubscription | null> {
	const registration = await navigator.serviceWorker?.getRegistration();
	return (await registration?.pushManager?.getSubscription()) ?? null;
}

/** Finds out how it is, for who is signed in now, and has the server know the same. */
export async function readReminding(): Promise<void> {
	const { session } = state;
	state.reminding = undefined;
	if (session === undefined || !('serviceWorker' in navigator) || !('PushManager' in window)) return;
	const present = await subscription();
	if (present !== null && localStorage.getItem(OWNER) !== session.owner) {
		// Of somebody who was signed in here before.
		await present.unsubscribe();
		localStorage.removeItem(OWNER);
	}
	try {
		({ publicKey } = await call<{ publicKey: string | null }>(session.token, '/push'));
		const mine = await subscription();
		if (mine !== null) await call(session.token, '/me/push-subscriptions', { method: 'PUT', body: mine.toJSON() });
		if (state.session !== session) return;
		if (publicKey !== null) state.reminding = Notification.permission === 'denied' ? 'denied' : mine === null ? 'off' : 'on';
		changed();
	} catch (error) {
		if (!(error instanceof Refused) && !(error instanceof Unreachable)) throw error;
	}
}

export async function remind(): Promise<void> {
	const { session } = state;
	if (session === undefined || publicKey === null) return;
	try {
		if ((await Notification.requestPermission()) === 'granted') {
			const registration = await navigator.serviceWorker.ready;
			const made = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
			localStorage.setItem(OWNER, session.owner);
			await call(session.token, '/me/push-subscriptions', { method: 'PUT', body: made.toJSON() });
		}
		await readReminding();
		announce(state.reminding === 'on' ? words.reminders.areOn : words.reminders.denied);
	} catch (error) {
		console.warn(error);
		await forgetReminding();
		state.reminding = 'failed';
		changed();
		announce(words.reminders.failed);
	}
}

export async function remindNoMore(): Promise<void> {
	await forgetReminding();
	await readReminding();
	announce(words.reminders.areOff);
}

/** Ends what comes to this device. Without a connection the push service says so, to the server's next message. */
export async function forgetReminding(): Promise<void> {
	const { session } = state;
	const present = await subscription();
	localStorage.removeItem(OWNER);
	if (present === null) return;
	const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(present.endpoint)));
	const id = btoa(String.fromCharCode(...hash)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
	await present.unsubscribe();
	if (session) await call(session.token, `/me/push-subscriptions/${id}`, { method: 'DELETE', patience: PATIENCE_MS }).catch(() => {});
}
