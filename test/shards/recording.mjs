/**
 * Eight writers who record a person's hourly doses through PgBouncer and the proxy, each every eighth dose, again until it is
 * told that it is recorded; and one reader who counts them.  Until a line comes in; then what happened goes out, in JSON.
 */
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { adherence, isRetryable, markDoseTaken } from '../../clients/drizzle/build/src/index.js';
import { drizzle } from '../../clients/drizzle/node_modules/drizzle-orm/node-postgres/index.js';

const pg = createRequire(new URL('../../clients/drizzle/package.json', import.meta.url))('pg');
const pool = new pg.Pool({ max: 9 });
pool.on('error', () => {});
pool.on('connect', (client) => client.on('error', () => {}));
const db = drizzle(pool);

const [userId, scheduleId] = process.argv.slice(2);
const from = Date.parse('2020-01-01T00:00:00Z');
const window = { from: '2020-01-01T00:00:00Z', to: '2021-01-01T00:00:00Z' };
const at = (dose) => new Date(from + dose * 3_600_000).toISOString();

let ended = false;
process.stdin.once('data', () => (ended = true));
const recorded = [];
const counted = [];
const refused = new Set();
let interrupted = 0;

/** Does work, whose connection may be lost. */
async function attempt(work) {
	try {
		await work();
		return true;
	} catch (error) {
		if (isRetryable(error)) interrupted++;
		else refused.add(`${error.code} ${error.message}`);
		await sleep(20);
		return false;
	}
}

async function write(writer) {
	for (let dose = writer; !ended; await sleep(5)) {
		const done = await attempt(() => markDoseTaken(db, { userId, scheduleId, scheduledFor: at(dose), takenAt: at(dose) }));
		if (!done) continue;
		recorded.push(at(dose));
		dose += 8;
	}
}

async function count() {
	for (; !ended; await sleep(20)) await attempt(async () => counted.push((await adherence(db, { userId, ...window }))[0]?.taken ?? 0));
}

await Promise.all([count(), ...Array.from({ length: 8 }, (_, writer) => write(writer))]);
await pool.end();
console.log(JSON.stringify({ recorded, fewer: counted.filter((n, i) => n < counted[i - 1]), interrupted, refused: [...refused] }));
process.exit(0);
