import { customType } from 'drizzle-orm/pg-core';
import type { CustomType } from './orm.js';
import {
	INSTANT_TYPE,
	readInstant,
	readWallClock,
	WALL_CLOCK_TYPE,
	writeInstant,
	writeWallClock,
	type Instant,
	type WallClock,
} from './time.js';
import { listOf, wallClock as wallClockType } from './types.js';

const WALL_CLOCKS = listOf(wallClockType);

/** `timestamptz` as an Instant. */
export const instant: CustomType<Instant> = customType<{ data: Instant; driverData: string }>({
	dataType: () => INSTANT_TYPE,
	fromDriver: readInstant,
	toDriver: writeInstant,
});

/** `timestamp` as a WallClock. */
export const wallClock: CustomType<WallClock> = customType<{ data: WallClock; driverData: string }>({
	dataType: () => WALL_CLOCK_TYPE,
	fromDriver: readWallClock,
	toDriver: writeWallClock,
});

/** `timestamp[]` as WallClocks: as text, since drivers differ in which arrays they read. */
export const wallClocks: CustomType<WallClock[], unknown> = customType<{ data: WallClock[]; driverData: unknown }>({
	dataType: () => WALL_CLOCKS.sqlType,
	fromDriver: WALL_CLOCKS.read,
	toDriver: WALL_CLOCKS.write,
});

/** The domain `medsched.rrule`: an RFC 5545 recurrence rule; the database says what is wrong with one. */
export const rrule: CustomType<string> = customType<{ data: string; driverData: string }>({
	dataType: () => 'medsched.rrule',
});

/** The domain `medsched.time_zone`: the IANA name of a time zone. */
export const timeZone: CustomType<string> = customType<{ data: string; driverData: string }>({
	dataType: () => 'medsched.time_zone',
});
