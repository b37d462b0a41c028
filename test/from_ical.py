"""Random calendars, read by schedule_from_ical and expanded by libical: the same instants.

Run by test/suites/from-ical.sh.  Each calendar is written twice: as programs write them, with folds,
letters, parameters, names of time zones, and events in any order, and as libical is sure to read it.

Left out is where the two part on purpose: times that the clocks jump over or repeat, and a DTSTART that
its rule does not have.
"""

import random
import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil import rrule

CALENDARS = int(sys.argv[1])
READER = sys.argv[2]
FROM, TO = datetime(2026, 1, 1), datetime(2029, 1, 1)
WINDOWS = {"Europe/Berlin": "W. Europe Standard Time", "America/New_York": "Eastern Standard Time", "Asia/Kolkata": "India Standard Time",
           "Australia/Sydney": "AUS Eastern Standard Time", "Europe/London": "GMT Standard Time", "America/Santiago": "Pacific SA Standard Time"}
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
random.seed(20270301)


def stamp(time):
    return time.strftime("%Y%m%dT%H%M%S")


def some(values, most):
    return ",".join(map(str, sorted(random.sample(values, random.randint(1, most)))))


def random_rule():
    rule = {"FREQ": random.choice(("DAILY", "WEEKLY", "MONTHLY", "YEARLY"))}
    if random.random() < 0.4:
        rule["INTERVAL"] = random.randint(2, 5)
    if random.random() < 0.3:
        rule["BYHOUR"] = some(range(5, 23), 3)
    if random.random() < 0.2:
        rule["BYMINUTE"] = some((0, 15, 30, 45), 2)
    # Without BYMONTH, programs differ in which months a day of a year's is in.
    if random.random() < 0.2 or rule["FREQ"] == "YEARLY":
        rule["BYMONTH"] = some(range(1, 13), 4)
    days = random.random()
    if days < 0.3:
        rule["BYDAY"] = ",".join(random.sample(WEEKDAYS, random.randint(1, 3)))
        if rule["FREQ"] == "MONTHLY" and random.random() < 0.5:
            rule["BYDAY"] = random.choice(("1", "2", "-1")) + random.choice(WEEKDAYS)
    elif days < 0.5 and rule["FREQ"] in ("MONTHLY", "YEARLY"):
        rule["BYMONTHDAY"] = some((1, 2, 13, 15, 28, -1), 2)
    return rule


def hourly_rule(start):
    """Steps that never fall into an hour that the clocks jump over or repeat, an hour earlier or later either."""
    return {"FREQ": "HOURLY", "INTERVAL": 12 if 4 < start.hour % 12 < 11 else 24}


def random_event(uid):
    zone = random.choice((*WINDOWS, *WINDOWS, "UTC"))
    start = datetime(2026, 1, 5) + timedelta(days=random.randrange(400), hours=random.randrange(5, 23), minutes=random.choice((0, 15, 30)))
    rule = None
    if random.random() < 0.85:
        rule = hourly_rule(start) if random.random() < 0.1 else random_rule()
        text = ";".join(f"{name}={value}" for name, value in rule.items())
        expanded = rrule.rrulestr(text, dtstart=start)
        # libical leaves DTSTART out where the rule has it not.
        first = next(iter(expanded), None)
        start = first or start
        if first is None:
            rule = None
        elif random.random() < 0.3:
            rule["COUNT"] = random.randint(1, 60)
        elif random.random() < 0.4:
            until = start + timedelta(days=random.randrange(1, 500), minutes=random.choice((0, 0, 7)))
            rule["UNTIL"] = stamp(until.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))) + "Z"
    instances = [start]
    if rule:
        text = ";".join(f"{name}={value}" for name, value in rule.items() if name != "UNTIL")
        instances = sorted({start, *rrule.rrulestr(text, dtstart=start).between(FROM, TO, inc=True)[:200]})
        if "UNTIL" in rule:
            instances = [at for at in instances if stamp(at.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))) + "Z" <= rule["UNTIL"]]
    rdates = {start + timedelta(days=random.randrange(1, 200), hours=0, minutes=random.choice((5, 10))) for _ in range(random.choice((0, 0, 1, 3)))}
    exdates = set(random.sample(instances, min(len(instances) - 1, random.choice((0, 0, 1, 3))))) if len(instances) > 1 else set()
    changes = []
    left = sorted(set(instances) - exdates)
    for at in random.sample(left, min(len(left) - 1, random.choice((0, 0, 1, 2)))) if len(left) > 1 else ():
        changes.append((at, None if random.random() < 0.3 else at + timedelta(minutes=random.choice((1, 7, 20)))))
    # dateutil steps through hours on the wall clock, and so names others.
    if rule and rule["FREQ"] == "HOURLY":
        exdates, changes = set(), []
    return {"uid": uid, "zone": zone, "start": start, "rule": rule, "rdates": sorted(rdates), "exdates": sorted(exdates), "changes": changes}


