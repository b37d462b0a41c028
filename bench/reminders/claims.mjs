/**
 * Server time of a claim of 1,000, of completing them, and of a claim when nothing is due: medians, of databases with so many schedules
 * each, by turns.  The machine may have other work at times, so there are several rounds, of which that one counts in which moving rows
 * alone, the same statement each time and between any two claims, was the quickest.
 *
 *	node claims.mjs DATABASE=SCHEDULES...
 */
import pg from 'pg';

const ROUNDS = 30;
const TURNS = 20;
const IDLE_TURNS = 500;
const CLAIM = 'claim 1000';
const ALONE = 'moving 1000 rows alone';
const targets = new Map([[CLAIM, 10], ['idle', 0.2]]);

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

async function byTurns(turns, ...statements) {
	for (let turn = 0; turn < turns; turn++) {
		for (const { client } of databases) for (const statement of statements) await client.query(statement);
	}
}

await byTurns(1, 'call look_at_each_page()');
for (let round = 1; round <= ROUNDS; round++) {
	await byTurns(1, `set bench.round = ${round}`);
	await byTurns(TURNS, 'call claim_and_complete()', 'call move_rows()');
	// When what is left is claimed, nothing is due.
	await byTurns(1, 'select medsched.complete_reminders(array(select r.token from medsched.claim_reminders(10000) as r))');
	await byTurns(IDLE_TURNS, 'call claim_nothing()');
	await byTurns(1, 'call make_due()', 'vacuum medsched.reminder_queue, medsched.reminders_held', 'checkpoint');
}

/** The rows of each database, of each round and what was measured in it. */
const measured = await Promise.all(
	databases.map(async ({ schedules, client }) => {
		const { rows } = await client.query(`select round, what, percentile_cont(0.5) within group (order by ms) as median, count(*) as times, min(ms) as quickest
			from took group by round, what order by round, what`);
		await client.end();
		return { schedules, rows };
	}),
);
const alone = (round) => measured.reduce((sum, { rows }) => sum + rows.find((row) => row.round === round && row.what === ALONE).median, 0);
const rounds = Array.from({ length: ROUNDS }, (_, index) => index + 1);
const quickest = rounds.reduce((best, round) => (alone(round) < alone(best) ? round : best));
console.log(`round ${quickest} of ${ROUNDS}, in which ${ALONE} was the quickest`);
const claims = [];
for (const { schedules, rows } of measured) {
	const medians = rows.filter(({ what }) => what === CLAIM).map(({ median }) => median.toFixed(1));
	console.log(`${schedules} schedules; ${CLAIM} in each round: ${medians.join(', ')} ms`);
	for (const { what, median, times, quickest: least } of rows.filter(({ round }) => round === quickest)) {
		const target = targets.has(what) ? `; target: under ${targets.get(what)}` : '';
		console.log(`${what}: ${median.toFixed(3)} ms (${times} times, quickest ${least.toFixed(3)}${target})`);
	}
	claims.push({ schedules, median: rows.find(({ round, what }) => round === quickest && what === CLAIM).median });
}
const [first, last] = [claims[0], claims.at(-1)];
if (first !== last) {
	const ratio = (last.median / first.median).toFixed(2);
	console.log(`a claim of 1,000 with ${last.schedules} schedules costs ${ratio} times what it costs with ${first.schedules} (target: at most 1.3)`);
}
