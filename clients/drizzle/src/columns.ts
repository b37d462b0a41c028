import { customType } from 'drizzle-orm/pg-core';
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

/** `timestamptz` as an Instant. */
export const instant = customType<{ data: Instant; driverData: string }>({
	dataType: () => INSTANT_TYPE,
	fromDriver: readInstant,
	toDriver: writeInstant,
});

/** `timestamp` as a WallClock. */
export const wallClock = customType<{ data: WallClock; driverData: string }>({
	dataType: () => WALL_CLOCK_TYPE,
	fromDriver: readWallClock,
	toDriver: writeWallClock,
});

/** The domain `medsched.rrule`: an RFC 5545 recurrence rule; the database says what is wrong with one. */
export const rrule = customType<{ data: string; driverData: string }>({
	dataType: () => 'medsched.rrule',
});

/** The domain `medsched.time_zone`: the IANA name of a time zone. */
export const timeZone = customType<{ data: string; driverData: string }>({
	dataType: () => 'medsched.time_zone',
});
