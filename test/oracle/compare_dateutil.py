#!/usr/bin/python3
"""Random rules through medsched and through python-dateutil.

    compare_dateutil.py [--seed N] [--rules N] [--tool PATH]
        the engine alone, in UTC
    compare_dateutil.py --sql [...]
        medsched.occurrences in the database that psql connects to, in UTC; also
        the rules that dateutil is not asked about, against the engine alone
    compare_dateutil.py --zones [...]
        the same in real time zones: the wall-clock times come from dateutil,
        the instants from zoneinfo; for rules below a day that only limit, both
        are counted out hour by hour, minute by minute or second by second

A rule may differ from dateutil only where a predicate on the rule says so
beforehand (CLASSES); doc/correctness.md has the RFC's sentence for each.
Exit status 0: no difference that is not explained.
"""
import argparse
import collections
import datetime
import itertools
import random
import re
import signal
import subprocess
import sys
import warnings
import zoneinfo

from dateutil.rrule import rrulestr

MOST = 1500  # occurrences compared of one rule
SECONDS_PER_RULE = 0.1
UTC = datetime.timezone.utc
DAY = datetime.timedelta(days=1)
STEP = {'HOURLY': 3600, 'MINUTELY': 60, 'SECONDLY': 1}
WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
# Offsets of half and quarter hours, a date line crossed, rules that changed.
ZONES = ['America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Pacific/Apia',
         'America/Caracas', 'Europe/Moscow', 'Africa/Casablanca', 'Asia/Kathmandu',
         'America/St_Johns', 'Pacific/Chatham', 'America/Sao_Paulo', 'Asia/Tehran']

Case = collections.namedtuple('Case', 'text start near_start from_ to')


class TimeIsUp(Exception):
    """dateutil was stopped."""


def stop(*_):
    raise TimeIsUp


def parse_time(text):
    return datetime.datetime.strptime(text.rstrip('Z'), '%Y%m%dT%H%M%S')


def format_time(time):
    return '%04d%02d%02dT%02d%02d%02d' % time.timetuple()[:6]


def shift(time, delta):
    """Add, and stay within the years there are."""
    try:
        return time + delta
    except OverflowError:
        return datetime.datetime.max if delta > delta * 0 else datetime.datetime.min


def parts_of(text):
    """A rule's parts, upper case, by name."""
    text = text.upper().removeprefix('RRULE:')
    return dict(part.split('=') for part in text.split(';'))


def until_of(parts):
    """UNTIL and whether it is an instant; a bare date is its last second."""
    until = parts.get('UNTIL')
    if until is None:
        return None, False
    return parse_time(until if 'T' in until else until + 'T235959'), until.endswith('Z')


# Where dateutil reads a rule otherwise: predicates on rule and DTSTART.

def has_skip(parts, case):
    return 'SKIP' in parts


def has_second_sixty(parts, case):
    return '60' in parts.get('BYSECOND', '').split(',')


def is_weekno_without_day(parts, case):
    return 'BYWEEKNO' in parts and not {'BYDAY', 'BYMONTHDAY', 'BYYEARDAY'} & parts.keys()


def has_weekno_by_years(parts, case):
    return 'BYWEEKNO' in parts and (int(parts.get('INTERVAL', 1)) > 1 or 'BYSETPOS' in parts)


def has_last_weekno(parts, case):
    return {'52', '53'} & set(parts.get('BYWEEKNO', '').split(','))


def has_mixed_days(parts, case):
    days = parts.get('BYDAY', '').split(',')
    return len({len(day) > 2 for day in days}) > 1


def is_broken_first_week(parts, case):
    return (parts['FREQ'] == 'WEEKLY' and 'BYSETPOS' in parts and 'COUNT' in parts and
            WEEKDAYS[case.start.weekday()] != parts.get('WKST', 'MO'))


CLASSES = [('skip', has_skip), ('second-60', has_second_sixty),
           ('weekno-without-day', is_weekno_without_day), ('weekno-by-years', has_weekno_by_years),
           ('last-weekno', has_last_weekno), ('mixed-days', has_mixed_days), ('first-week-setpos', is_broken_first_week)]


