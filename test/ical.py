"""Read calendar_feed back as calendar programs do, and compare it with upcoming_doses.

Run by test/suites/ical.sh.  Each feed is read by the programs of test/calendars/readers.py.  Each must come to
our doses, each dose once, and each event is in the form that test/calendars/supported.py has.

	test/ical.py		a sample, which differs with no run
	test/ical.py all	every zone with a start in every month, and 20 times as many random schedules
	test/ical.py SEED	the sample of another seed
"""

import base64
import json
import random
import re
import subprocess
import sys
import uuid
from collections import Counter
from datetime import datetime, timedelta, timezone

import icalendar

sys.path.insert(0, "test/calendars")
import readers
import supported

UTC = timezone.utc
ALL = sys.argv[1:] == ["all"]
RANDOM_PEOPLE = 600 if ALL else 12
SCHEDULES_OF_RANDOM = 10
random.seed(int(sys.argv[1]) if sys.argv[1:] and not ALL else 5545)


def query(sql, **variables):
    """The answer of psql, each variable a quoted literal in the query."""
    command = ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"]
    for name, value in variables.items():
        command += ["-v", f"{name}={value}"]
    return subprocess.run(command, input=sql, capture_output=True, check=True, text=True).stdout.rstrip("\n")


def report(description, good, *notes):
    print(("ok - " if good else "not ok - ") + description.replace("\n", " "), flush=True)
    if not good:
        for note in notes:
            print("  " + str(note))


def feed(person, horizon="2030-01-01Z", **arguments):
    """The calendar, byte for byte: psql turns CR LF into nothing else."""
    given = "".join(f", {name} => :'{name}'" for name in arguments)
    encoded = query(f"SELECT encode(convert_to(medsched.calendar_feed(:'person', horizon => :'horizon'{given}), 'UTF8'), 'base64')",
                    person=person, horizon=horizon, **arguments)
    return base64.b64decode(encoded)


def new_id():
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


# What a revision sets, and rows of an earlier version have: a schedule that is created may not.
AFTERWARDS = ("effective_from", "ends_at", "exdates")

CREATE = """
CREATE TEMPORARY TABLE made (person uuid, schedules jsonb);
COPY made FROM STDIN;
{rows}
\\.
CREATE FUNCTION pg_temp.make(person uuid, schedule jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM medsched.create_medication(person, 'Tested', jsonb_build_array(schedule - 'effective_from' - 'ends_at' - 'exdates'));
  SET LOCAL session_replication_role = replica;
  UPDATE medsched.schedules AS s
     SET effective_from = (schedule ->> 'effective_from')::timestamptz, ends_at = (schedule ->> 'ends_at')::timestamptz,
         exdates = ARRAY(SELECT e::timestamp FROM jsonb_array_elements_text(schedule -> 'exdates') AS e)
   WHERE s.user_id = person AND s.id = (schedule ->> 'id')::uuid;
  SET LOCAL session_replication_role = origin;
-- One that can never have a dose is refused.
EXCEPTION WHEN check_violation THEN
  NULL;
END $$;
SELECT pg_temp.make(m.person, s) FROM made AS m CROSS JOIN jsonb_array_elements(m.schedules) AS s;
"""


def create(people):
    """Create people, each a list of schedules; their ids."""
    ids = [new_id() for _ in people]
    rows = [f"{person}\t" + json.dumps([{"id": new_id(), **made} for made in schedules]).replace("\\", "\\\\")
            for person, schedules in zip(ids, people)]
    query(CREATE.replace("{rows}", "\n".join(rows)))
    return ids


FEEDS = """
SELECT p.id, encode(convert_to(medsched.calendar_feed(p.id, horizon => :'end'), 'UTF8'), 'base64')
FROM unnest(:'people'::uuid[]) WITH ORDINALITY AS p (id, nth) ORDER BY p.nth
"""
DOSES = """
SELECT p.id, d.schedule_id, extract(epoch FROM d.due_at)::bigint
FROM unnest(:'people'::uuid[]) AS p (id) CROSS JOIN LATERAL medsched.upcoming_doses(p.id, :'begin', :'end') AS d
"""


# How many calendars each program read, and how many it was not asked for.
compared = Counter()