def property_lines(event, tzid):
    zone = event["zone"]

    def timed(name, times):
        # libical 3 reads the times of these as if they were in UTC.
        if name in ("RDATE", "RECURRENCE-ID") and tzid is str:
            return f"{name}:{','.join(stamp(at.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo('UTC'))) + 'Z' for at in times)}"
        if zone == "UTC":
            return f"{name}:{','.join(stamp(at) + 'Z' for at in times)}"
        return f"{name};TZID={tzid(zone)}:{','.join(map(stamp, times))}"

    events = [[f"UID:{event['uid']}", f"SUMMARY:Pill {event['uid']}", timed("DTSTART", [event["start"]])]]
    if event["rule"]:
        events[0].append("RRULE:" + ";".join(f"{name}={value}" for name, value in event["rule"].items()))
    for name in ("rdates", "exdates"):
        if event[name]:
            events[0].append(timed(name[:-1].upper(), event[name]))
    for at, to in event["changes"]:
        events.append([f"UID:{event['uid']}", f"SUMMARY:Pill {event['uid']}", timed("RECURRENCE-ID", [at]), timed("DTSTART", [to or at])]
                      + ([] if to else ["STATUS:CANCELLED"]))
    return events


def calendar(number, events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"X-CASE:{number}"]
    for properties in events:
        lines += ["BEGIN:VEVENT", *properties, "END:VEVENT"]
    return lines + ["END:VCALENDAR"]


def folded(line):
    """A line with folds anywhere."""
    for _ in range(random.choice((0, 0, 0, 1, 3))):
        at = random.randrange(1, len(line))
        if line[at - 1] not in "\r\n":
            line = line[:at] + random.choice(("\r\n ", "\r\n\t")) + line[at:]
    return line


def as_programs_write(number, events):
    def tzid(zone):
        return random.choice((zone, zone.lower(), f'"{zone}"', WINDOWS[zone], "/mozilla.org/20050126_1/" + zone)) + random.choice(("", ";X-A=\"b:c;d\""))

    written = [properties for event in events for properties in property_lines(event, tzid)]
    random.shuffle(written)
    for properties in written:
        random.shuffle(properties)
        properties += random.choice(([], ["BEGIN:VALARM", "TRIGGER:-PT5M", "DESCRIPTION:x", "END:VALARM"], ["CATEGORIES:a,b", "X-OWN;X-P=1:2"]))
    return "\r\n".join(folded(line) for line in calendar(number, written)) + "\r\n"


def as_libical_reads(number, events):
    return "\n".join(calendar(number, [properties for event in events for properties in property_lines(event, str)])) + "\n"


def pairs(text):
    found = {}
    for line in text.splitlines():
        number, at = line.split("|")
        found.setdefault(int(number), []).append(int(at))
    return {number: sorted(instants) for number, instants in found.items()}


cases = {number: [random_event(f"{number}-{n}") for n in range(random.choice((1, 1, 2, 4)))] for number in range(CALENDARS)}
theirs = pairs(subprocess.run([READER, "20260101T000000Z", "20290101T000000Z"], check=True, capture_output=True, text=True,
                              input="".join(as_libical_reads(number, events) for number, events in cases.items())).stdout)
texts = {number: as_programs_write(number, events) for number, events in cases.items()}
sql = ["CREATE TEMPORARY TABLE texts (number int, calendar text);"]
sql += [f"INSERT INTO texts VALUES ({number}, $text${text}$text$);" for number, text in texts.items()]
sql.append("""
SELECT t.number, extract(epoch FROM o.at)::bigint
  FROM texts AS t
 CROSS JOIN LATERAL jsonb_to_recordset(medsched.schedule_from_ical(t.calendar))
   AS s (starts_at timestamp, time_zone text, rrule text, rdates timestamp[], exdates timestamp[])
 CROSS JOIN LATERAL medsched.occurrences(s.rrule, s.starts_at, s.time_zone, '2026-01-01Z', '2029-01-01Z',
   coalesce(s.rdates, '{}'), coalesce(s.exdates, '{}')) AS o (at);""")
run = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], capture_output=True, text=True, input="\n".join(sql))
if run.returncode != 0:
    print("not ok - the calendars are read:", run.stderr)
    sys.exit()
ours = pairs(run.stdout)

different = [number for number in cases if ours.get(number) != theirs.get(number)]
for number in different[:3]:
    mine, other = ours.get(number, []), theirs.get(number, [])
    print(f"missing: {[str(datetime.utcfromtimestamp(at)) for at in sorted(set(other) - set(mine))[:5]]}",
          f"too many: {[str(datetime.utcfromtimestamp(at)) for at in sorted(set(mine) - set(other))[:5]]}", len(mine), len(other),
          as_libical_reads(number, cases[number]), sep="\n")
print(f"{'not ' if different else ''}ok - {CALENDARS} calendars, {sum(map(len, theirs.values()))} instances: libical has the same; {len(different)} differ")
