/**
 * A first look: two people with medications of today, one caring for the
 * other, tokens for both, the server, and the worker that reminds them.  For a throwaway database: the keys
 * are made here and gone with the process.
 */
import { createMedication, markDoseTakenById, setSubstanceLimits, upcomingDoses, type ScheduleInput } from '@medsched/drizzle';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { openDatabase } from './database.js';
import { OPERATOR } from './auth.js';
import { bringUpToDate } from './migrations.js';
import { runWorker } from './remind-until.js';
import { caregivers } from './schema.js';

await bringUpToDate();

const ada = '0a0a0a0a-0000-4000-8000-00000000ada0';
const ben = '0b0b0b0b-0000-4000-8000-00000000be00';
const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const startsOn = new Date(Date.now() - 14 * 86_400_000).toISOString().slice(0, 10);

const daily = (hours: string, more: Partial<ScheduleInput> = {}): ScheduleInput => ({
	startsAt: `${startsOn}T00:00:00`,
	timeZone,
	rrule: `FREQ=DAILY;BYHOUR=${hours}`,
	...more,
});

const { db, close } = openDatabase(1);
await createMedication(db, { userId: ada, name: 'levothyroxine', schedules: [daily('6', { doseAmount: '75', doseUnit: 'microgram', instructions: '30 minutes before breakfast' })] });
await createMedication(db, { userId: ada, name: 'metformin', schedules: [daily('8,18', { doseAmount: '500', doseUnit: 'mg', instructions: 'with a meal' })] });
await createMedication(db, { userId: ada, name: 'atorvastatin', schedules: [daily('22', { doseAmount: '20', doseUnit: 'mg' })] });
await createMedication(db, {
	userId: ada,
	name: 'paracetamol',
	substance: 'paracetamol',
	substanceAmount: '500',
	substanceUnit: 'mg',
	schedules: [{ startsAt: `${startsOn}T00:00:00`, timeZone, asNeeded: true, doseAmount: '2', doseUnit: 'tablet', instructions: 'for pain' }],
});
await setSubstanceLimits(db, { userId: ada, substance: 'paracetamol', limits: [{ amount: '4000', within: '24 hours' }], unit: 'mg', minInterval: '4 hours' });
await createMedication(db, { userId: ben, name: 'amoxicillin', schedules: [daily('7,15,23', { doseAmount: '5', doseUnit: 'ml' })] });
await db.insert(caregivers).values({ personId: ben, caregiverId: ada, personName: 'Ben' });

// The days before today went well, but for a dose here and there.
const midnight = new Date();
midnight.setHours(0, 0, 0, 0);
const past = await upcomingDoses(db, { userId: ada, from: new Date(midnight.getTime() - 14 * 86_400_000), to: midnight });
for (const [n, { doseId, scheduledFor }] of past.entries()) {
	if (n % 9 !== 5) await markDoseTakenById(db, { userId: ada, doseId: doseId!, takenAt: new Date(Date.parse(scheduledFor) + 300_000) });
}
const [first] = await upcomingDoses(db, { userId: ada, from: midnight, to: new Date(midnight.getTime() + 86_400_000) });
await markDoseTakenById(db, { userId: ada, doseId: first!.doseId! });
await close();

const { publicKey, privateKey } = await generateKeyPair('ES256');
process.env['JWT_JWKS'] = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'demo' }] });
process.env['JWT_ISSUER'] = 'https://issuer.example';
process.env['JWT_AUDIENCE'] = 'medsched-example';

const token = (subject: string, scope: string) =>
	new SignJWT({ scope })
		.setProtectedHeader({ alg: 'ES256', kid: 'demo' })
		.setSubject(subject)
		.setIssuer('https://issuer.example')
		.setAudience('medsched-example')
		.setIssuedAt()
		.setExpirationTime(process.env['DEMO_TOKEN_LIFE'] ?? '8h')
		.sign(privateKey);

process.env['PUSH_CONTACT'] ??= 'mailto:demo@example.org';

const port = process.env['PORT'] ?? '3000';
const adas = await token(ada, '');
console.log(`
Ada, who also cares for Ben:
  http://127.0.0.1:${port}/#token=${adas}

  curl -H 'Authorization: Bearer ${adas}' http://127.0.0.1:${port}/v1/people/me/medications

Ben:
  http://127.0.0.1:${port}/#token=${await token(ben, '')}

An operator's token:
  ${await token(ada, OPERATOR)}

The API's description: http://127.0.0.1:${port}/openapi.json
Ctrl-C ends it, and the database with it.
`);
await import('./server.js');
await runWorker();
