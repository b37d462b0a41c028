/** Reads what is shown, and keeps it for when there is no connection. */
import { call, Refused, type Allowance, type CurrentSchedule, type DayCounts, type Dose, type Me, type StockForecast } from './api.js';
import { midnight } from './clock.js';
import * as store from './store.js';
import type { AsNeeded } from './views/as-needed.js';

/** Yesterday to the days ahead: without a connection they are what there is. */
const DAYS_BEFORE = 1;
const DAYS_AHEAD = 3;
export const HISTORY_DAYS = 14;

export interface KnownDoses {
	from: number;
	to: number;
	doses: Dose[];
}

export interface KnownSchedules {
	/** Those at set times. */
	timed: CurrentSchedule[];
	asNeeded: AsNeeded[];
	/** Those that run out, the soonest first. */
	stock: StockForecast[];
}

export async function readMe(token: string): Promise<Me> {
	return await call<Me>(token, '/me');
}

export async function readDoses({ token, owner, person }: store.Session): Promise<store.Kept<KnownDoses>> {
	const at = Date.now();
	const [from, to] = [midnight(-DAYS_BEFORE), midnight(DAYS_AHEAD + 1)];
	const doses = await call<Dose[]>(token, `/people/${person}/doses?${window(from, to)}`);
	const read = { at, value: { from: from.getTime(), to: to.getTime(), doses } };
	await store.keep(owner, person, 'doses', read);
	return read;
}

export async function readSchedules({ token, owner, person }: store.Session): Promise<store.Kept<KnownSchedules>> {
	const at = Date.now();
	const [current, medications, forecast] = await Promise.all([
		call<CurrentSchedule[]>(token, `/people/${person}/schedules/current`),
		call<{ id: string; substance: string | null }[]>(token, `/people/${person}/medications`),
		call<StockForecast[]>(token, `/people/${person}/stock/forecast`),
	]);
	const substanceOf = new Map(medications.map(({ id, substance }) => [id, substance]));
	const asNeeded = await Promise.all(
		current
			.filter((schedule) => schedule.asNeeded && schedule.state === 'as needed')
			.map(async (schedule) => {
				const substance = substanceOf.get(schedule.medicationId) ?? null;
				const [{ allowedAt }, allowance] = await Promise.all([
					call<{ allowedAt: string | null }>(token, `/people/${person}/schedules/${schedule.scheduleId}/next-allowed`),
					substance === null ? null : readAllowance(token, person, substance),
				]);
				return { schedule, allowedAt, substance, allowance };
			}),
	);
	const timed = current.filter((schedule) => !schedule.asNeeded && schedule.state === 'current');
	const stock = forecast.filter(({ amount, runsOutAt }) => amount === null || runsOutAt !== null);
	const read = { at, value: { timed, asNeeded, stock } };
	await store.keep(owner, person, 'schedules', read);
	return read;
}

/** Null: the person has no limits of it. */
async function readAllowance(token: string, person: string, substance: string): Promise<Allowance | null> {
	try {
		return await call<Allowance>(token, `/people/${person}/substances/${encodeURIComponent(substance)}/allowance`);
	} catch (error) {
		if (error instanceof Refused && error.status === 404) return null;
		throw error;
	}
}

/** The last days up to now, each from when the person's day begins. */
export async function readHistory({ token, owner, person }: store.Session): Promise<store.Kept<DayCounts[]>> {
	const at = Date.now();
	const { dayBeginsAt } = await call<{ dayBeginsAt: string }>(token, `/people/${person}/settings`);
	const [hours = 0, minutes = 0, seconds = 0] = dayBeginsAt.split(':').map(Number);
	const beginning = (day: number) => {
		const date = midnight(day);
		date.setHours(hours, minutes, seconds);
		return date;
	};
	const today = beginning(0).getTime() > at ? -1 : 0;
	const days = await call<DayCounts[]>(token, `/people/${person}/adherence/days?${window(beginning(today - HISTORY_DAYS + 1), new Date(at))}`);
	const read = { at, value: days };
	await store.keep(owner, person, 'history', read);
	return read;
}

function window(from: Date, to: Date): URLSearchParams {
	return new URLSearchParams({ from: from.toISOString(), to: to.toISOString() });
}
