// Reads calendars as two libraries for Node do: ical.js (Thunderbird, Nextcloud) and node-ical.
//
// Each line of standard input is {"calendar", "begin", "end"}, times in milliseconds; each line of the
// output is an object that has, by reader and UID, the seconds of the occurrences in [begin, end).
import readline from 'node:readline';
import ICAL from 'ical.js';
import nodeIcal from 'node-ical';

const MARGIN = 7 * 86_400_000;

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

function readWithNodeIcal(calendar, begin, end) {
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
