"""A person's medications, doses and stock, as doc/reference.md has them: a plain model.

Each operation of a caller is a method of Person: it changes the person and gives
what the function returns, or raises Refused with the constraints that would be right.
"""
import collections
import datetime

from life_counted import Counted
from life_journey import Journeys
from life_reports import Reports
from life_schedule import DAY, NEVER, SECOND, Refused, to_instant

# due_at: when it was due; next: the schedule and scheduled_for of the dose counted from it, where its time was corrected.
Record = collections.namedtuple('Record', 'outcome taken_at amount due_at next', defaults=(None, None))
Dose = collections.namedtuple('Dose', 'schedule scheduled_for due_at record')


class Medication:
    def __init__(self, name):
        self.name = name
        self.inactivated_at = None
        self.chains = []            # lists of schedules, each replaced by the next
        self.entries = {}

    def schedules(self):
        return [s for chain in self.chains for s in chain]


class Person(Journeys, Counted, Reports):
    def __init__(self):
        self.medications = {}
        self.records = {}           # (schedule, scheduled_for): Record
        self.moves = {}             # (schedule, scheduled_for): due_at

    # What there is.

    def named(self, name):
        """A schedule by its name, medication/chain/place in the chain; KeyError: there is none."""
        medication, chain, place = name.split('/')
        try:
            return self.medications[medication].chains[int(chain)][int(place)]
        except IndexError:
            raise KeyError(name)

    def name(self, schedule):
        for number, chain in enumerate(schedule.medication.chains):
            if schedule in chain:
                return '%s/%d/%d' % (schedule.medication.name, number, chain.index(schedule))

    def chain_of(self, schedule):
        return next(c for c in schedule.medication.chains if schedule in c)

    def successor(self, schedule):
        chain = self.chain_of(schedule)
        return chain[chain.index(schedule) + 1] if schedule is not chain[-1] else None

    def schedules(self):
        return [s for m in self.medications.values() for s in m.schedules()]

    def due_at(self, schedule, at):
        record = self.records.get((schedule, at))
        return record and record.due_at or self.moves.get((schedule, at), at)

    def has(self, schedule, at):
        """Whether a schedule at set times, or counted from the last dose, has a dose that can be recorded."""
        if schedule.after_last:
            return schedule.in_effect(at) and self.counted(schedule, at).scheduled_for == at
        if schedule.follows:
            return at in self.following(schedule)
        return schedule.has(at)

    def doses_of(self, schedule):
        """All that is listed of a schedule, by scheduled_for."""
        doses = {}
        if schedule.after_last:
            to_come = self.counted(schedule)
            if max(to_come[:2]) < schedule.ends:
                doses[to_come.scheduled_for] = Dose(schedule, *to_come[:2], None)
        if schedule.follows:
            doses.update({at: Dose(schedule, at, due, None) for at, due in self.following(schedule).items() if due < schedule.ends})
        for at in schedule.scheduled():
            due = self.due_at(schedule, at)
            record = self.records.get((schedule, at))
            if record or schedule.in_effect(due):
                doses[at] = Dose(schedule, at, due, record)
        for (of, at), record in self.records.items():
            if of is schedule:
                doses[at] = Dose(schedule, at, self.due_at(schedule, at), record)
        return doses

    def doses(self):
        return [d for s in self.schedules() for d in self.doses_of(s).values()]

    def recorded_from(self, schedule, from_):
        """The doses recorded from an instant on, but for extra ones, for which no bound holds."""
        return [at for (of, at), r in self.records.items() if of is schedule and at >= from_ and r.outcome != 'extra']

    def after_recorded(self, schedules, from_):
        return max([from_] + [at + SECOND for s in schedules for at in self.recorded_from(s, from_)])

    def moved_past(self, schedule, instant):
        """When doses are due that were moved from before an instant to after it, and are not recorded."""
        return [due for (of, at), due in self.moves.items()
                if of is schedule and at < instant <= due and (of, at) not in self.records and self.has(of, at)]

    # Recording.

    def check_is_dose(self, schedule, at):
        starts = max(to_instant(schedule.starts_at, schedule.zone), schedule.begins)
        if not schedule.as_needed and self.has(schedule, at) or schedule.as_needed and starts <= at < schedule.ends:
            return
        problems = []
        if (schedule.after_last or schedule.follows) and at < schedule.ends:
            raise Refused('dose_before_start', 'dose_is_scheduled')
        if at < min([starts] if schedule.as_needed else schedule.doses_in(schedule.begins, NEVER), default=starts):
            problems.append('dose_before_start')
        if at >= (schedule.ends_at or NEVER):
            problems.append('dose_after_end')
        if at >= (schedule.medication.inactivated_at or NEVER):
            problems.append('dose_after_inactivation')
        if not schedule.as_needed and not schedule.after_last and not schedule.scheduled():     # it never has a dose, so it has neither begun nor ended
            problems.append('dose_is_scheduled')
        raise Refused(*problems or ['dose_is_scheduled'])

    def check_limits(self, schedule, at, amount):
        """The limits of a dose as needed, with all others as needed of the medication."""
        others = sorted([(t, r.amount or s.amount) for (s, t), r in self.records.items()
                         if s.medication is schedule.medication and s.as_needed] + [(at, amount or schedule.amount)])
        problems = []
        least, most = schedule.min_interval, schedule.max_per_24h
        if least and any(abs(t - at) < least for t, _ in others if t != at):
            problems.append('as_needed_min_interval')
        for begins in [t for t, _ in others if at - DAY < t <= at] if most else []:
            within = [a for t, a in others if begins <= t < begins + DAY]
            if len(within) > most or sum(within) > most * schedule.amount:
                problems.append('as_needed_max_per_24h')
        if problems:
            raise Refused(*problems)

    def take(self, schedule, at, taken_at, amount=None):
        record = self.records.get((schedule, at))
        if record:
            if record.outcome != 'taken':
                raise Refused('dose_already_' + record.outcome)
            return [[False, record.taken_at]]
        self.check_is_dose(schedule, at)
        if schedule.as_needed:
            self.check_limits(schedule, at, amount)
        self.records[schedule, at] = Record('taken', taken_at, amount)
        self.keep_due(schedule, at)
        return [[True, taken_at]]

    def keep_due(self, schedule, at):
        """Keep when a dose was due that is counted from another: once it is recorded, it stays so."""
        if schedule.after_last or schedule.follows:
            due = self.counted(schedule, at).due_at if schedule.after_last else self.following(schedule)[at]
            self.records[schedule, at] = self.records[schedule, at]._replace(due_at=due)

    def take_as_needed(self, schedule, at, amount=None):
        if not schedule.as_needed:
            raise Refused('schedule_is_as_needed')
        return self.take(schedule, at, at, amount)

    def skip(self, schedule, at):
        record = self.records.get((schedule, at))
        if record:
            if record.outcome != 'skipped':
                raise Refused('dose_already_' + record.outcome)
            return [[False]]
        if schedule.as_needed:
            raise Refused('as_needed_not_skipped', 'dose_before_start', 'dose_after_end', 'dose_after_inactivation')
        self.check_is_dose(schedule, at)
        self.records[schedule, at] = Record('skipped', None, None)
        self.keep_due(schedule, at)
        return [[True]]

    def extra(self, schedule, at, amount=None):
        if schedule.as_needed:
            raise Refused('schedule_has_set_times')
        record = self.records.get((schedule, at))
        if record:
            if record.outcome != 'extra':
                raise Refused('dose_already_' + record.outcome)
            return [[False, record.taken_at]]
        if self.has(schedule, at):
            raise Refused('extra_dose_is_extra')
        self.records[schedule, at] = Record('extra', at, amount)
        return [[True, at]]

    def several(self, doses, taken_at):
        """mark_doses_taken, or with taken_at None skip_doses: each as if alone."""
        rows = []
        for schedule, at in doses:
            try:
                row = self.take(schedule, at, taken_at)[0] if taken_at else self.skip(schedule, at)[0]
                rows.append([row[0], self.records[schedule, at].taken_at, None])
            except Refused as refused:
                rows.append([None, None, refused])
        return rows

    def undo(self, schedule, at):
        record = self.records.pop((schedule, at), None)
        return [[record.outcome]] if record else []

    def correct(self, schedule, at, taken_at):
        """An UPDATE of taken_at."""
        record = self.records.get((schedule, at))
        if record is None or record.outcome != 'taken' or schedule.as_needed:
            return 0
        self.keep_next(schedule, at)
        self.records[schedule, at] = self.records[schedule, at]._replace(taken_at=taken_at)
        return 1

    # Moving.

    def move(self, schedule, at, to):
        self.move_together([(schedule, at, to)])
        return [[to]]

    def move_all(self, from_, to, by):
        moving = [(d.schedule, d.scheduled_for, d.due_at + by) for d in self.doses()
                  if from_ <= d.due_at < to and not d.record]
        self.move_together(moving)
        return [[self.name(s), at, due] for s, at, due in moving]

    def move_together(self, moving):
        wanted = {(s, at): due for s, at, due in moving}
        problems = set()
        for (schedule, at), due in wanted.items():
            if schedule.as_needed or not self.has(schedule, at):
                problems.add('moved_dose_is_scheduled')
            if (schedule, at) in self.records:
                problems.add('moved_dose_not_recorded')
            if not schedule.in_effect(due):
                problems.add('moved_dose_in_effect')
            if any(d.scheduled_for != at and wanted.get((schedule, d.scheduled_for), d.due_at) == due
                   for d in self.doses_of(schedule).values() if not d.record or d.record.outcome != 'extra'):
                problems.add('moved_dose_is_apart')
        if problems:
            raise Refused(*problems)
        self.moves.update(wanted)
        self.moves = {key: due for key, due in self.moves.items() if key[1] != due}

    def carry_moves(self, old, new, from_):
        """Have the moves of doses from an instant on go over to what replaced their schedule, those that fit."""
        moves = {at: due for (s, at), due in self.moves.items() if s is old and at >= from_ and (s, at) not in self.records}
        for at in moves:
            del self.moves[old, at]
        if old.zone != new.zone and not old.after_last:
            moves = {self.by_the_clock(at, old, new): self.by_the_clock(due, old, new) for at, due in sorted(moves.items(), reverse=True)}
        moves = {at: due for at, due in moves.items() if self.has(new, at) and new.in_effect(due) and at != due}
        while True:
            dues = collections.Counter(moves.get(at, at) for at in new.scheduled())
            apart = {at: due for at, due in moves.items() if dues[due] <= 1}
            if len(apart) == len(moves):
                break
            moves = apart
        self.moves.update({(new, at): due for at, due in moves.items()})

    # Ending.

    def leave_out(self, schedule, from_, to):
        """Leave out what is not recorded of [from_, to), by when it is due as by its own time."""
        if schedule.as_needed or schedule.after_last or from_ >= to:
            return
        dates = [self.clock_or_none(d.scheduled_for, schedule) for d in self.doses_of(schedule).values()
                 if not d.record and (from_ <= d.scheduled_for < to or from_ <= d.due_at < to)]
        if not any(dates):
            return
        left = schedule.changed(exdates=schedule.exdates | {d for d in dates if d})
        if left.has_dose(datetime.datetime.min):
            schedule.exdates = left.exdates
        else:
            schedule.ends_at = from_

    def inactivate(self, medication, at):
        if medication.inactivated_at is None:
            end = self.after_recorded(medication.schedules(), at)
            for schedule in medication.schedules():
                self.leave_out(schedule, at, end)
            medication.inactivated_at = end
        return [[medication.inactivated_at]]

    def reactivate(self, medication, at):
        end = medication.inactivated_at
        if end is None:
            raise Refused('medication_is_inactive')
        if at < end:
            raise Refused('22023')
        if not any(s.has_dose(at) for s in medication.schedules()):
            raise Refused('medication_has_dose')
        medication.inactivated_at = None
        number = 0
        for schedule in medication.schedules():
            goes_on, in_pause = schedule.has_dose(at), schedule.has_dose(end, at)
            if goes_on and (in_pause or schedule.has_dose(datetime.datetime.min, end)):
                self.replace(schedule, end, at, {})
                number += 1
            elif in_pause:
                schedule.ends_at = end
        return [[number]]

    def pause(self, medication, from_, to):
        """The statement of the cookbook."""
        if medication.inactivated_at is not None:
            return []
        before = [(s, s.exdates, s.ends_at) for s in medication.schedules()]
        try:
            ended = self.inactivate(medication, from_)[0][0]
            return self.reactivate(medication, max(ended, to))
        except Refused:             # of one statement, both or neither
            medication.inactivated_at = None
            for schedule, schedule.exdates, schedule.ends_at in before:
                pass
            raise

    def end(self, schedule, at):
        if (schedule.ends_at or NEVER) <= at:
            if self.successor(schedule):
                raise Refused('schedule_not_replaced')
            return [[schedule.ends_at]]
        answer = None
        while schedule:
            ended = self.after_recorded([schedule], at)
            self.leave_out(schedule, at, ended)
            ended = min(max(ended, schedule.begins), schedule.ends_at or NEVER)
            schedule.ends_at = ended
            if answer is None or ended > schedule.begins:
                answer = ended
            schedule = self.successor(schedule)
        return [[answer]]
