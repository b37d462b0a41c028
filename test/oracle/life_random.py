"""Random lives: medications to begin with, and a sequence of events that is hostile on purpose."""
import datetime
import functools
import random

from life_events import Event
from life_model import Medication, Person
from life_schedule import DAY, HOUR, SECOND, Refused, Rule, Schedule, is_readable, to_instant, to_local, zone_of

MINUTE = 60 * SECOND
# Offsets of half and quarter hours, a date line between them, changes in both halves of the year.
ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham', 'America/St_Johns',
         'Asia/Kathmandu', 'Pacific/Honolulu', 'Pacific/Kiritimati', 'UTC', 'Africa/Casablanca']
ASKED_BEFORE, ASKED_AFTER = 5 * DAY, 40 * DAY     # the window of upcoming_doses around the beginning
EVENTS = {'take': 20, 'several': 8, 'skip': 6, 'undo': 8, 'correct': 4, 'extra': 4, 'take_as_needed': 5, 'move': 16, 'move_all': 5,
          'revise': 11, 'travel': 6, 'inactivate': 2, 'reactivate': 3, 'pause': 5, 'end': 2, 'enter': 9, 'delete_entry': 2, 'add': 2, 'rewrite': 6, 'runs_out': 4}


@functools.lru_cache(None)
def changes_of(zone, year):
    """The days of a year on which the clocks of a zone change."""
    days = [datetime.datetime(year, 1, 1) + n * DAY for n in range(365)]
    offsets = [zone_of(zone).utcoffset(d) for d in days]
    return [d for d, before, after in zip(days[1:], offsets, offsets[1:]) if before != after]


