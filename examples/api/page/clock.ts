/** Times and days on the clock of this device, which is its holder's. */
import { locale, words } from './words.js';

export type Day = -1 | 0 | 1;

/** The device's time zone now: it travels. */
export function zone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Midnight of a day, counted from today. */
export function midnight(day: number, now = new Date()): Date {
	return new Date(now.getFullYear(), now.getMonth(), now.getDate() + day);
}

const hourAndMinute: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/** A time of day, as 08:00; with the name of the clock where one day has it twice. */
export function timeOf(instant: string | Date): string {
	const date = new Date(instant);
	const text = date.toLocaleTimeString(locale, hourAndMinute);
	const twice = [-1, 1].some((hours) => new Date(date.getTime() + hours * 3_600_000).toLocaleTimeString(locale, hourAndMinute) === text);
	return twice ? date.toLocaleTimeString(locale, { ...hourAndMinute, timeZoneName: 'short' }) : text;
}

/** A time of day, and the day where that is not today. */
export function timeAndDayOf(instant: string | Date, now = new Date()): string {
	const date = new Date(instant);
	if (midnight(0, date).getTime() === midnight(0, now).getTime()) return timeOf(date);
	return `${date.toLocaleDateString(locale, { weekday: 'short', day: 'numeric', month: 'short' })}, ${timeOf(date)}`;
}

export function dayName(date: Date): string {
	return date.toLocaleDateString(locale, { weekday: 'long', day: 'numeric', month: 'long' });
}

/** A calendar day of a report, which is no instant: 2026-03-01. */
export function shortDayName(day: string): string {
	return new Date(`${day}T12:00:00Z`).toLocaleDateString(locale, { weekday: 'short', day: 'numeric', month: 'numeric', timeZone: 'UTC' });
}

/** What an input of the type datetime-local shows. */
export function localInput(date: Date): string {
	const two = (n: number) => String(n).padStart(2, '0');
	return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** When a dose is to be taken, which a move changes and not its name. */
export function dueAt(dose: { scheduledFor: string; dueAt?: string }): string {
	return dose.dueAt ?? dose.scheduledFor;
}

/** The time on the clock of the schedule's zone, where that is another time than here: "20:00 in Tokyo". */
export function elsewhere(dose: { scheduledFor: string; dueAt?: string; localTime: string; timeZone: string }): string | undefined {
	const here = localInput(new Date(dueAt(dose)));
	const there = dose.localTime.slice(0, 16);
	if (here === there) return undefined;
	// Wall-clock times are formatted as if they were UTC's: no other zone can move them.
	const options = { ...hourAndMinute, ...(here.slice(0, 10) === there.slice(0, 10) ? {} : { weekday: 'short' as const }), timeZone: 'UTC' };
	const time = new Date(`${there}Z`).toLocaleTimeString(locale, options);
	const place = dose.timeZone.startsWith('Etc/') ? dose.timeZone : dose.timeZone.slice(dose.timeZone.lastIndexOf('/') + 1).replaceAll('_', ' ');
	return words.in(time, place);
}

const INSTANT = /(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d)(?::?(\d\d))?/g;

/** A text of the server's, with its instants on this device's clock. */
export function withLocalTimes(text: string): string {
	return text.replace(INSTANT, (written, date: string, time: string, offset: string, minutes = '00') => {
		const at = new Date(`${date}T${time}${offset === 'Z' ? 'Z' : `${offset}:${minutes}`}`);
		return Number.isNaN(at.getTime()) ? written : timeAndDayOf(at);
	});
}
