/**
 * Server time of a claim of 1,000, of completing them, and of a claim when nothing is due: medians, of databases with so many schedules
 * each, by turns.
 *
 *	node claims.mjs DATABASE=SCHEDULES...
 */
import pg from 'pg';

const TURNS = 20;
const IDLE_TURNS = 500;
const targets = new Map([['claim 1000', 10], ['idle', 0.2]]);

const databases = await Promise.all(
	process.argv.slice(2).map(async (argument) => {
		const [database, schedules] = argument.split('=');
		const client = new pg.Client({ host: process.env.PGHOST, port: Number(process.env.PGPORT), user: process.env.PGUSER, database });
		await client.connect();
		// As a server has it that is to lose nothing; until a commit is written, an index does not learn which of its rows are dead.
		await client.query('set synchronous_commit = on');
		return { schedules, client };
	}),
);

async function byTurns(turns, statement) {
	for (let turn = 0; turn < turns; turn++) for (const { client } of databases) await client.query(statement);
}

await byTurns(1, 'call look_at_each_page()');
await byTurns(TURNS, 'call claim_and_complete()');
await byTurns(TURNS, 'call move_rows()');
// When what is left is claimed, nothing is due.
await byTurns(1, 'select count(*) from medsched.claim_reminders(10000)');
await byTurns(IDLE_TURNS, 'call claim_nothing()');

const claims = [];
for (const { schedules, client } of databases) {
	const { rows } = await client.query(`select what, percentile_cont(0.5) within group (order by ms) as median, count(*) as times, min(ms) as quickest
		from took group by what order by what`);
	console.log(`${schedules} schedules`);
	for (const { what, median, times, quickest } of rows) {
		const target = targets.has(what) ? `; target: under ${targets.get(what)}` : '';
		console.log(`${what}: ${median.toFixed(3)} ms (${times} times, quickest ${quickest.toFixed(3)}${target})`);
	}
	claims.push({ schedules, median: rows.find(({ what }) => what === 'claim 1000').median });
	await client.end();
}
const [first, last] = [claims[0], claims.at(-1)];
if (first !== last) {
	const ratio = (last.median / first.median).toFixed(2);
	console.log(`a claim of 1,000 with ${last.schedules} schedules costs ${ratio} times what it costs with ${first.schedules} (target: at most 1.3)`);
}
