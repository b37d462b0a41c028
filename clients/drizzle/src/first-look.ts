#!/usr/bin/env node
/** A first look at medsched: a person's week, in this process, without a server. */
import { drizzle } from 'drizzle-orm/pglite';
import { createMedication, markDoseTaken, MedschedError, upcomingDoses } from './index.js';
import { applyManaged } from './managed.js';

const { PGlite } = await import('@electric-sql/pglite').catch(() => {
	console.error('Install PGlite first: npm install @electric-sql/pglite');
	process.exit(1);
});

const userId = '44444444-4444-4444-8444-444444444444';
const timeZone = 'Europe/Berlin';

const client = await PGlite.create();
const version = await applyManaged(client);
const db = drizzle({ client });
console.log(`medsched ${version} in PGlite: PostgreSQL in this process, no server.\n`);

await createMedication(db, {
	userId,
	name: 'metformin 500 mg',
	schedules: [{ startsAt: '2025-03-01T08:00:00', timeZone, rrule: 'FREQ=DAILY;BYHOUR=8,20', doseAmount: '1', doseUnit: 'tablet', instructions: 'with food' }],
});
await createMedication(db, {
	userId,
	name: 'alendronate 70 mg',
	schedules: [{ startsAt: '2025-03-01T07:00:00', timeZone, rrule: 'FREQ=WEEKLY;BYDAY=SU', doseAmount: '1', doseUnit: 'tablet', instructions: 'before breakfast' }],
});

const week = () => upcomingDoses(db, { userId, from: '2025-03-24T00:00:00+01:00', to: '2025-03-31T00:00:00+02:00' });
const doses = await week();

// One dose was taken; the call may be made again.
const { scheduleId, scheduledFor } = doses[0]!;
const first = await markDoseTaken(db, { userId, scheduleId, scheduledFor, takenAt: '2025-03-24T07:05:00Z' });
const again = await markDoseTaken(db, { userId, scheduleId, scheduledFor });

console.log('A week. The clocks go forward on Sunday; 08:00 stays 08:00.');
for (const dose of await week()) {
	const [day, time] = dose.localTime.split('T') as [string, string];
	console.log([day, time.slice(0, 5), dose.scheduledFor, dose.medicationName.padEnd(18), `${dose.doseAmount} ${dose.doseUnit}`, dose.instructions?.padEnd(16), dose.status].join('  '));
}
console.log(`\nThe first was marked as taken twice: new ${first.newlyTaken}, then ${again.newlyTaken}.`);

console.log('\nWhat is no dose of the schedule is not recorded:');
try {
	await markDoseTaken(db, { userId, scheduleId, scheduledFor: '2025-03-30T07:00:00Z' });
} catch (thrown) {
	const error = MedschedError.from(thrown);
	if (error === undefined) throw thrown;
	console.log(`ERROR ${error.code} ${error.constraint}: ${error.message.replace(scheduleId, '…')}\nDETAIL: ${error.detail}\nHINT: ${error.hint}`);
}
await client.close();
