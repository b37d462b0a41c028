import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readInstant, readWallClock } from '../src/index.js';
import { writeInstant, writeWallClock } from '../src/time.js';

describe('instants', () => {
	// What PostgreSQL and JSON say, and the one way we say it.
	for (const [text, instant] of [
		['2026-03-01 08:00:00+00', '2026-03-01T08:00:00Z'],
		['2026-03-01 08:00:00.5+01', '2026-03-01T07:00:00.5Z'],
		['2026-03-01 08:00:00.123456-05', '2026-03-01T13:00:00.123456Z'],
		['2026-03-01 08:00:00.120000+05:30', '2026-03-01T02:30:00.12Z'],
		['2026-03-01T08:00:00+05:45', '2026-03-01T02:15:00Z'],
		['1883-11-18 12:03:57-04:56:02', '1883-11-18T16:59:59Z'],
		['0001-01-01 00:00:00+00', '0001-01-01T00:00:00Z'],
		['9999-12-31 23:59:59.999999+00', '9999-12-31T23:59:59.999999Z'],
		['2026-12-31T23:59:59-01:00', '2027-01-01T00:59:59Z'],
		['infinity', 'infinity'],
	] as const) {
		test(`${text} is ${instant}`, () => assert.equal(readInstant(text), instant));
	}
	for (const text of ['03/01/2026 08:00:00 UTC', '2026-03-01 08:00:00', '', '0044-03-15 12:00:00+00 BC']) {
		test(`"${text}" is none`, () => assert.throws(() => readInstant(text), RangeError));
	}
	test('a Date is written in UTC', () => assert.equal(writeInstant(new Date(0)), '1970-01-01T00:00:00.000Z'));
	test('without an offset it is refused', () => assert.throws(() => writeInstant('2026-03-01T08:00:00'), /has an offset/));
	test('so is SQL', () => assert.throws(() => writeInstant("now'; DROP TABLE x; --"), RangeError));
});

describe('wall-clock times', () => {
	test('as PostgreSQL says it', () => assert.equal(readWallClock('2026-03-01 08:00:00'), '2026-03-01T08:00:00'));
	test('as JSON says it', () => assert.equal(readWallClock('2026-03-01T08:00:00.5'), '2026-03-01T08:00:00.5'));
	test('seconds may be left out', () => assert.equal(writeWallClock('2026-03-01T08:00'), '2026-03-01T08:00'));
	for (const text of ['2026-03-01T08:00:00Z', '2026-03-01T08:00:00+01:00', '08:00', '2026-03-01']) {
		test(`"${text}" is refused`, () => assert.throws(() => writeWallClock(text), /no offset/));
	}
});
