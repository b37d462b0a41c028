// Reads calendars as two libraries for Node do: ical.js (Thunderbird, Nextcloud) and node-ical.
//
// Each line of standard input is {"calendar", "begin", "end"}, times in milliseconds; each line of the
// output is an object that has, by reader and UID, the seconds of the occurrences in [begin, end); null: it has other clocks.
import readline from 'node:readline';
import ICAL from 'ical.js';
import nodeIcal from 'node-ical';

const MARGIN = 7 * 86_400_000;
const NOON = 43_200_000;

function readWithIcalJs(calendar, begin, end) {
	const read = {};
	const components = new ICAL.Component(ICAL.parse(calendar)).getAllSubcomponents('vevent');
	const overriding = components.filter((component) => component.hasProperty('recurrence-id'));
	for (const component of components) {
		if (component.hasProperty('recurrence-id')) continue;
		const uid = component.getFirstPropertyValue('uid');
		const event = new ICAL.Event(component, { exceptions: overriding.filter((other) => other.getFirstPropertyValue('uid') === uid) });
		const times = [];
		const iterator = event.isRecurring() ? event.iterator() : null;
		for (let at = iterator ? iterator.next() : event.startDate; at; at = iterator ? iterator.next() : null) {
			// One that is moved may come back into the window.
			if (at.toUnixTime() * 1000 >= end + MARGIN) break;
			const instant = event.getOccurrenceDetails(at).startDate.toUnixTime();
			if (instant * 1000 < end && instant * 1000 >= begin) times.push(instant);
		}
		read[event.uid] = times;
	}
	return read;
}

// What tells the local time in a zone that Node knows by its name; null: it knows none.
const clocks = new Map();
function clockOf(timeZone) {
	if (!clocks.has(timeZone)) {
		try {
			clocks.set(timeZone, new Intl.DateTimeFormat('en', { timeZone, calendar: 'iso8601', hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }));
		} catch (error) {
			if (!(error instanceof RangeError)) throw error;
			clocks.set(timeZone, null);
		}
	}
	return clocks.get(timeZone);
}

// Whether Node's clocks are the calendar's, at noon of each day.  node-ical goes by Node's where it knows a zone by its name, and these
// can be of an earlier release of the time zone data than the server's.
function hasNodesClocks(calendar, begin, end) {
	for (const component of new ICAL.Component(ICAL.parse(calendar)).getAllSubcomponents('vtimezone')) {
		const zone = new ICAL.Timezone(component);
		const clock = clockOf(zone.tzid);
		if (clock === null) continue;
		for (let at = begin - MARGIN + NOON; at < end + MARGIN; at += 2 * NOON) {
			const { year, month, day, hour, minute, second } = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
			const local = new ICAL.Time({ year, month, day, hour, minute, second });
			if (zone.utcOffset(local) * 1000 !== Date.UTC(year, month - 1, day, hour, minute, second) - at) return false;
		}
	}
	return true;
}

function readWithNodeIcal(calendar, begin, end) {
	if (!hasNodesClocks(calendar, begin, end)) return null;
	const read = {};
	for (const event of Object.values(nodeIcal.sync.parseICS(calendar))) {
		if (event.type !== 'VEVENT') continue;
		const found = nodeIcal.expandRecurringEvent(event, { from: new Date(begin - MARGIN), to: new Date(end + MARGIN) });
		read[event.uid] = found.map((instance) => instance.start.getTime()).filter((at) => begin <= at && at < end).map((at) => at / 1000);
	}
	return read;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
	const { calendar, begin, end } = JSON.parse(line);
	process.stdout.write(JSON.stringify({
		'ical.js': readWithIcalJs(calendar, begin, end),
		'node-ical': readWithNodeIcal(calendar, begin, end),
	}) + '\n');
}
