"""What Outlook and Google Calendar say that they read of an event; doc/calendars.md has the sources."""

import re

# The parts beside INTERVAL, COUNT, UNTIL and WKST, by frequency, each with the values it may have; INTERVAL at most.
DAY = r"(SU|MO|TU|WE|TH|FR|SA)"
MONTHDAY = r"([1-9]|1[0-9]|2[0-8]|-1)"
MONTH = r"([1-9]|1[0-2])"
TEMPLATES = {
    "DAILY": ([{}], 999),
    "WEEKLY": ([{"BYDAY": rf"{DAY}(,{DAY})*"}], 99),
    "MONTHLY": ([{"BYMONTHDAY": MONTHDAY}, {"BYDAY": rf"([1-4]|-1){DAY}"}], 99),
    "YEARLY": ([{"BYMONTH": MONTH, "BYMONTHDAY": MONTHDAY}], 8),
}
PROPERTIES = {"UID", "DTSTAMP", "LAST-MODIFIED", "SEQUENCE", "DTSTART", "RECURRENCE-ID", "RRULE", "EXDATE", "SUMMARY", "DESCRIPTION", "CLASS", "TRANSP"}


def unfolded(calendar):
    return re.sub(r"\r\n[ \t]", "", calendar.decode()).split("\r\n")


def faults_of_rule(rule):
    parts = dict(part.split("=") for part in rule.split(";"))
    templates, most = TEMPLATES.get(parts.pop("FREQ"), ([], 0))
    interval = int(parts.pop("INTERVAL", 1))
    until = parts.pop("UNTIL", None)
    count = int(parts.pop("COUNT", 1))
    parts.pop("WKST", None)
    fits = any(set(parts) == set(template) and all(re.fullmatch(template[name], value) for name, value in parts.items())
               for template in templates)
    if not fits or interval > most or count > 730 or (until is not None and not re.fullmatch(r"\d{8}T\d{6}Z", until)):
        yield f"no template for {rule}"


def faults(calendar):
    """What in the events of a calendar is not supported."""
    event = None
    alarm = False
    uids = set()
    for line in unfolded(calendar):
        name, _, value = line.partition(":")
        name, _, parameters = name.partition(";")
        if line == "BEGIN:VEVENT":
            event = {}
            uid = instance = ""
        elif line == "END:VEVENT":
            if "EXDATE" in event and "RRULE" not in event:
                yield "EXDATE without RRULE"
            if (uid, instance) in uids:
                yield f"UID {uid} twice"
            uids.add((uid, instance))
            event = None
        elif line in ("BEGIN:VALARM", "END:VALARM"):
            alarm = line == "BEGIN:VALARM"
        elif event is not None and not alarm:
            if name not in PROPERTIES:
                yield f"property {name}"
            if name in event and name != "EXDATE":
                yield f"{name} twice"
            if name in ("DTSTART", "EXDATE", "RECURRENCE-ID") and ("TZID=" in parameters) == value.endswith("Z"):
                yield f"{line} is neither in a zone nor in UTC"
            if name == "EXDATE" and parameters != event["DTSTART"]:
                yield f"{line} is on another clock than DTSTART"
            event[name] = parameters
            if name == "RRULE":
                yield from faults_of_rule(value)
            elif name == "UID":
                uid = value
            elif name == "RECURRENCE-ID":
                instance = value