def compare(descriptions, people, begin=datetime(2026, 1, 1, tzinfo=UTC), end=datetime(2027, 12, 1, tzinfo=UTC), names=readers.READERS):
    """Compare what programs read in [begin, end) with the doses of people, one test for each; the number of doses."""
    given = {"people": "{" + ",".join(people) + "}", "begin": begin.isoformat(), "end": end.isoformat()}
    doses = {person: [] for person in people}
    for row in query(DOSES, **given).splitlines():
        person, schedule, at = row.split("|")
        doses[person].append((schedule, int(at)))
    # Base64 has lines.
    feeds = [base64.b64decode(text) for text in re.split(r"(?:^|\n)[0-9a-f-]{36}\|", query(FEEDS, **given))[1:]]
    read = readers.read_all([(calendar, begin, end) for calendar in feeds], names)
    for nth, (description, person) in enumerate(zip(descriptions, people)):
        notes = sorted(set(supported.faults(feeds[nth])))
        wanted = Counter(doses[person])
        for reader, calendars in read.items():
            compared[reader, calendars[nth] is not None] += 1
            if calendars[nth] is None:
                continue
            got = Counter((uid[:36], at) for uid, at in calendars[nth])
            if got != wanted:
                notes.append(f"{reader}: missing {shown(wanted - got)}, too many {shown(got - wanted)}")
        if notes:
            notes.append(feeds[nth].decode())
        report(description, not notes, *notes)
    return sum(map(len, doses.values()))


def shown(pairs):
    some = [f"{schedule} at {datetime.fromtimestamp(at, UTC)}" for schedule, at in sorted(pairs.elements())]
    return f"{len(some)}: {some[:3]}"


def schedule(rule, starts_at="2026-03-01T02:30:00", time_zone="Europe/Berlin", **columns):
    return {"starts_at": starts_at, "time_zone": time_zone, **({"rrule": rule} if rule else {}), **columns}


def check_regimens():
    people = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"]
    doses = compare([f"the sample regimens of {person}" for person in people], people, end=datetime(2027, 6, 1, tzinfo=UTC))
    report(f"which have doses: {doses}", doses > 1000)


