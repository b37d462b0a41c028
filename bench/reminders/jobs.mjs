/**
 * Reminders claimed and completed in a second against jobs of graphile-worker and of pg-boss, by turns, on one database: one process
 * with ten connections each, that fetches by the thousand what the queue lets it fetch, and completes as many at once as the queue can.
 */
import pg from 'pg';
import { makeWorkerUtils, runOnce } from 'graphile-worker';
import PgBoss from 'pg-boss';

const most = Number(process.env.MOST ?? 20000);
const rounds = Number(process.env.ROUNDS ?? 3);
/** So many batches at once: while one is completed, the next is fetched. */
const LOOPS = 2;
const connection = { host: process.env.PGHOST, port: Number(process.env.PGPORT), user: process.env.PGUSER, database: process.env.PGDATABASE };
const pool = new pg.Pool({ ...connection, max: 10 });
const rates = new Map();

async function timed(name, work) {
	await pool.query('vacuum analyze');
	await pool.query('checkpoint');
	const began = performance.now();
	const done = await work();
	if (done < most * 0.99) throw new Error(`${name} did ${done} of ${most}`);
	rates.set(name, [...(rates.get(name) ?? []), (1000 * done) / (performance.now() - began)]);
}

/** How many are done when `batch` finds no more: it fetches some, completes them and returns how many. */
async function drained(batch) {
	const counts = await Promise.all(Array.from({ length: LOOPS }, async () => {
		let done = 0;
		for (;;) {
			const count = await batch();
			if (count === 0) return done;
			done += count;
		}
	}));
	return counts.reduce((sum, count) => sum + count, 0);
}

const utils = await makeWorkerUtils({ pgPool: pool });
await utils.migrate();
const boss = new PgBoss({ ...connection, max: 10, schedule: false, supervise: false });
boss.on('error', console.error);
await boss.start();
await boss.createQueue('remind');

for (let round = 0; round < rounds; round++) {
	// As if none of them had been said.
	await pool.query(`update medsched.reminder_queue set look_at = said_at, said_at = null, said_dose = null, kind = null, nth = null, attempt = 0 where said_at is not null`);
	await timed('medsched', () =>
		drained(async () => {
			const { rows } = await pool.query('select * from medsched.claim_reminders(1000)');
			if (rows.length > 0) await pool.query('select medsched.complete_reminders($1)', [rows.map((row) => row.token)]);
			return rows.length;
		}));
	for (const [name, options] of [
		['graphile-worker, ten at a time', { concurrency: 10 }],
		['graphile-worker, with a local queue of 1,000', { preset: { worker: { concurrentJobs: 10, localQueue: { size: 1000 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } } }],
	]) {
		await pool.query(`select graphile_worker.add_job('remind', json_build_object('dose', n)) from generate_series(1, $1) as n`, [most]);
		await timed(name, async () => {
			let done = 0;
			await runOnce({ pgPool: pool, ...options, taskList: { remind: () => void done++ }, logger: silent() });
			return done;
		});
	}
	for (let n = 0; n < most; n += 1000) await boss.insert(Array.from({ length: 1000 }, (_, i) => ({ name: 'remind', data: { dose: n + i } })));
	await timed('pg-boss, fetched by the thousand', () =>
		drained(async () => {
			const jobs = await boss.fetch('remind', { batchSize: 1000 });
			if (jobs.length > 0) await boss.complete('remind', jobs.map((job) => job.id));
			return jobs.length;
		}));
}
await utils.release();
await boss.stop({ graceful: false });
await pool.end();

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const ours = median(rates.get('medsched'));
for (const [name, values] of rates) {
	const compared = name === 'medsched' ? '' : `; medsched does ${(ours / median(values)).toFixed(2)} times as many (target: above 1)`;
	console.log(`${name}: ${Math.round(median(values))} a second (${most}, ${rounds} times)${compared}`);
}

function silent() {
	const logger = { scope: () => logger, error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
	return logger;
}
