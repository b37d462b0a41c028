/** What somebody writes first who has installed the npm package: a week of doses, on PGlite. */
import { PGlite } from '@electric-sql/pglite';
import { createMedication, markDoseTaken, upcomingDoses } from '@medsched/drizzle';
import { applyManaged } from '@medsched/drizzle/managed';
import { drizzle } from 'drizzle-orm/pglite';

const client = await PGlite.create();
await applyManaged(client);
const db = drizzle(client);
const userId = crypto.randomUUID();
const timeZone = 'Europe/Berlin';

await createMedication(db, { userId, name: 'metformin 500 mg', schedules: [{ startsAt: '2026-03-01T08:00:00', timeZone, rrule: 'FREQ=DAILY;BYHOUR=8,20' }] });
const week = { userId, from: '2026-03-23T00:00:00+01:00', to: '2026-03-30T00:00:00+02:00' };
const [first] = await upcomingDoses(db, week);
await markDoseTaken(db, { userId, scheduleId: first.scheduleId, scheduledFor: first.scheduledFor });
const doses = await upcomingDoses(db, week);
const taken = doses.filter((dose) => dose.status === 'taken').length;
console.log(`${doses.length} doses, from ${doses[0].localTime} to ${doses.at(-1).localTime} in ${timeZone}; ${taken} taken`);
await client.close();