def check_cases():
    cases = {
        # 2026-03-29 and 2026-10-25: the clocks of Berlin.
        "every day at a time in the gap": [schedule("FREQ=DAILY")],
        "a time in the gap and where it goes": [schedule("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30")],
        "every day at a time in the overlap": [schedule("FREQ=DAILY;BYHOUR=2;BYMINUTE=0,15,30,45")],
        "the first dose is in the gap": [schedule("FREQ=DAILY", "2026-03-29T02:30:00")],
        "COUNT over a gap": [schedule("FREQ=DAILY;COUNT=40")],
        "COUNT without a gap": [schedule("FREQ=DAILY;COUNT=40", "2026-03-10T08:00:00")],
        "an excluded dose in the gap": [schedule("FREQ=DAILY", exdates=["2026-03-29T02:30:00", "2026-03-31T02:30:00"])],
        "an extra dose in the gap": [schedule("FREQ=WEEKLY", rdates=["2026-03-29T02:45:00"])],
        "an hour of a gap at Lord Howe": [schedule("FREQ=DAILY", "2026-09-01T02:10:00", "Australia/Lord_Howe")],
        "starts_at is no dose": [schedule("FREQ=DAILY;BYHOUR=8,20;BYMINUTE=0", "2026-03-01T10:00:00")],
        "starts_at is no dose, every second week": [schedule("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU", "2026-03-05T10:00:00")],
        "weeks from Sunday": [schedule("FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=MO,SU", "2026-03-05T10:00:00")],
        "starts_at is no dose, with COUNT": [schedule("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR;COUNT=5", "2026-03-05T10:00:00")],
        "what starts_at implies is not what the first dose does": [schedule("FREQ=MONTHLY;BYHOUR=8", "2026-01-30T10:00:00")],
        "every 8 hours for 30 doses": [schedule("FREQ=HOURLY;INTERVAL=8;COUNT=90", "2026-03-20T06:00:00", "America/New_York")],
        "every 5 hours, open": [schedule("FREQ=HOURLY;INTERVAL=5", "2026-03-20T06:00:00", "America/St_Johns")],
        "every 90 minutes until a local time": [schedule("FREQ=MINUTELY;INTERVAL=90;UNTIL=20261101T013000", "2026-10-20T06:00:00", "America/New_York")],
        "hours on weekdays only": [schedule("FREQ=HOURLY;INTERVAL=6;BYDAY=MO,TU,WE,TH,FR", "2026-03-20T06:00:00")],
        "hours with minutes, where offsets are not whole hours": [schedule("FREQ=HOURLY;INTERVAL=6;BYMINUTE=0,30", "2026-03-20T06:00:00", "Asia/Kolkata")],
        "UNTIL, a date": [schedule("FREQ=DAILY;UNTIL=20261024", "2026-03-20T23:00:00")],
        "UNTIL, a local time in the overlap": [schedule("FREQ=DAILY;UNTIL=20261025T023000")],
        "UNTIL, an instant": [schedule("FREQ=DAILY;UNTIL=20260329T013000Z")],
        "ends_at cuts COUNT": [schedule("FREQ=DAILY;COUNT=400", ends_at="2026-09-01T12:00:00Z")],
        "ends_at does not cut COUNT": [schedule("FREQ=DAILY;COUNT=10", ends_at="2026-09-01T12:00:00Z")],
        "ends_at before UNTIL": [schedule("FREQ=DAILY;UNTIL=20270101", ends_at="2026-09-01T00:30:00Z")],
        "ends_at at a dose": [schedule("FREQ=DAILY", "2026-06-01T08:00:00", ends_at="2026-09-01T06:00:00Z")],
        "effective_from": [schedule("FREQ=DAILY;INTERVAL=3", effective_from="2026-05-01T00:00:00Z")],
        "effective_from with COUNT": [schedule("FREQ=DAILY;INTERVAL=3;COUNT=100", "2026-04-01T08:00:00", effective_from="2026-05-01T00:00:00Z")],
        "effective_from in hours": [schedule("FREQ=HOURLY;INTERVAL=7;COUNT=500", "2026-04-01T08:00:00", effective_from="2026-05-01T00:00:00Z")],
        "a cycle": [schedule("FREQ=DAILY", cycle_days_on=21, cycle_days_off=7)],
        "a cycle with COUNT and dates": [schedule("FREQ=DAILY;COUNT=90", cycle_days_on=3, cycle_days_off=2,
                                                  exdates=["2026-03-02T02:30:00"], rdates=["2026-07-01T09:00:00"])],
        "SKIP=BACKWARD": [schedule("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=31", "2026-01-31T08:00:00")],
        "SKIP=FORWARD": [schedule("RSCALE=GREGORIAN;FREQ=YEARLY;SKIP=FORWARD", "2024-02-29T08:00:00")],
        "an interval beyond a short": [schedule("FREQ=MINUTELY;INTERVAL=40000", "2026-03-20T06:00:00")],
        "one dose": [schedule(None, "2026-03-29T02:30:00")],
        "one dose and extra ones": [schedule(None, "2026-03-29T02:30:00", rdates=["2026-04-01T08:00:00", "2026-04-01T08:00:00", "2027-10-31T02:30:00"])],
        "excluded and extra": [schedule("FREQ=DAILY", "2026-03-01T08:00:00", exdates=["2026-03-01T08:00:00", "2026-03-05T08:00:00", "2026-03-05T09:00:00"],
                                        rdates=["2026-03-05T12:00:00", "2026-03-06T08:00:00"])],
        "the last working day of the month": [schedule("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "2026-03-01T08:00:00")],
        "a zone that gave summer time up": [schedule("FREQ=DAILY", "2018-09-01T08:00:00", "America/Sao_Paulo")],
        "a zone with irregular changes": [schedule("FREQ=DAILY", "2026-01-01T08:00:00", "Africa/Casablanca")],
        "a zone whose winter is the exception": [schedule("FREQ=DAILY", "2026-01-01T01:30:00", "Europe/Dublin")],
        "a zone that lost a day": [schedule("FREQ=DAILY", "2011-12-20T08:00:00", "Pacific/Apia")],
        "an inactivated medication": [schedule("FREQ=DAILY")],
        "several in several zones": [schedule("FREQ=DAILY", time_zone=zone) for zone in
                                     ("Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham", "Asia/Jerusalem", "America/Santiago")],
    }
    people = create(cases.values())
    query("SELECT medsched.inactivate_medication(m.user_id, m.id, '2026-09-05 12:00Z') FROM medsched.medications AS m WHERE m.user_id = :'person'",
          person=people[list(cases).index("an inactivated medication")])
    compare(cases, people)
    # A change of a whole day is more than the others hold.
    nth = list(cases).index("a zone that lost a day")
    compare(["a zone that lost a day, around it"], [people[nth]], datetime(2011, 12, 1, tzinfo=UTC), datetime(2012, 6, 1, tzinfo=UTC),
            names=["node"])
    nth = list(cases).index("a zone that gave summer time up")
    compare(["a zone that gave summer time up, before"], [people[nth]], datetime(2018, 9, 1, tzinfo=UTC), datetime(2019, 6, 1, tzinfo=UTC))


# Of each person, doses here and there go 20 minutes to 2 days earlier or later; what is refused stays.
MOVE = """
CREATE FUNCTION pg_temp.move(person uuid, dose text, due_at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM medsched.move_dose_by_id(person, dose, due_at);
EXCEPTION WHEN check_violation THEN
  NULL;
END $$;
SELECT count(pg_temp.move(p.id, d.dose_id, d.due_at + (ARRAY['20 minutes', '-45 minutes', '5 hours', '-2 days', '30 hours'])[1 + d.nth % 5]::interval))
FROM unnest(:'people'::uuid[]) AS p (id)
CROSS JOIN LATERAL (SELECT d.dose_id, d.due_at, row_number() OVER (ORDER BY d.due_at, d.dose_id) AS nth
                      FROM medsched.upcoming_doses(p.id, '2026-03-01Z', '2026-12-01Z') AS d) AS d
WHERE d.nth % 7 = 3;
SELECT count(*) FROM medsched.moved_doses WHERE user_id = ANY (:'people'::uuid[])
"""


def check_moved():
    cases = {
        "moved doses": [schedule("FREQ=DAILY;BYHOUR=8,20", "2026-03-01T08:00:00")],
        "moved doses around the changes of the clocks": [schedule("FREQ=DAILY", "2026-03-20T02:30:00"), schedule("FREQ=DAILY", "2026-10-20T02:30:00")],
        "moved doses in UTC": [schedule("FREQ=HOURLY;INTERVAL=8;COUNT=90", "2026-03-20T06:00:00", "America/New_York")],
        "moved doses that are single events": [schedule("FREQ=MONTHLY;BYMONTHDAY=31", "2026-03-01T08:00:00"), schedule(None, "2026-04-01T08:00:00", rdates=["2026-04-03T08:00:00"] )],
        "moved doses of a cycle": [schedule("FREQ=DAILY", "2026-03-01T08:00:00", cycle_days_on=21, cycle_days_off=7)],
        "moved doses of every week": [schedule("FREQ=WEEKLY;BYDAY=MO,TH", "2026-03-01T08:00:00", exdates=["2026-03-09T08:00:00"])],
        "moved doses before an end": [schedule("FREQ=DAILY", "2026-03-01T08:00:00", ends_at="2026-04-01T12:00:00Z")],
    }
    people = create(cases.values())
    moved = int(query(MOVE, people="{" + ",".join(people) + "}").splitlines()[-1])
    report(f"doses are moved: {moved}", moved > 100)
    compare(cases, people)


def check_zones():
    """Every zone, by doses at night, when the clocks change, and by day."""
    zones = query("SELECT name FROM pg_timezone_names WHERE name !~ '^(posix|right)/' AND name NOT IN ('posixrules', 'localtime', 'Factory') ORDER BY name").splitlines()
    rules = ("FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "FREQ=WEEKLY;BYDAY=FR,SU;BYHOUR=0,10")
    people = {}
    for nth, zone in enumerate(zones):
        months = range(1, 13) if ALL else [nth % 12 + 1]
        people[zone] = [schedule(rule, f"2026-{month:02}-{nth % 28 + 1:02}T00:00:00", zone) for month in months
                        for rule in (rules if ALL else [rules[nth % 10 > 0]])]
    compare(people, create(people.values()), end=datetime(2027, 5, 1, tzinfo=UTC))


def random_rule():
    rule = {"FREQ": random.choice(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "HOURLY"])}
    if random.random() < 0.5:
        rule["INTERVAL"] = random.randint(2, 9)
    if rule["FREQ"] != "HOURLY":
        if random.random() < 0.5:
            rule["BYHOUR"] = ",".join(map(str, sorted(random.sample(range(24), random.randint(1, 3)))))
        if random.random() < 0.4:
            rule["BYMINUTE"] = ",".join(map(str, sorted(random.sample((0, 15, 30, 45), random.randint(1, 2)))))
        if random.random() < 0.3:
            rule["BYMONTH"] = ",".join(map(str, sorted(random.sample(range(1, 13), random.randint(1, 4)))))
        days = random.random()
        weekdays = random.sample(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), random.randint(1, 3))
        if days < 0.3:
            if rule["FREQ"] in ("MONTHLY", "YEARLY") and random.random() < 0.5:
                weekdays = [random.choice(("1", "2", "-1", "-2")) + day for day in weekdays]
            rule["BYDAY"] = ",".join(weekdays)
        elif days < 0.6 and rule["FREQ"] != "WEEKLY":
            rule["BYMONTHDAY"] = ",".join(map(str, sorted(random.sample((1, 2, 13, 15, 28, 29, 30, 31, -1, -3), 2))))
    end = random.random()
    if end < 0.25:
        rule["COUNT"] = random.randint(1, 200)
    elif end < 0.5:
        rule["UNTIL"] = random.choice(["20270131", "20260925T023000", "20261101T060000Z"])
    return ";".join(f"{name}={value}" for name, value in rule.items())


def random_schedule():
    zone = random.choice(("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns",
                          "Africa/Casablanca", "Africa/Cairo", "Asia/Jerusalem", "America/Nuuk", "Pacific/Auckland", "America/Santiago", "UTC"))
    start = datetime(2026, 1, 1) + timedelta(minutes=15 * random.randrange(4 * 24 * 300))
    made = schedule(random_rule(), start.isoformat(), zone)
    near = [(start + timedelta(days=random.randrange(200), hours=random.randrange(24))).isoformat() for _ in range(4)]
    if random.random() < 0.4:
        made["rdates"] = near[:2]
    if random.random() < 0.4:
        # Mostly doses.
        made["exdates"] = near[2:] + [(start + timedelta(days=random.randrange(100))).isoformat() for _ in range(6)]
    if random.random() < 0.2:
        made["ends_at"] = (start + timedelta(days=random.randrange(100, 400))).isoformat() + "Z"
    if random.random() < 0.2:
        made["effective_from"] = (start + timedelta(days=random.randrange(1, 60))).isoformat() + "Z"
    if random.random() < 0.15:
        made["cycle_days_on"], made["cycle_days_off"] = random.randint(1, 30), random.randint(1, 10)
    return made


def check_random():
    people = [[random_schedule() for _ in range(SCHEDULES_OF_RANDOM)] for _ in range(RANDOM_PEOPLE)]
    for first in range(0, len(people), 30):
        some = people[first:first + 30]
        compare([f"{SCHEDULES_OF_RANDOM} random schedules, {nth + 1}" for nth in range(first, first + len(some))], create(some),
                end=datetime(2027, 6, 1, tzinfo=UTC))


def unescape(value):
    return re.sub(r"\\([\\;,nN])", lambda m: "\n" if m[1] in "nN" else m[1], value)


def text_values(octets):
    """The values of the text properties that carry a name: RFC 5545 sections 3.1 and 3.3.11."""
    unfolded = octets.replace(b"\r\n ", b"").decode()
    escaped = re.findall(r"^(?:SUMMARY|DESCRIPTION|NAME|X-WR-CALNAME):(.*)$", unfolded, re.MULTILINE)
    return [unescape(value.rstrip("\r")) for value in escaped]


def text(component, name):
    """A property's text as icalendar reads it; version 7 leaves those that it does not know as they are written."""
    value = component[name]
    return str(value) if isinstance(value, icalendar.vText) else unescape(str(value))


def check_compared():
    for reader in sorted({reader for reader, _ in compared}):
        read, left_out = compared[reader, True], compared[reader, False]
        report(f"{reader} read {read} calendars, and {left_out} are of zones of which it has other clocks", left_out < read / 10)


def check_names():
    names = {
        "newlines": ("one\r\nBEGIN:VEVENT\nSUMMARY:two\rthree", "one\nBEGIN:VEVENT\nSUMMARY:two\nthree"),
        "separators": ('a,b;c:d\\e"f\\nz\\,', 'a,b;c:d\\e"f\\nz\\,'),
        "control characters": ("a\x01b\x07c\td\x7fe\x1b[31m", "abc de[31m"),
        "unicode": ("Paracétamol 药 💊 e\u0301 \u202etfel", "Paracétamol 药 💊 e\u0301 \u202etfel"),
        "spaces": ("a  " + "b " * 100 + " c", "a  " + "b " * 100 + " c"),
        "as long as a name can be": ("äx;é" * 250, "äx;é" * 250),
        "four-byte characters": ("💊" * 100, "💊" * 100),
    }
    for description, (name, read) in names.items():
        [person] = create([[schedule("FREQ=DAILY", "2026-03-01T08:00:00", instructions=name)]])
        query("UPDATE medsched.medications SET name = :'name' WHERE user_id = :'person'", person=person, name=name)
        octets = feed(person, name=name, alarm="15 minutes")
        calendar = icalendar.Calendar.from_ical(octets)
        events = calendar.walk("VEVENT")
        report(f"{description}: one event", len(events) == 1)
        texts = text_values(octets)
        report(f"{description}: summary, description, alarm and calendar say it, unfolded and unescaped",
               texts == [read] * 5, texts)
        # icalendar 4 mistakes an escaped backslash before an n for a newline.
        if "\\" not in read:
            report(f"{description}: icalendar reads it", [text(component, name) for component, name in (
                (events[0], "SUMMARY"), (events[0], "DESCRIPTION"), (calendar.walk("VALARM")[0], "DESCRIPTION"),
                (calendar, "NAME"), (calendar, "X-WR-CALNAME"))] == [read] * 5)
        lines = octets.split(b"\r\n")
        report(f"{description}: lines end in CR LF alone", b"\r" not in b"".join(lines) and b"\n" not in b"".join(lines))
        report(f"{description}: lines have 75 octets at most", max(map(len, lines)) <= 75, max(map(len, lines)))
        whole = True
        for line in lines:
            try:
                line.decode()
            except UnicodeDecodeError:
                whole = False
        report(f"{description}: no line breaks within a character", whole)


def check_feed():
    [person] = create([[schedule("FREQ=DAILY", "2026-03-01T08:00:00", dose_amount=2.50, dose_unit="mg"), schedule(None, as_needed=True)]])
    query("UPDATE medsched.medications SET name = 'Haloperidol' WHERE user_id = :'person'", person=person)
    octets = feed(person)
    event = icalendar.Calendar.from_ical(octets).walk("VEVENT")
    report("as needed is no event", len(event) == 1)
    report("the summary has the amount", str(event[0]["SUMMARY"]) == "Haloperidol 2.5 mg", event[0]["SUMMARY"])
    report("no alarm unless asked for", not event[0].walk("VALARM"))
    report("the same feed again, byte for byte", feed(person) == octets)
    for alarm, seconds in (("0", 0), ("90 seconds", -90), ("1 day", -86400), ("7 days", -7 * 86400)):
        found = icalendar.Calendar.from_ical(feed(person, alarm=alarm)).walk("VALARM")
        report(f"an alarm of {alarm}", [a["TRIGGER"].dt for a in found] == [timedelta(seconds=seconds)],
               [a.to_ical() for a in found])

    first = event[0]["UID"]
    query("INSERT INTO medsched.schedules (user_id, medication_id, starts_at, time_zone) "
          "SELECT user_id, id, '2025-01-01', 'Asia/Tokyo' FROM medsched.medications WHERE user_id = :'person' LIMIT 1", person=person)
    events = icalendar.Calendar.from_ical(feed(person)).walk("VEVENT")
    report("another schedule leaves the UID", len(events) == 2 and first in [e["UID"] for e in events])
    events = icalendar.Calendar.from_ical(feed(person, since="2025-06-01Z")).walk("VEVENT")
    report("since leaves out what is over", [e["UID"] for e in events] == [first])

    nobody = icalendar.Calendar.from_ical(feed(str(uuid.UUID(int=1))))
    report("another user's calendar has no event", not nobody.walk("VEVENT") and len(nobody.subcomponents) == 1)


check_regimens()
check_cases()
check_moved()
check_zones()
check_random()
check_compared()
check_names()
check_feed()
