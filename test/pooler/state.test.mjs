/**
 * No call leaves anything behind in its session: the pooler may give the
 * connection to the next client, and a proxy has no reason to pin it to this one.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { postgresJs } from '../../clients/drizzle/build/test/connections.js';
import { calls } from './calls.mjs';
import { differences, heldBy, IDLE, seenOf } from './session.mjs';

const open = () => postgresJs({ host: process.env.MEDSCHED_SERVER_HOST, max: 1, prepare: false, idle_timeout: 0, max_lifetime: null });

const observer = open();
const session = open();
after(async () => {
	await session.close();
	await observer.close();
});

const signatures = await observer.client.unsafe(`
	select proname || '(' || array_to_string(array(
			select replace(replace(format_type(t, null), 'timestamp with time zone', 'timestamptz'), ' without time zone', '')
			from unnest(proargtypes) with ordinality as a (t, i) order by i), ',') || ')' as signature
	from pg_proc as p
	where pronamespace = 'medsched'::regnamespace and proname not like '\\_%'
		and prorettype not in ('trigger'::regtype, 'internal'::regtype)
	order by 1`);

test('every function has a call', () => {
	const known = signatures.map((f) => f.signature);
	assert.deepEqual(known.filter((signature) => !(signature in calls)), []);
	assert.deepEqual(Object.keys(calls).filter((signature) => !known.includes(signature)), []);
});

describe('what is looked for would be found', () => {
	const traces = {
		work_mem: ["set work_mem = '1234kB'", 'reset work_mem'],
		settings_of_session: ["select set_config('medsched.grace', '2h', false)", 'reset medsched.grace'],
		search_path: ["select set_config('search_path', 'medsched', false)", 'reset search_path'],
		temporary: ['create temporary table scratch ()', 'drop table scratch'],
		prepared_statements: ['prepare scratch as select 1', 'deallocate scratch'],
		cursors: ['declare scratch cursor with hold for select 1', 'close scratch'],
		channels: ['listen scratch', 'unlisten scratch'],
		advisory_locks: ['select pg_advisory_lock(1)', 'select pg_advisory_unlock(1)'],
		current_user: ['set role medsched_reader', 'reset role'],
	};
	const scratch = open();
	before(async () => {
		await scratch.client.unsafe('create role medsched_reader');
		await scratch.client.unsafe('grant usage on schema medsched to medsched_reader');
	});
	after(() => scratch.close());
	for (const [what, [leave, remove]] of Object.entries(traces)) {
		test(what, async () => {
			const clean = await heldBy(scratch.client);
			await scratch.client.unsafe(leave);
			const held = await heldBy(scratch.client);
			assert.ok(differences(clean, held).includes(what), `${differences(clean, held)}`);
			if (what === 'advisory_locks') assert.deepEqual((await seenOf(observer.client, held.pid)).locks, ['advisory']);
			await scratch.client.unsafe(remove);
			assert.deepEqual(differences(clean, await heldBy(scratch.client)), []);
		});
	}
});

describe('a call leaves nothing in its session', () => {
	let clean;
	before(async () => {
		clean = await heldBy(session.client);
	});

	async function leavesNothing() {
		assert.deepEqual(await seenOf(observer.client, clean.pid), IDLE);
		assert.deepEqual(differences(clean, await heldBy(session.client)), []);
	}

	test('it holds nothing to begin with', () => {
		const { pid, session_user, current_user, settings, settings_of_session, ...rest } = clean;
		assert.ok('medsched.grace' in settings && 'plpgsql.variable_conflict' in settings);
		assert.equal(current_user, session_user);
		assert.deepEqual(rest, { temporary: null, prepared_statements: null, cursors: null, channels: null, advisory_locks: null });
	});

	for (const [signature, call] of Object.entries(calls)) {
		test(signature, async () => {
			const rows = await session.client.unsafe(call);
			assert.ok(rows.length > 0, 'it gives a row');
			await leavesNothing();
		});
	}
});