def wall_clock_times(case, parts, from_, to):
    """dateutil's times in [from_, to), and whether those are all."""
    until, _ = until_of(parts)
    start = case.near_start
    if parts['FREQ'] in ('DAILY', 'WEEKLY') and 'COUNT' not in parts:
        # Two steps earlier: the set of a whole week, also in the week of the
        # start, and the wall clock of a zone two days behind or ahead.
        step = int(parts.get('INTERVAL', 1)) * (7 if parts['FREQ'] == 'WEEKLY' else 1)
        if start.year > 1 or start.timetuple().tm_yday > 2 * step:
            start -= 2 * step * DAY
    last = shift(to, datetime.timedelta(seconds=-1))
    parts = dict(parts, UNTIL=format_time(min(last, until) if until else last))
    times = []
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_PER_RULE)
    try:
        for time in rrulestr(';'.join('='.join(p) for p in parts.items()), dtstart=start):
            if time >= to:
                break
            if time < from_ or time < case.start:
                continue
            if len(times) == MOST:
                return times, False
            times.append(time)
    except TimeIsUp:
        return times, False
    except ValueError as error:
        # What dateutil says of steps that never meet BYHOUR and the like: an empty set.
        if not re.match('Invalid (combination of interval|rrule byxxx generates an empty set)', str(error)):
            raise
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return times, True


def to_instant(local, zone):
    """Fold 0: in a gap the offset before it, in an overlap the first reading."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC).replace(tzinfo=None)


def to_local(instant, zone):
    return instant.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def passes(parts, local):
    """Whether the parts that limit let a wall-clock time pass: no expansion."""
    month_end = (local.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    year_days = 366 if (local.year % 4 == 0 and local.year % 100) or local.year % 400 == 0 else 365
    day_of_year = local.timetuple().tm_yday

    def names(part, *values):
        return part not in parts or {str(v) for v in values} & set(parts[part].split(','))

    return (names('BYMONTH', local.month) and names('BYHOUR', local.hour) and
            names('BYMINUTE', local.minute) and names('BYSECOND', local.second) and
            names('BYDAY', WEEKDAYS[local.weekday()]) and
            names('BYMONTHDAY', local.day, local.day - month_end.day - 1) and
            names('BYYEARDAY', day_of_year, day_of_year - year_days - 1))


def elapsed_instants(case, parts, zone):
    """FREQ below DAILY in elapsed time, for rules that only limit."""
    step = STEP[parts['FREQ']] * int(parts.get('INTERVAL', 1))
    until, is_instant = until_of(parts)
    count = int(parts.get('COUNT', 0))
    at = to_instant(case.start, zone)
    if count == 0 and case.from_ > at:
        at += datetime.timedelta(seconds=(case.from_ - at).total_seconds() // step * step)
    instants = []
    for tries in itertools.count():
        if at >= case.to:
            return instants, True
        if tries > 30000 or len(instants) == MOST:
            return instants, False
        local = to_local(at, zone)
        if until and (at if is_instant else local) > until:
            return instants, True
        if passes(parts, local):
            if at >= case.from_:
                instants.append(at)
            count -= 1
            if count == 0:
                return instants, True
        at += datetime.timedelta(seconds=step)


def expected(case, parts, zone):
    """What medsched should answer, and whether that is all of it."""
    if zone is None:
        return wall_clock_times(case, parts, case.from_, case.to)
    if parts['FREQ'] in STEP:
        return elapsed_instants(case, parts, zone)
    until, is_instant = until_of(parts)
    if is_instant:              # an instant cannot limit wall-clock times
        parts = {name: value for name, value in parts.items() if name != 'UNTIL'}
    times, whole = wall_clock_times(case, parts, shift(case.from_, -2 * DAY), shift(case.to, 2 * DAY))
    instants = {to_instant(time, zone) for time in times}
    return sorted(i for i in instants if case.from_ <= i < case.to and
                  not (is_instant and i > until)), whole


def zone_serves(case, parts):
    """What --zones asks about: see its oracles."""
    if not 1901 < case.start.year < 2037 or not 1901 < case.to.year < 2037:
        return False            # zoneinfo's own tables end, and rules begin
    if parts['FREQ'] not in STEP:
        return True
    expanding = {'HOURLY': {'BYMINUTE', 'BYSECOND'}, 'MINUTELY': {'BYSECOND'}, 'SECONDLY': set()}
    return not (expanding[parts['FREQ']] | {'BYSETPOS'}) & parts.keys()


def generate(tool, seed, rules):
    output = subprocess.run([tool, 'generate', '--seed', str(seed), '--rules', str(rules)],
                            check=True, capture_output=True, text=True).stdout
    for line in output.splitlines():
        text, *times = line.split('\t')
        yield Case(text, *map(parse_time, times))


def engine_answers(tool, cases):
    lines = ''.join('\t'.join([c.text, *map(format_time, c[1:])]) + '\n' for c in cases)
    output = subprocess.run([tool, 'engine'], input=lines, check=True, capture_output=True, text=True).stdout
    return output.splitlines()


def shorten(tool, cases):
    """End the windows that hold more than MOST, for the database answers whole windows.

    Gives each case and what the engine alone says of it.
    """
    for case, line in zip(cases, engine_answers(tool, cases)):
        times = line.split()
        if line.endswith('+'):
            case = case._replace(to=parse_time(times[-2]))
            times = times[:-2]
        yield case, ' '.join(times)


def sql_answers(cases, zones):
    """The same lines from the database, in one query."""
    iso = '%04d-%02d-%02d %02d:%02d:%02d'
    rows = ''.join('%d\t%s\t%s\t%s\t%s+00\t%s+00\n' % (
        n, c.text, iso % c.start.timetuple()[:6], zone.key if zone else 'UTC',
        iso % c.from_.timetuple()[:6], iso % c.to.timetuple()[:6])
        for n, (c, zone) in enumerate(zip(cases, zones)))
    script = """
        SET TimeZone = 'UTC';
        CREATE TEMP TABLE rule (n int, rule text, start timestamp, zone text, lower timestamptz, upper timestamptz);
        COPY rule FROM stdin;
