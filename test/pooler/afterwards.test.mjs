/** After all that went through them, the pooler's connections hold nothing. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { POOLED, postgresJs } from '../../clients/drizzle/build/test/connections.js';
import { differences, heldBy } from './session.mjs';

const SERVER_CONNECTIONS = 5;

const pooled = postgresJs({ ...POOLED, max: SERVER_CONNECTIONS });
const direct = postgresJs({ host: process.env.MEDSCHED_SERVER_HOST, ...POOLED, max: 1 });
after(async () => {
	await pooled.close();
	await direct.close();
});

test('each of the pooler’s connections holds what a fresh one does', async () => {
	const fresh = await heldBy(direct.client);

	// As many transactions at once as there are connections: one on each.
	let waiting = 0;
	let allOpen;
	const opened = new Promise((resolve) => (allOpen = resolve));
	const held = await Promise.all(
		Array.from({ length: SERVER_CONNECTIONS }, () =>
			pooled.client.begin(async (client) => {
				const state = await heldBy(client);
				if (++waiting === SERVER_CONNECTIONS) allOpen();
				await opened;
				return state;
			}),
		),
	);
	assert.equal(new Set(held.map(({ pid }) => pid)).size, SERVER_CONNECTIONS);
	for (const state of held) assert.deepEqual(differences(fresh, { ...state, pid: fresh.pid }), []);
});