class Life:
    """events: what happens; begins: the day around which; now is where the clock stands, or None."""

    def __init__(self, seed, number, length, today=None):
        self.random = random.Random('%s %s' % (seed, number))
        self.number = number
        self.person = Person()
        self.home = self.random.choice(ZONES)
        if today and number % 3 == 0:
            self.begins = today - self.random.randint(5, 20) * DAY
        else:
            year = self.random.choice([2021, 2024, 2041, 2044])
            changes = changes_of(self.home, year)
            self.begins = (self.random.choice(changes) - self.random.randint(2, 15) * DAY if changes and self.random.random() < 0.7
                           else datetime.datetime(year, 1, 1) + self.random.randint(0, 364) * DAY)
        self.clock = self.begins
        self.events = []
        self.entries = 0
        for name in ['m%d' % n for n in range(self.random.randint(1, 3))]:
            self.happen(Event('create', medication=name, schedules=[self.columns() for _ in range(self.random.choice([1, 1, 2]))]))
        # What ends or travels must not leave behind what follows it: a subject of its own, which is not drawn.
        kinds = dict(EVENTS)
        if self.chance(0.2) and self.follow():
            for kind in ('travel', 'inactivate', 'reactivate', 'pause', 'end', 'rewrite', 'add', 'move_all'):
                del kinds[kind]
        while len(self.events) < length:
            self.clock += self.random.randint(0, 30) * HOUR
            kind = self.random.choices(list(kinds), kinds.values())[0]
            arguments = getattr(self, 'draw_' + kind)()
            if arguments is not None:
                self.happen(Event(kind, **arguments))
        self.happen(Event('check'))

    def follow(self):
        """Add a schedule that follows another; None: there is none that can be followed."""
        leader = self.schedule(False)
        if leader and not leader.ends_at:
            medication = self.medication()
            starts_at = to_local(self.clock, self.home).replace(minute=0, second=0) - self.random.randint(0, 5) * DAY
            self.happen(Event('add', medication=medication.name, chain=len(medication.chains), columns={
                'starts_at': starts_at, 'zone': self.home, 'amount': 1, 'follows': self.person.name(leader).rpartition('/')[0],
                'follows_by': self.random.choice([MINUTE, 30 * MINUTE, 2 * HOUR, 2 * DAY])}))
            return leader

    def happen(self, event):
        try:
            event.expected(self.person)
        except Refused:
            pass
        except KeyError:
            return
        self.events.append(event)

    def chance(self, p):
        return self.random.random() < p

    def near(self, days_before=3, days_after=5):
        """An instant around now, at a round time or at none."""
        at = self.clock + self.random.uniform(-days_before, days_after) * DAY
        step = self.random.choice([SECOND, MINUTE, 15 * MINUTE, HOUR])
        return at - (at - self.begins.replace(hour=0)) % step

    # A schedule.

    def rule(self, starts_at):
        pick = self.random
        freq = pick.choices(['DAILY', 'WEEKLY', 'MONTHLY', 'HOURLY', None], [10, 4, 1, 3, 1])[0]
        if freq is None:
            return None
        days = {'WEEKLY': tuple(sorted(pick.sample(range(7), pick.randint(1, 4)))), 'MONTHLY': tuple(pick.sample([1, 15, 28, 30, 31, -1], 3))}.get(freq, ())
        if freq == 'HOURLY':
            return Rule(freq, pick.choice([6, 8, 12, 24, 36]), (), (), pick.choice([None, None, 10]), None)
        hours = tuple(sorted(pick.sample([0, 1, 2, 3, 8, 12, 20, 22, 23], pick.randint(1, 3))))
        count = pick.randint(2, 30) if self.chance(0.2) else None
        until = starts_at + pick.randint(24, 600) * HOUR if not count and self.chance(0.15) else None
        return Rule(freq, pick.choice([1, 1, 1, 2, 3]) if freq != 'MONTHLY' else 1, days, hours, count, until)

    def after_last(self):
        return self.random.choice([6 * HOUR, 8 * HOUR, DAY, DAY + 30 * MINUTE, 2 * DAY, 5 * DAY])

    def columns(self):
        """The columns of a schedule that has a dose."""
        pick = self.random
        while True:
            starts_at = (to_local(self.clock, self.home).replace(hour=pick.choice([0, 1, 2, 3, 8, 12, 20, 23]), minute=pick.choice([0, 0, 30, 15]),
                                                                 second=0) + pick.randint(-12, 6) * DAY)
            columns = {'starts_at': starts_at, 'zone': self.home if self.chance(0.8) else pick.choice(ZONES), 'amount': pick.randint(1, 20)}
            if self.chance(0.3):
                columns['grace'] = pick.choice([0, 7200, 86400, 432000])
            if self.chance(0.12):
                columns.update(as_needed=True, min_interval=pick.choice([None, HOUR, 6 * HOUR]), max_per_24h=pick.choice([None, 1, 3]))
                return columns
            if self.chance(0.15):
                columns.update(after_last=self.after_last(), max_per_day=pick.choice([None, None, 2, 3]), hours=pick.choice(
                    [None, None, (datetime.time(8), datetime.time(22)), (datetime.time(20), datetime.time(2)), (datetime.time(2, 30), datetime.time(12))]))
                return columns
            columns['rule'] = rule = self.rule(starts_at)
            columns['missed_when_next'] = self.chance(0.15)
            columns['pinned'] = self.chance(0.1)
            if rule and rule.freq != 'HOURLY' and self.chance(0.12):
                columns['cycle'] = (pick.randint(1, 5), pick.randint(1, 4))
            if rule and self.chance(0.15):
                columns['rdates'] = frozenset(starts_at + pick.randint(1, 60) * 8 * HOUR for _ in range(2))
            try:
                schedule = Schedule(Medication(None), **columns)
                if rule and self.chance(0.15):
                    times = [to_local(i, columns['zone']) for i in schedule.instants()[:20] if is_readable(i, columns['zone'])]
                    columns['exdates'] = frozenset(pick.sample(times, 2))
                if self.chance(0.1):
                    columns['effective_from'] = to_instant(starts_at, columns['zone']) + pick.randint(0, 300) * HOUR
                if self.chance(0.15):
                    columns['ends_at'] = to_instant(starts_at, columns['zone']) + pick.randint(12, 700) * HOUR
                if columns.get('rdates'):
                    columns.pop('effective_from', None), columns.pop('ends_at', None)
                if Schedule(Medication(None), **columns).has_dose(datetime.datetime.min):
                    return columns
            except ValueError:      # fewer times than are to be left out
                pass

    # What events are about.

    def schedule(self, as_needed=None):
        schedules = [s for s in self.person.schedules() if as_needed in (None, s.as_needed)]
        late = [s for s in schedules if self.person.successor(s) is None]
        return self.random.choice(late if late and self.chance(0.8) else schedules) if schedules else None

    def medication(self):
        return self.random.choice(list(self.person.medications.values()))

    def dose(self, recorded=None, days=3):
        """A dose around now as (name of the schedule, scheduled_for); now and then none, or one that is past its schedule."""
        doses = [(d.schedule, d.scheduled_for) for d in self.person.doses()
                 if abs(d.due_at - self.clock) < days * DAY and recorded in (None, bool(d.record))]
        dice = self.random.random()
        if dice < 0.06 or not doses:
            schedule = self.schedule()
            doses = [(schedule, at) for at in schedule.doses_in(self.clock - 9 * DAY, self.clock + 9 * DAY)] or [(schedule, self.near())]
        schedule, at = self.random.choice(doses)
        return self.person.name(schedule), at + SECOND if 0.06 <= dice < 0.1 else at

    def amount(self):
        return self.random.randint(1, 20) if self.chance(0.2) else None

    # Events.

    def draw_take(self):
        schedule, at = self.dose(self.random.choice([False, False, False, None]))
        return dict(schedule=schedule, at=at, taken_at=at + self.random.randint(-20, 40) * 9 * MINUTE if self.chance(0.95) else at + 40 * DAY,
                    amount=self.amount(), by_id=self.chance(0.3))

    def draw_several(self):
        doses = [self.dose(self.random.choice([False, False, None]), 1) for _ in range(self.random.randint(1, 5))]
        # Whether one can be recorded may depend on another being recorded first, and the order is that of their handles.
        together = {}
        for name, at in doses:
            schedule = self.person.named(name)
            chain = self.person.chain_of(schedule)
            if schedule.as_needed:
                together.setdefault(schedule.medication.name, []).append((name, at))
            elif any(s.after_last or s.follows or self.person.followers(s) for s in chain):
                together.setdefault('counted', []).append((name, at))
        doses = [d for d in doses if not any(d in more[1:] for more in together.values())]
        return dict(doses=doses, taken_at=self.near(1, 1) if self.chance(0.7) else None)

    def draw_skip(self):
        schedule, at = self.dose(self.random.choice([False, None]))
        return dict(schedule=schedule, at=at)

    def draw_undo(self):
        schedule, at = self.dose(self.random.choice([True, True, True, None]), 10)
        return dict(schedule=schedule, at=at)

    def draw_correct(self):
        schedule, at = self.dose(True)
        if self.person.named(schedule).as_needed:
            return None
        return dict(schedule=schedule, at=at, taken_at=at + self.random.randint(-50, 50) * 7 * MINUTE)

    def draw_extra(self):
        schedule = self.person.name(self.schedule(False) or self.schedule())
        return dict(schedule=schedule, at=self.dose()[1] if self.chance(0.3) else self.near(1, 1), amount=self.amount())

    def draw_take_as_needed(self):
        schedule = self.schedule(True)
        return schedule and dict(schedule=self.person.name(schedule), at=self.near(2, 0), amount=self.amount())

    def draw_move(self):
        schedule, at = self.dose(self.random.choice([False, False, False, False, None]))
        row = self.person.named(schedule)
        due = self.person.due_at(row, at)
        others = [d.due_at for d in self.person.doses_of(row).values() if abs(d.due_at - due) < 4 * DAY]
        bounds = [b + n * SECOND for b in (row.ends_at, row.effective_from, row.medication.inactivated_at) if b for n in (-1, 0)]
        moved = [a for (s, a), _ in self.person.moves.items() if s is row]
        to = self.random.choice([due + self.random.randint(-96, 96) * 15 * MINUTE] * 6 + [due + self.random.randint(-7200, 7200) * SECOND, at] +
                                [self.random.choice(times) for times in ([] if row.after_last or row.follows else others, bounds, moved) if times])
        local = to_local(to, row.zone) if self.chance(0.3) else None
        if local:
            to = to_instant(local, row.zone)
        return dict(schedule=schedule, at=at, to=to, by_clock=(row.zone, local) if local else None)

    def draw_move_all(self):
        from_ = self.near(1, 1)
        return dict(from_=from_, to=from_ + self.random.randint(1, 60) * HOUR, by=self.random.choice([-24, -8, -1, 1, 2, 6, 8, 12, 24]) * HOUR)

    def draw_revise(self):
        schedule = self.schedule()
        if schedule.follows:
            return None
        pick = self.random
        changes = {}
        what = pick.choice(['amount', 'hours', 'hours', 'rhythm', 'ends_at', 'zone', 'zone', 'exdates'])
        if self.person.followers(schedule):
            what = pick.choice(['amount', 'hours'])
        rule = schedule.rule
        if what == 'amount' or schedule.as_needed:
            changes['amount'] = pick.randint(1, 20)
        elif what == 'rhythm' and (schedule.after_last or not schedule.rdates and not schedule.exdates and not schedule.cycle and self.chance(0.3)):
            changes['after_last'] = self.after_last()
            if not schedule.after_last:
                changes.update(rule=None, missed_when_next=False)
        elif what == 'hours' and rule and rule.freq in ('DAILY', 'WEEKLY') and not rule.count:
            changes['rule'] = rule._replace(hours=tuple(sorted(pick.sample([1, 2, 8, 9, 12, 20, 22], pick.randint(1, 3)))))
        elif what == 'ends_at' and not self.person.successor(schedule):
            changes['ends_at'] = self.near(0, 20)
        elif what == 'zone':
            changes['zone'] = pick.choice(ZONES)
        elif what == 'rhythm' and not schedule.rdates and not schedule.exdates and not schedule.cycle:
            changes['starts_at'] = to_local(self.near(0, 3), schedule.zone).replace(second=0)
            changes['rule'] = self.rule(changes['starts_at'])
        else:
            changes['amount'], changes['grace'] = pick.randint(1, 20), 7200
        return dict(schedule=self.person.name(schedule), at=self.near(), changes=changes, another_row=len(self.events) if self.chance(0.3) else None)

    def draw_rewrite(self):
        schedule = self.schedule()
        pick = self.random
        changes = {'amount': pick.randint(1, 20)}
        what = pick.choice(['amount', 'exdates', 'exdates', 'hours', 'effective_from', 'ends_at'])
        dates = [d.scheduled_for for d in self.person.doses_of(schedule).values()
                 if abs(d.scheduled_for - self.clock) < 5 * DAY and (not d.record or d.record.outcome != 'extra' and self.chance(0.05)) and is_readable(d.scheduled_for, schedule.zone)]
        rule = schedule.rule
        if schedule.as_needed or schedule.after_last:
            pass
        elif what == 'exdates' and dates:
            changes = {'exdates': schedule.exdates | {to_local(d, schedule.zone) for d in pick.sample(dates, min(2, len(dates)))}}
        elif what == 'hours' and rule and rule.freq in ('DAILY', 'WEEKLY') and not rule.count and not schedule.exdates:
            changes = {'rule': rule._replace(hours=tuple(sorted(rule.hours + (pick.choice([4, 5, 6, 7, 9, 21]),))))}
        elif what == 'effective_from' and schedule.effective_from and not schedule.rdates:
            changes = {'effective_from': schedule.effective_from + pick.randint(-48, 48) * HOUR}
        elif what == 'ends_at' and not schedule.rdates:
            changes = {'ends_at': self.near(0, 10)}
        return dict(schedule=self.person.name(schedule), changes=changes)

    def draw_runs_out(self):
        return dict(medication=self.medication().name, at=self.near(1, 5))

    def draw_travel(self):
        return dict(zone=self.random.choice(ZONES), at=self.near(1, 4))

    def draw_inactivate(self):
        return dict(medication=self.medication().name, at=self.near(2, 4))

    def draw_reactivate(self):
        medication = self.random.choice([m for m in self.person.medications.values() if m.inactivated_at] or list(self.person.medications.values()))
        return dict(medication=medication.name, at=max(medication.inactivated_at or self.clock, self.near(0, 3)) if self.chance(0.9) else self.near())

    def draw_pause(self):
        from_ = self.near(1, 4)
        return dict(medication=self.medication().name, from_=from_, to=from_ + self.random.randint(0, 200) * HOUR)

    def draw_end(self):
        return dict(schedule=self.person.name(self.schedule()), at=self.near(1, 6))

    def draw_enter(self):
        kind = self.random.choice(['dispensed', 'dispensed', 'counted', 'counted', 'lost', 'expired', 'corrected'])
        self.entries += 1
        # An instant of its own: which of two counts is the last one must not be a question.
        return dict(medication=self.medication().name, number=self.entries, entry=kind, at=self.near(6, 2) + self.entries * SECOND,
                    amount=self.random.randint(1, 90) * (self.random.choice([1, -1]) if kind == 'corrected' else 1), unit=self.random.choice(['mg', 'mg', 'g']))

    def draw_delete_entry(self):
        owners = [(m.name, number) for m in self.person.medications.values() for number in m.entries]
        if not owners:
            return None
        medication, number = self.random.choice(owners)
        return dict(medication=medication, number=number)

    def draw_add(self):
        medication = self.medication()
        return dict(medication=medication.name, chain=len(medication.chains), columns=self.columns()) if len(medication.chains) < 4 else None