%s\\.
        SELECT coalesce((SELECT string_agg(to_char(o, 'YYYYMMDD"T"HH24MISS'), ' ')
            FROM medsched.occurrences(rule, start, zone, lower, upper) AS o), '')
        FROM rule ORDER BY n;
        """ % rows
    process = subprocess.run(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1'], input=script,
                             capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(process.stderr)
    return process.stdout.splitlines()


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--rules', type=int, default=5000)
    options.add_argument('--tool', default='build/oracle/case_lines')
    options.add_argument('--sql', action='store_true')
    options.add_argument('--zones', action='store_true')
    options = options.parse_args()
    warnings.simplefilter('ignore')     # COUNT with UNTIL
    signal.signal(signal.SIGVTALRM, stop)

    # Enough cases for as many rules as are wanted after the classes.
    cases, zones, classes = [], [], collections.Counter()
    pick = random.Random(options.seed)
    seed, compared = options.seed, 0
    while compared < options.rules:
        for case in generate(options.tool, seed, 1000):
            parts = parts_of(case.text)
            name = next((name for name, holds in CLASSES if holds(parts, case)), None)
            if options.zones and (name or not zone_serves(case, parts)):
                continue
            classes[name] += 1
            if compared == options.rules or (name and not options.sql):
                continue
            compared += name is None
            cases.append(case)
            zones.append(zoneinfo.ZoneInfo(pick.choice(ZONES)) if options.zones else None)
        seed += 1000

    if options.sql or options.zones:
        cases, alone = zip(*shorten(options.tool, cases))
        answers = sql_answers(cases, zones)
    else:
        answers = engine_answers(options.tool, cases)
    if len(answers) != len(cases):
        sys.exit('%d answers to %d rules' % (len(answers), len(cases)))

    full = part = wrong = occurrences = non_empty = 0
    if options.sql:
        for case, answer, engine in zip(cases, answers, alone):
            if answer != engine:
                wrong += 1
                print('differs from the engine alone\n  %s\n  DTSTART %s, window %s to %s' % (
                    case.text, *map(format_time, (case.start, case.from_, case.to))))
        print('engine alone: %d equal, %d differ' % (len(cases) - wrong, wrong))
    for case, zone, answer in zip(cases, zones, answers):
        parts = parts_of(case.text)
        if any(holds(parts, case) for _, holds in CLASSES):
            continue
        wanted, wanted_all = expected(case, parts, zone)
        got = answer.split()
        got_all = not got or got[-1] != '+'
        if not got_all:
            got.pop()
        wanted = list(map(format_time, wanted))
        occurrences += len(got)
        non_empty += bool(got)
        n = min(len(got), len(wanted))
        if got[:n] != wanted[:n] or (len(got) > n and wanted_all) or (len(wanted) > n and got_all):
            wrong += 1
            at = next((i for i in range(n) if got[i] != wanted[i]), n)
            print('differs from dateutil\n  %s\n  DTSTART %s %s, window %s to %s\n  occurrence %d: medsched %s, other %s' % (
                case.text, format_time(case.start), zone or 'UTC', format_time(case.from_), format_time(case.to),
                at + 1, (got[at:] or ['none'])[0], (wanted[at:] or ['none'])[0]))
        elif wanted_all and got_all:
            full += 1
        else:
            part += 1

    print('%d rules from seed %d: %d with occurrences, %d occurrences in all' % (
        compared, options.seed, non_empty, occurrences))
    print('dateutil: %d equal, %d equal as far as bounded, %d differ' % (full, part, wrong))
    for name, _ in CLASSES:
        if not options.zones:
            print('  %-28s %6d rules generated and not asked' % (name, classes[name]))
    return wrong > 0


if __name__ == '__main__':
    sys.exit(main())
