/** What TypeScript says of a mistake: that mistake, in a line. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../', import.meta.url));
const directory = `${root}build/mistakes`;

const before = (from: string, connection: string) => `import { createMedication, currentSchedules, markDoseTaken, upcomingDoses, version, type Dose, type RecordedDose, type ScheduleInput } from '@medsched/drizzle${from}';
declare const db: ${connection};
declare const maybe: string | undefined;
const [userId, scheduleId, from, to, timeZone] = ['', '', '', '', ''];
const input: ScheduleInput = { startsAt: '', timeZone, rrule: maybe, endsAt: maybe, doseUnit: maybe };
export async function fine(): Promise<[Dose[], RecordedDose]> {
	await createMedication(db, { userId, name: '', notes: maybe, schedules: [input] });
	return [await upcomingDoses(db, { userId, from, to: new Date() }), await markDoseTaken(db, { userId, scheduleId, scheduledFor: from, takenAt: maybe, note: null })];
}
`;
const mistakes: [string, RegExp][] = [
	['void upcomingDoses(db, { userId, from });', /Property 'to' is missing in type '\{ userId: string; from: string; \}'/],
	['void upcomingDoses(db, { userId, from, to, limit: 3 });', /'limit' does not exist in type/],
	['void upcomingDoses(db, { userId: 7, from, to });', /Type 'number' is not assignable to type 'string/],
	['void markDoseTaken(db, { userId, scheduleId, scheduledFor: new Date() });', /Type 'Date' is not assignable to type 'string/],
	["void createMedication(db, { userId, name: '', schedules: [{ startsAt: '' }] });", /Property 'timeZone' is missing in type '\{ startsAt: string; \}'/],
	["void createMedication(db, { userId, name: '', schedules: [{ ...input, rule: '' }] });", /'rule' does not exist in type 'ScheduleInput'/],
	['void version(db);', /Expected 2 arguments, but got 1/],
	['void currentSchedules({ userId });', /Expected 2 arguments, but got 1/],
	["void upcomingDoses({}, { userId, from, to });", /Argument of type '\{\}' is not assignable to parameter of type '(?:Database|Connection|Kysely<any>|PgDatabase<.*>)'|is missing the following properties from type/],
	['void (await upcomingDoses(db, { userId, from, to }))[0]?.dose;', /Property 'dose' does not exist on type '(?:Dose|\{ doseId: string; .*)'/],
];

const ways: [string, string, string, [string, RegExp][]][] = [
	['Drizzle', '', "import('drizzle-orm/node-postgres').NodePgDatabase", [
		["void upcomingDoses(db, { userId, from, to }).orderBy(upcomingDoses.columns.when);", /Property 'when' does not exist on type/],
		['void upcomingDoses.sql({ userId });', /missing the following properties from type .*: from, to/],
	]],
	['plain', '/plain', "import('pg').Pool", []],
	['postgres.js', '/plain', "import('postgres').Sql", []],
	['Kysely', '/kysely', "import('kysely').Kysely<{ people: { id: string } }>", []],
];

for (const [way, from, connection, more] of ways) {
	test(`${way}: what is right compiles, and each mistake is named`, async () => {
		const lines = [...mistakes, ...more];
		const place = `${directory}/${way}`;
		await rm(place, { recursive: true, force: true });
		await mkdir(place, { recursive: true });
		const head = before(from, connection);
		await writeFile(`${place}/mistakes.ts`, head + lines.map(([line]) => line).join('\n'));
		await writeFile(`${place}/tsconfig.json`, JSON.stringify({ extends: '../../../tsconfig.json', compilerOptions: { rootDir: '.', noEmit: true, exactOptionalPropertyTypes: true }, include: ['*.ts'] }));
		const { stdout } = await promisify(execFile)(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', place, '--pretty', 'false']).catch((failed) => failed);
		const errors = (stdout as string).split(/^(?=\S)/m).filter((error) => error !== '');
		const first = head.split('\n').length;
		assert.deepEqual(errors.map((error) => Number(/\((\d+),/.exec(error)?.[1])), lines.map((_, i) => first + i), stdout);
		for (const [i, [line, message]] of lines.entries()) {
			assert.match(errors[i]!, message, line);
			assert.doesNotMatch(errors[i]!, /No overload/, line);
		}
	});
}
