// Reads calendars as two libraries for Node do: ical.js (Thunderbird, Nextcloud) and node-ical.
//
// Each line of standard input is {"calendar", "begin", "end"}, times in milliseconds; each line of the
// output is an object that has, by reader and UID, the seconds of the occurrences in [begin, end).
import readline from 'node:readline';
import ICAL from 'ical.js';
import nodeIcal from 'node-ical';

function readWithIcalJs(calendar, begin, end) {
	const read = {};
	for (const component of new ICAL.Component(ICAL.parse(calendar)).getAllSubcomponents('vevent')) {
		const event = new ICAL.Event(component);
		const times = [];
		const iterator = event.isRecurring() ? event.iterator() : null;
		for (let at = iterator ? iterator.next() : event.startDate; at; at = iterator ? iterator.next() : null) {
			const instant = at.toUnixTime();
			if (instant * 1000 >= end) break;
			if (instant * 1000 >= begin) times.push(instant);
		}
		read[event.uid] = times;
	}
	return read;
}

function readWithNodeIcal(calendar, begin, end) {
	const read = {};
	for (const event of Object.values(nodeIcal.sync.parseICS(calendar))) {
		if (event.type !== 'VEVENT') continue;
		const found = nodeIcal.expandRecurringEvent(event, { from: new Date(begin), to: new Date(end - 1) });
		read[event.uid] = found.map((instance) => instance.start.getTime() / 1000);
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
