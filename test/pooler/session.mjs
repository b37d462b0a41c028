/** What a session holds that outlives a transaction. */

/** As the session itself sees it; client is one of postgres.js's. */
export async function heldBy(client) {
	// The library's settings are known once it is loaded, as are PL/pgSQL's.
	await client.unsafe(`select medsched.grace_ended_before(null), medsched.schedule_from_sig('BID', '2026-03-01', 'UTC')`);
	const [held] = await client.unsafe(`
		select pg_backend_pid() as pid, session_user::text, current_user::text,
			(select jsonb_object_agg(name, setting) from pg_settings where name not in (${OF_THE_CLIENT})) ||
				(select jsonb_object_agg(name, nullif(current_setting(name, true), '')) from unnest('{${OURS}}'::text[]) as name) as settings,
			(select jsonb_agg(name) from pg_settings where source = 'session' and name not in (${OF_THE_CLIENT})) as settings_of_session,
			(select jsonb_agg(relname) from pg_class where relnamespace = pg_my_temp_schema()) as temporary,
			(select jsonb_agg(name) from pg_prepared_statements) as prepared_statements,
			(select jsonb_agg(name) from pg_cursors where name <> '') as cursors,
			(select jsonb_agg(channel) from pg_listening_channels() as channel) as channels,
			(select jsonb_agg(objid) from pg_locks where pid = pg_backend_pid() and locktype = 'advisory') as advisory_locks`);
	return held;
}

// Named, because the managed edition's settings are unknown to the server until they are set.
const OURS = ['medsched.grace', 'medsched.max_doses', 'medsched.max_doses_per_day'];

// Which client it is, for which the pooler cares, and the transaction's own.
const OF_THE_CLIENT = `'application_name', 'client_encoding', 'transaction_isolation', 'transaction_read_only', 'transaction_deferrable'`;

/** What differs between two of heldBy's. */
export function differences(before, after) {
	const different = (a, b) => Object.keys({ ...a, ...b }).filter((name) => JSON.stringify(a[name]) !== JSON.stringify(b[name]));
	return different({ ...before, ...before.settings, settings: null }, { ...after, ...after.settings, settings: null });
}

/** What an idle session holds of locks and transactions, as another one sees it. */
export async function seenOf(observer, pid) {
	const [seen] = await observer.unsafe(
		`select state, backend_xid::text, backend_xmin::text,
			(select jsonb_agg(locktype) from pg_locks where pg_locks.pid = a.pid) as locks
		from pg_stat_activity as a where pid = $1`,
		[pid],
	);
	return { ...seen };
}

export const IDLE = { state: 'idle', backend_xid: null, backend_xmin: null, locks: null };
