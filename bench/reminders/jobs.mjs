/** Reminders claimed and completed in a second against jobs of graphile-worker and of pg-boss: one process each, in turns, on one database. */
import pg from 'pg';
import { makeWorkerUtils, runOnce } from 'graphile-worker';
import PgBoss from 'pg-boss';

const most = Number(process.env.MOST ?? 20000);
const connection = { host: process.env.PGHOST, port: Number(process.env.PGPORT), user: process.env.PGUSER, database: process.env.PGDATABASE };
const pool = new pg.Pool({ ...connection, max: 10 });

async function timed(name, work) {
	const began = performance.now();
	const done = await work();
	console.log(`${name}: ${Math.round((1000 * done) / (performance.now() - began))} a second (${done})`);
}

await timed('medsched, claimed by the thousand', async () => {
	let done = 0;
	for (;;) {
		const { rows } = await pool.query('select * from medsched.claim_reminders(1000)');
		if (rows.length === 0) return done;
		const { rowCount } = await pool.query('select medsched.complete_reminders($1)', [rows.map((row) => row.token)]);
		done += rowCount;
	}
});

const utils = await makeWorkerUtils({ pgPool: pool });
await utils.migrate();
await pool.query(`select graphile_worker.add_job('remind', json_build_object('dose', n)) from generate_series(1, $1) as n`, [most]);
await pool.query('vacuum analyze');
const preset = { worker: { concurrentJobs: 10, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } };
for (const [name, options] of [['graphile-worker, ten at a time', { concurrency: 10 }], ['graphile-worker, with a local queue of 500', { preset }]]) {
	await timed(name, async () => {
		let done = 0;
		await runOnce({ pgPool: pool, ...options, taskList: { remind: () => void done++ }, logger: silent() });
		return done;
	});
	await pool.query(`select graphile_worker.add_job('remind', json_build_object('dose', n)) from generate_series(1, $1) as n`, [most]);
}
await utils.release();

const boss = new PgBoss({ ...connection, schedule: false, supervise: false });
boss.on('error', console.error);
await boss.start();
await boss.createQueue('remind');
for (let n = 0; n < most; n += 1000) await boss.insert(Array.from({ length: 1000 }, (_, i) => ({ name: 'remind', data: { dose: n + i } })));
await pool.query('vacuum analyze');
await timed('pg-boss, fetched by the thousand', async () => {
	let done = 0;
	for (;;) {
		const jobs = await boss.fetch('remind', { batchSize: 1000 });
		if (jobs.length === 0) return done;
		await boss.complete('remind', jobs.map((job) => job.id));
		done += jobs.length;
	}
});
await boss.stop({ graceful: false });
await pool.end();

function silent() {
	const logger = { scope: () => logger, error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
	return logger;
}
