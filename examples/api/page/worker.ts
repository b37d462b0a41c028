/**
 * The service worker: it has the page's own files for when there is no connection, and sends what was tapped when the
 * page is closed by then, and shows reminders. It keeps no answer of the API: those are a person's, and are in the store, under their owner.
 */
import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';
import { act, show } from './notifications.js';
import { send } from './outbox.js';
import { entriesOf, session } from './store.js';

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string }[] };

interface SyncEvent extends ExtendableEvent {
	tag: string;
}

cleanupOutdatedCaches();
precacheAndRoute(self.__WB_MANIFEST);

// A page is one file of script: it cannot be left with half of another version.
void self.skipWaiting();
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('sync', ((event: SyncEvent) => {
	if (event.tag === 'outbox') event.waitUntil(sendAll());
}) as EventListener);

self.addEventListener('push', (event) => event.waitUntil(show(event.data!.json())));
self.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(act(event.action, event.notification.data));
});

/** Fails while something is left to send: the browser then tries again. */
async function sendAll(): Promise<void> {
	await send();
	const owner = (await session())?.owner;
	if (owner !== undefined && (await entriesOf(owner)).some(({ state }) => state === 'waiting')) throw new Error('not all is sent');
}
