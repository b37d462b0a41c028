/**
 * Instants and wall-clock times as strings, which lose nothing and compare
 * equal when they are: a JavaScript Date cuts microseconds, and has no way to
 * say 08:00 without a time zone.
 */

/** An instant in UTC, as `2026-03-01T07:00:00Z`; a fraction of a second only where there is one. */
export type Instant = string;

/** Its type in PostgreSQL. */
export const INSTANT_TYPE = 'timestamp with time zone';

/** A wall-clock time, which is no instant until a time zone is added, as `2026-03-01T08:00:00`. */
export type WallClock = string;

/** Its type in PostgreSQL. */
export const WALL_CLOCK_TYPE = 'timestamp without time zone';

const INSTANT =
	/^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(?:(Z)|([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?)$/;
const WALL_CLOCK = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/;
const INFINITE = /^-?infinity$/;

/** What PostgreSQL or JSON says of an instant, as an Instant. */
export function readInstant(text: string): Instant {
	if (INFINITE.test(text)) return text;
	const found = INSTANT.exec(text);
	if (!found) throw new RangeError(`not an instant in ISO format: "${text}"; is the session's DateStyle ISO?`);
	const [, date, minutes, seconds = '00', fraction = '', , sign, h = '0', m = '0', s = '0'] = found;
	const offset = (sign === '-' ? -1 : 1) * (Number(h) * 3600 + Number(m) * 60 + Number(s));
	const utc = new Date(Date.parse(`${date}T${minutes}:${seconds}Z`) - offset * 1000);
	return utc.toISOString().replace(/\.000Z$/, `${withPoint(fraction)}Z`);
}

/** An instant for PostgreSQL.  One without an offset would be read in the session's time zone: refused. */
export function writeInstant(instant: Instant | Date): string {
	const text = instant instanceof Date ? instant.toISOString() : instant;
	if (!INSTANT.test(text) && !INFINITE.test(text)) {
		throw new RangeError(`not an instant: "${text}"; an instant has an offset, as "2026-03-01T07:00:00Z"`);
	}
	return text;
}

/** What PostgreSQL or JSON says of a wall-clock time, as a WallClock. */
export function readWallClock(text: string): WallClock {
	if (INFINITE.test(text)) return text;
	const found = WALL_CLOCK.exec(text);
	if (!found) throw new RangeError(`not a wall-clock time in ISO format: "${text}"; is the session's DateStyle ISO?`);
	const [, date, minutes, seconds = '00', fraction = ''] = found;
	return `${date}T${minutes}:${seconds}${withPoint(fraction)}`;
}

/** A wall-clock time for PostgreSQL, which would drop an offset without a word: refused. */
export function writeWallClock(time: WallClock): string {
	if (!WALL_CLOCK.test(time)) {
		throw new RangeError(`not a wall-clock time: "${time}"; it has no offset, as "2026-03-01T08:00:00"`);
	}
	return time;
}

function withPoint(fraction: string): string {
	const digits = fraction.replace(/0+$/, '');
	return digits === '' ? '' : `.${digits}`;
}
