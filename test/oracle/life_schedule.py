"""The doses of one schedule, as doc/reference.md has them: rule, dates, cycle, zone.

Instants are naive datetimes in UTC, wall-clock times naive datetimes of the
schedule's zone.  Shares nothing with medsched but the text of the reference.
"""
import bisect
import calendar
import collections
import copy
import datetime
import functools
import itertools
import zoneinfo

UTC = datetime.timezone.utc
SECOND, HOUR, DAY = (datetime.timedelta(seconds=s) for s in (1, 3600, 86400))
WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
ENUMERATED = 300 * DAY      # how far a rule is enumerated: beyond all that is asked
NEVER = datetime.datetime.max

zone_of = functools.lru_cache(None)(zoneinfo.ZoneInfo)


@functools.lru_cache(500000)
def to_instant(local, zone):
    """Fold 0: in a gap the offset before it, in an overlap the first reading."""
    return local.replace(tzinfo=zone_of(zone), fold=0).astimezone(UTC).replace(tzinfo=None)


@functools.lru_cache(500000)
def to_local(instant, zone):
    return instant.replace(tzinfo=UTC).astimezone(zone_of(zone)).replace(tzinfo=None, fold=0)


def is_readable(instant, zone):
    """Whether a wall-clock time is read as the instant: not in the second coming of an hour."""
    return to_instant(to_local(instant, zone), zone) == instant


def clock_from(instant, zone):
    """The first wall-clock time that is read as the instant or later."""
    while not is_readable(instant, zone):
        instant += 15 * 60 * SECOND
    return to_local(instant, zone)


class Refused(Exception):
    """An operation that is refused; args are the constraints that the error can name."""


class Rule(collections.namedtuple('Rule', 'freq interval days hours count until')):
    """A rule of RFC 5545: days are BYDAY of a week or BYMONTHDAY of a month, hours BYHOUR."""

    def text(self):
        parts = ['FREQ=' + self.freq]
        if self.interval > 1:
            parts.append('INTERVAL=%d' % self.interval)
        if self.days:
            parts.append(('BYDAY=' if self.freq == 'WEEKLY' else 'BYMONTHDAY=') +
                         ','.join(WEEKDAYS[d] if self.freq == 'WEEKLY' else str(d) for d in self.days))
        if self.hours:
            parts.append('BYHOUR=' + ','.join(map(str, self.hours)))
        if self.count:
            parts.append('COUNT=%d' % self.count)
        if self.until:
            parts.append('UNTIL=' + self.until.strftime('%Y%m%dT%H%M%S'))
        return ';'.join(parts)

    def dates(self, start):
        """The days that the rule names from the period of the start on, in order."""
        for n in itertools.count(0, self.interval):
            if self.freq == 'DAILY':
                yield start + n * DAY
            elif self.freq == 'WEEKLY':
                monday = start - start.weekday() * DAY + 7 * n * DAY
                yield from (monday + d * DAY for d in sorted(self.days or (start.weekday(),)))
            else:
                year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
                length = calendar.monthrange(year, month + 1)[1]
                named = {d if d > 0 else length + 1 + d for d in self.days or (start.day,)}
                yield from (datetime.date(year, month + 1, d) for d in sorted(named) if 1 <= d <= length)

    def times(self, starts_at):
        """The wall-clock times of a rule of days or more; COUNT counts them, whatever the clocks do."""
        end = min(starts_at + ENUMERATED, self.until or NEVER)
        number = 0
        for date in self.dates(starts_at.date()):
            for hour in self.hours or (starts_at.hour,):
                time = datetime.datetime.combine(date, starts_at.time().replace(hour=hour))
                if time > end:
                    return
                if time >= starts_at:
                    yield time
                    number += 1
                    if number == self.count:
                        return

    def elapsed(self, start):
        """The instants of a rule of hours, which steps in elapsed time."""
        end = start + ENUMERATED
        for n in range(self.count or 10**6):
            at = start + n * self.interval * HOUR
            if at > end:
                return
            yield at


@functools.lru_cache(20000)
def wall_clock_times(rule, starts_at, rdates, cycle):
    """The wall-clock times of a schedule, those that exdates leave out among them."""
    times = [starts_at] if rule is None else list(rule.times(starts_at))
    if cycle:
        on, off = cycle
        times = [t for t in times if (t.date() - starts_at.date()).days % (on + off) < on]
    return frozenset(times) | frozenset(rdates)


@functools.lru_cache(20000)
def all_instants(rule, starts_at, zone, rdates, exdates, cycle):
    """The instants of a schedule without its bounds, ascending."""
    left_out = {to_instant(e, zone) for e in exdates}
    if rule and rule.freq == 'HOURLY':
        instants = set(rule.elapsed(to_instant(starts_at, zone))) | {to_instant(d, zone) for d in rdates}
    else:
        instants = {to_instant(t, zone) for t in wall_clock_times(rule, starts_at, rdates, cycle)}
    return tuple(sorted(instants - left_out))


class Schedule:
    """A row of schedules; medication is the one it belongs to."""

    def __init__(self, medication, **columns):
        self.medication = medication
        self.rule = None
        self.rdates = self.exdates = frozenset()
        self.cycle = self.effective_from = self.ends_at = None
        self.amount = 1
        self.grace = None               # seconds; None: the setting, an hour
        self.pinned = self.as_needed = self.missed_when_next = False
        self.min_interval = self.max_per_24h = None
        self.after_last = self.hours = self.max_per_day = None
        self.follows = self.follows_by = None       # follows: the chain that it follows, medication/number
        self.__dict__.update(columns)

    def changed(self, **columns):
        """Another row, the same but for some columns."""
        other = copy.copy(self)
        other.__dict__.update(columns)
        return other

    @property
    def steps_in_hours(self):
        return self.rule is not None and self.rule.freq == 'HOURLY'

    @property
    def begins(self):
        return self.effective_from or datetime.datetime.min

    @property
    def ends(self):
        """The end of the schedule or of its medication, whichever is earlier."""
        return min(self.ends_at or NEVER, self.medication.inactivated_at or NEVER)

    def in_effect(self, at):
        return self.begins <= at < self.ends

    def instants(self):
        """The instants of rule and dates, within no bounds."""
        if self.as_needed or self.after_last or self.follows:
            return ()
        return all_instants(self.rule, self.starts_at, self.zone, self.rdates, self.exdates, self.cycle)

    def wall_clock_times(self):
        """Those times of the wall clock that exdates do not leave out."""
        left_out = {to_instant(e, self.zone) for e in self.exdates}
        return {t for t in wall_clock_times(self.rule, self.starts_at, self.rdates, self.cycle)
                if to_instant(t, self.zone) not in left_out}

    def doses_in(self, from_, to):
        """The doses in [from_, to), whatever the bounds of the schedule."""
        instants = self.instants()
        return instants[bisect.bisect_left(instants, from_):bisect.bisect_left(instants, to)]

    def scheduled(self):
        """The doses within the schedule's bounds and its medication's."""
        return self.doses_in(self.begins, self.ends)

    def has(self, at):
        return at in self.doses_in(at, at + SECOND) and self.in_effect(at)

    def has_dose(self, from_, to=NEVER):
        """Whether there is a dose in a window, within the schedule's own bounds."""
        from_, to = max(from_, self.begins), min(to, self.ends_at or NEVER)
        if self.as_needed or self.after_last:
            return max(from_, to_instant(self.starts_at, self.zone)) < to
        return bool(self.doses_in(from_, to))
