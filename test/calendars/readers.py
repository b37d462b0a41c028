"""Calendars as the programs read them that people use.

Each reader is a function from a list of (calendar, begin, end), octets and instants, to a list of
lists of (UID, second) of the occurrences in [begin, end), a pair as often as the program shows it; None
where the program has other clocks than the calendar.
"""

import io
import json
import subprocess
import warnings
from concurrent.futures import ThreadPoolExecutor
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


def named(event, zone, begin, end, overridden):
    """The wall-clock times of an event around [begin, end), by dateutil; what is overridden other events have."""
    start = event["DTSTART"].dt
    times = rrule.rruleset()
    if "RRULE" in event:
        parts = dict(event["RRULE"])
        until = parts.pop("UNTIL", [None])[0]
        rule = rrule.rrulestr(icalendar.prop.vRecur(parts).to_ical().decode(), dtstart=wall(start))
        times.rrule(rule if until is None else rule.replace(until=wall(until.astimezone(zone))))
    else:
        times.rdate(wall(start))
    for time in values(event, "EXDATE") + overridden:
        times.exdate(wall(time))
    margin = timedelta(days=2)
    return times.between(wall(begin) - margin, wall(end) + margin, inc=True)


def dateutil(calendars):
    """With a time that the clocks jump over as the one after it, and with it as none."""
    moved = []
    dropped = []
    for calendar, begin, end in calendars:
        text = calendar.decode()
        zones = tz.tzical(io.StringIO(text.replace("\r\n", "\n"))) if "BEGIN:VTIMEZONE" in text else None
        moved.append([])
        dropped.append([])
        events = icalendar.Calendar.from_ical(text).walk("VEVENT")
        for event in events:
            overridden = [] if "RECURRENCE-ID" in event else [
                other["RECURRENCE-ID"].dt for other in events if "RECURRENCE-ID" in other and other["UID"] == event["UID"]]
            zone = zones.get(event["DTSTART"].params["TZID"]) if "TZID" in event["DTSTART"].params else UTC
            for time in named(event, zone, begin, end, overridden):
                local = time.replace(tzinfo=zone)
                exists = zone is UTC or tz.datetime_exists(local)
                at = local if exists else tz.resolve_imaginary(local)
                if begin <= at < end:
                    moved[-1].append((str(event["UID"]), second(at)))
                    if exists:
                        dropped[-1].append(moved[-1][-1])
    return {"dateutil, gaps moved": moved, "dateutil, gaps dropped": dropped}


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
            read.setdefault(reader, []).append(None if events is None else [(uid, at) for uid, times in events.items() for at in times])
    return read


READERS = {
    "node": node,
    "libical": lambda calendars: {"libical": libical(calendars)},
    "dateutil": dateutil,
    "icalendar": lambda calendars: {"icalendar": python_icalendar(calendars)},
}


def read_all(calendars, names=READERS):
    """What programs read, by their names."""
    read = {}
    # Other programs read while Python does.
    with ThreadPoolExecutor(2) as pool:
        for answer in [pool.submit(READERS[name], calendars) for name in names]:
            read.update(answer.result())
    return read
