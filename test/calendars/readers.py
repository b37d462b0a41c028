"""Calendars as the programs read them that people use.

Each reader is a function from a list of (calendar, begin, end), octets and instants, to a list of
lists of (UID, second) of the occurrences in [begin, end), a pair as often as the program shows it.
"""

import io
import json
import subprocess
import warnings
from datetime import datetime, timedelta, timezone

import icalendar
import recurring_ical_events
from dateutil import rrule, tz

UTC = timezone.utc
warnings.filterwarnings("ignore", module="icalendar")


def second(time):
    return int(time.timestamp())


def values(event, name):
    """The values of a property that may be there never, once or often."""
    found = event.get(name, [])
    found = found if isinstance(found, list) else [found]
    return [value.dt for dates in found for value in dates.dts]


def wall(time):
    return time.replace(tzinfo=None)


def expand(event, zone, begin, end, moves):
    """The occurrences of an event, by dateutil.  moves: a time that the clocks jump over is the one after, or else none."""
    start = event["DTSTART"].dt
    times = rrule.rruleset()
    if "RRULE" in event:
        parts = dict(event["RRULE"])
        until = parts.pop("UNTIL", [None])[0]
        rule = rrule.rrulestr(icalendar.prop.vRecur(parts).to_ical().decode(), dtstart=wall(start))
        times.rrule(rule if until is None else rule.replace(until=wall(until.astimezone(zone))))
    else:
        times.rdate(wall(start))
    for time in values(event, "EXDATE"):
        times.exdate(wall(time))
    margin = timedelta(days=2)
    for time in times.between(wall(begin) - margin, wall(end) + margin, inc=True):
        local = time.replace(tzinfo=zone)
        if zone is not UTC and not tz.datetime_exists(local):
            if not moves:
                continue
            local = tz.resolve_imaginary(local)
        if begin <= local < end:
            yield str(event["UID"]), second(local)


def dateutil(calendars, moves):
    read = []
    for calendar, begin, end in calendars:
        text = calendar.decode()
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        zones = tz.tzical(io.StringIO(text.replace("\r\n", "\n"))) if "BEGIN:VTIMEZONE" in text else None
        read.append([pair for event in events for pair in expand(
            event, zones.get(event["DTSTART"].params["TZID"]) if "TZID" in event["DTSTART"].params else UTC, begin, end, moves)])
    return read


def python_icalendar(calendars):
    """python3-icalendar, with the library that its users expand events with."""
    return [[(str(event["UID"]), second(event["DTSTART"].dt))
             for event in recurring_ical_events.of(icalendar.Calendar.from_ical(calendar)).between(begin, end)
             if begin <= event["DTSTART"].dt < end]
            for calendar, begin, end in calendars]


def libical(calendars):
    """By the calendar's VTIMEZONE: libical 3.0.16 has data of its own on zones that it knows by name, and in 13 of them they go wrong."""
    calendars = [(calendar.replace(b"TZID=", b"TZID=by-").replace(b"TZID:", b"TZID:by-"), begin, end) for calendar, begin, end in calendars]
    given = b"".join(b"%d %d %d\n%s" % (second(begin), second(end), len(calendar), calendar) for calendar, begin, end in calendars)
    ran = subprocess.run(["build/libical_reader"], input=given, capture_output=True, check=True)
    read = [[]]
    for line in ran.stdout.decode().splitlines():
        if line == ".":
            read.append([])
        else:
            at, uid = line.split(" ", 1)
            read[-1].append((uid, int(at)))
    return read[:-1]


def node(calendars):
    """ical.js and node-ical, by their names."""
    given = "".join(json.dumps({"calendar": calendar.decode(), "begin": second(begin) * 1000, "end": second(end) * 1000}) + "\n"
                    for calendar, begin, end in calendars)
    ran = subprocess.run(["node", "test/calendars/readers.mjs"], input=given, capture_output=True, check=True, text=True)
    read = {}
    for line in ran.stdout.splitlines():
        for reader, events in json.loads(line).items():
            read.setdefault(reader, []).append([(uid, at) for uid, times in events.items() for at in times])
    return read


def read_all(calendars, names=None):
    """What programs read, by their names; all of them, or those named."""
    read = {}
    for name, reader in READERS.items():
        if names is None or name in names:
            read.update(reader(calendars))
    return read


READERS = {
    "dateutil, gaps moved": lambda calendars: {"dateutil, gaps moved": dateutil(calendars, True)},
    "dateutil, gaps dropped": lambda calendars: {"dateutil, gaps dropped": dateutil(calendars, False)},
    "icalendar": lambda calendars: {"icalendar": python_icalendar(calendars)},
    "libical": lambda calendars: {"libical": libical(calendars)},
    "node": node,
}
