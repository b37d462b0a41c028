/**
 * No call leaves anything behind in its session: the pooler may give the
 * connection to the next client, and a proxy has no reason to pin it to this one.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { native, POOLED, postgresJs } from '../../clients/drizzle/build/test/connections.js';
import { calls } from './calls.mjs';
import { differences, heldBy, IDLE, seenOf } from './session.mjs';

const open = (connection = {}) =>
	postgresJs({ host: process.env.MEDSCHED_SERVER_HOST, ...POOLED, max: 1, max_lifetime: null, connection });

// For these NULL is an answer, or stands for a default.
const ANSWER_NULL = new Set(['check_dates', 'check_rrule', 'check_time_zone', 'dose_id', 'grace_ended_before', 'percentage_taken', 'schedule_density_problem']);

const observer = open();
const session = open({ track_functions: 'all' });
after(async () => {
	await session.close();
	await observer.close();
});

const functions = await observer.client.unsafe(`
	select oid::regprocedure::text as name, prorettype = 'trigger'::regtype as is_trigger,
		proname || '(' || array_to_string(array(
			select replace(replace(format_type(t, null), 'timestamp with time zone', 'timestamptz'), ' without time zone', '')
			from unnest(proargtypes) with ordinality as a (t, i) order by i), ',') || ')' as signature,
		array_to_string(array(select 'null::' || format_type(t, null) from unnest(proargtypes) as t), ', ') as nulls,
		proname
	from pg_proc
	where pronamespace = 'medsched'::regnamespace and proname not like '\\_%' and prorettype <> 'internal'::regtype
	order by 1`);
const callable = functions.filter((f) => !f.is_trigger);

test('every function has a call', () => {
	const known = callable.map((f) => f.signature);
	assert.deepEqual(known.filter((signature) => !(signature in calls)), []);
	assert.deepEqual(Object.keys(calls).filter((signature) => !known.includes(signature)), []);
});

describe('what is looked for would be found', () => {
	const traces = {
		work_mem: ["set work_mem = '1234kB'", 'reset work_mem'],
		'medsched.grace': ["select set_config('medsched.grace', '2h', false)", 'reset medsched.grace'],
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
		await scratch.client.unsafe('create role medsched_reader role current_user');
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
			const answer = session.client.unsafe(call);
			if (signature === 'reset_for_tests()') await assert.rejects(answer, { code: '55000' });
			else if (native || !signature.startsWith('calendar_feed(')) assert.ok((await answer).length > 0, 'it gives a row');
			else await assert.rejects(answer, { code: '0A000' });
			await leavesNothing();
		});
	}

	describe('nor does what is refused', () => {
		before(() =>
			session.client.unsafe(`select medsched.create_medication('00000000-0000-4000-8000-0000000000ff', 'kept',
				'[{"starts_at": "2026-03-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=DAILY"}]')`),
		);

		for (const { proname, nulls } of callable.filter((f) => f.nulls !== '')) {
			test(`${proname}(${nulls})`, async () => {
				const outcome = await session.client.unsafe(`select medsched.${proname}(${nulls})`).then(() => 'answered', ({ code }) => code);
				const expected = ANSWER_NULL.has(proname) ? /^answered$/ : native || proname !== 'calendar_feed' ? /^(22004|P0002)$/ : /^0A000$/;
				assert.match(outcome, expected);
				await leavesNothing();
			});
		}

		const refused = [
			['a medication without a schedule', '23514', `insert into medsched.medications (user_id, name) values (gen_random_uuid(), 'none')`],
			['a rule without a dose', '23514', `select medsched.create_medication(gen_random_uuid(), 'never',
				'[{"starts_at": "2026-02-01T08:00:00", "time_zone": "UTC", "rrule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}]')`],
			['a dose that is none', '23514', `insert into medsched.dose_taken (user_id, schedule_id, scheduled_for)
				select user_id, id, '2026-03-02 08:01Z' from medsched.schedules`],
			['a rule that is none', '22023', `select medsched.check_rrule('FREQ=SOMETIMES')`],
			['another person’s schedule', 'P0002', `select medsched.mark_dose_taken(gen_random_uuid(), gen_random_uuid(), '2026-03-02 08:00Z')`],
			['deleting medications', '23001', 'delete from medsched.medications'],
			['truncating them', '23001', 'truncate medsched.medications cascade'],
			['more than max_doses', '54000', `select count(*) from medsched.occurrences('FREQ=SECONDLY', '2026-01-01 00:00', 'UTC', '2026-01-01Z', '2027-01-01Z')`],
			['what takes too long', '57014', `set local statement_timeout = '100ms'; set local medsched.max_doses = 10000000;
				select count(*) from medsched.occurrences('FREQ=SECONDLY', '2026-01-01 00:00', 'UTC', '2026-01-01Z', '2026-04-01Z')`],
		];
		for (const [what, code, statement] of refused) {
			test(what, async () => {
				await assert.rejects(session.client.unsafe(statement), { code });
				await leavesNothing();
			});
		}
	});

	test('and every trigger has fired', async () => {
		// A call that ends with an error, as all of tables_not_truncated's do, is not counted.
		await session.client.unsafe('select pg_stat_force_next_flush()');
		const fired = await session.client.unsafe(`select funcid::regprocedure::text as name from pg_stat_user_functions where calls > 0`);
		const names = new Set(fired.map((f) => f.name));
		assert.deepEqual(functions.filter((f) => f.is_trigger && !names.has(f.name)).map((f) => f.proname).sort(), ['erase_with_account', 'tables_not_truncated']);
	});
});
