"""Revisions and journeys of the model in life_model.py."""
import datetime

from life_schedule import NEVER, SECOND, Refused, all_instants, clock_from, is_readable, to_instant, to_local


class Stays(Exception):
    """A schedule that cannot go over to another zone."""


class Journeys:
    """What changes the schedules of a Person from an instant on."""

    @staticmethod
    def clock_or_none(at, schedule):
        """The time of a dose on its clock; None in the second coming of an hour, where it has none of its own."""
        return to_local(at, schedule.zone) if is_readable(at, schedule.zone) else None

    @staticmethod
    def by_the_clock(at, old, new):
        return to_instant(to_local(at, old.zone), new.zone)

    def replace(self, schedule, until, from_, changes):
        """End a schedule, and have another follow it from an instant on."""
        new = schedule.changed(effective_from=from_, **changes)
        schedule.ends_at = until
        chain = self.chain_of(schedule)
        chain.insert(chain.index(schedule) + 1, new)
        self.carry_moves(schedule, new, from_)
        return new

    def revise(self, schedule, at, changes, another_row):
        takes_effect = max(at, schedule.begins)
        medication = schedule.medication
        problems = []
        if (medication.inactivated_at or NEVER) <= takes_effect:
            problems.append('medication_is_active')
        if (schedule.ends_at or NEVER) <= takes_effect:
            problems.append('schedule_not_replaced' if self.successor(schedule) else 'schedule_not_ended')
        if 'ends_at' in changes and self.successor(schedule) and changes['ends_at'] > (schedule.ends_at or NEVER):
            problems.append('22023')
        if self.recorded_from(schedule, at):
            problems.append('recorded_dose_keeps_schedule')
        if self.moved_past(schedule, at):
            problems.append('moved_dose_in_effect')
        if any(self.recorded_from(s, at + s.follows_by) for s in self.followers(schedule)):
            problems.append('recorded_dose_keeps_schedule')
        if 'zone' in changes and changes.keys() <= {'zone', 'amount', 'grace', 'ends_at'} and not problems:
            # A time zone alone is a journey of this one schedule.
            travelling = schedule.changed(effective_from=takes_effect,
                                          ends_at=min(changes.get('ends_at') or schedule.ends_at or NEVER, medication.inactivated_at or NEVER))
            try:
                changes = dict(changes, **self.written_in(travelling, [travelling], changes['zone'])[0])
            except Stays:
                problems.append('schedule_fits_time_zone')
        new = schedule.changed(effective_from=takes_effect, **changes)
        if not problems and not new.has_dose(takes_effect, medication.inactivated_at or NEVER):
            problems.append('schedule_has_dose')
        if problems:
            raise Refused(*problems)
        if another_row or schedule.has_dose(datetime.datetime.min, takes_effect):
            self.replace(schedule, takes_effect, takes_effect, changes)
            return [[True]]
        if to_instant(new.starts_at, new.zone) < takes_effect:
            changes = dict(changes, effective_from=takes_effect)
        self.change_itself(schedule, changes)
        return [[False]]

    def change_itself(self, schedule, changes):
        before = schedule.changed()
        schedule.__dict__.update(changes)
        moves = {at: due for (s, at), due in self.moves.items() if s is schedule and (s, at) not in self.records}
        for dose in moves:
            del self.moves[schedule, dose]
        self.moves.update({(before, dose): due for dose, due in moves.items()})
        self.carry_moves(before, schedule, datetime.datetime.min)

    def rewrite(self, schedule, changes):
        """correct_schedule: as though it had been meant so from the start."""
        new = schedule.changed(**changes)
        chain = self.chain_of(schedule)
        following = self.successor(schedule)
        before = chain[chain.index(schedule) - 1] if schedule is not chain[0] else None
        problems = []
        if 'ends_at' in changes and following and new.ends_at > following.begins:
            problems.append('22023')
        if before and new.begins < (before.ends_at or NEVER):
            problems.append('schedule_replaces_schedule')
        if not schedule.after_last and not schedule.as_needed and any(
                not new.doses_in(at, at + SECOND) or not new.begins <= at < (new.ends_at or NEVER)
                for at in self.recorded_from(schedule, datetime.datetime.min)):
            problems.append('recorded_dose_keeps_schedule')
        inactivated = schedule.medication.inactivated_at or NEVER
        if not new.changed(ends_at=None).has_dose(datetime.datetime.min) or (
                schedule.has_dose(datetime.datetime.min, inactivated) and not new.has_dose(datetime.datetime.min, inactivated)):
            problems.append('schedule_has_dose')
        if problems:
            raise Refused(*problems)
        self.change_itself(schedule, changes)
        return [[1]]

    # A journey.

    def takes_over(self, schedule, at):
        """When a schedule goes over: after what is recorded of it, and after what was moved past the change."""
        at = max(self.after_recorded([schedule], at), schedule.begins)
        while self.moved_past(schedule, at):
            at = max(self.moved_past(schedule, at)) + SECOND
        return at

    def written_in(self, schedule, chain, zone):
        """The columns of a schedule by another clock, and whether it has a dose by that.

        chain: the schedules that go over with it and replace each other, from when they do.
        """
        if schedule.as_needed or schedule.after_last:
            return {'starts_at': to_local(to_instant(schedule.starts_at, schedule.zone), zone)}, True
        old = schedule.zone
        if schedule.steps_in_hours:
            kept = [to_instant(schedule.starts_at, old)]
            dates = {}
            for name in ('rdates', 'exdates'):
                dates[name] = [i for i in (to_instant(d, old) for d in getattr(schedule, name)) if schedule.in_effect(i)]
                kept += dates[name]
            if not all(is_readable(i, zone) for i in kept):
                raise Stays
            return {'starts_at': to_local(kept[0], zone),
                    **{name: frozenset(to_local(i, zone) for i in dates[name]) for name in dates}}, True

        # Each wall-clock time is a dose once: by the new clock, of the schedule in effect then, if that has the time too; else by the old.
        times = {m: m.wall_clock_times() for m in chain}
        by_new, by_old = set(), set()
        for member in chain:
            for time in times[member]:
                if not member.in_effect(to_instant(time, member.zone)):
                    continue
                new = to_instant(time, zone)
                gives = next((m for m in chain if m.in_effect(new) and time in times[m]), None)
                if gives is schedule:
                    by_new.add(new)
                elif gives is None and member is schedule:
                    by_old.add(to_instant(time, old))
        shown = {i for i in all_instants(schedule.rule, schedule.starts_at, zone, schedule.rdates, schedule.exdates, schedule.cycle)
                 if schedule.in_effect(i)}
        added, left_out = (by_new | by_old) - shown, shown - by_new - by_old
        return {'rdates': schedule.rdates | {clock_from(i, zone) for i in added},
                'exdates': schedule.exdates | {clock_from(i, zone) for i in left_out}}, \
            bool((by_new | by_old) & shown) or schedule.ends == NEVER and bool(added)

    def travel(self, zone, at):
        plans = []                  # schedule, outcome, when it takes effect, its columns
        for schedule in self.schedules():
            end = schedule.medication.inactivated_at or NEVER
            if not schedule.has_dose(at, end):
                continue
            over = self.takes_over(schedule, at)
            plans.append([schedule, 'as_needed' if schedule.as_needed else 'pinned' if schedule.pinned else
                          'in_zone' if schedule.zone == zone else 'moved' if schedule.has_dose(over, end) else 'left', over, None])
        stays = True
        while stays:
            stays = False
            going = {p[0]: p[0].changed(effective_from=p[2]) for p in plans if p[1] == 'moved'}
            for plan in plans:
                schedule = plan[0]
                if plan[1] != 'moved':
                    continue
                chain = [going[s] for s in self.chain_of(schedule) if s in going and not s.steps_in_hours and not s.after_last]
                try:
                    plan[3], has_dose = self.written_in(going[schedule], chain, zone)
                except Stays:
                    has_dose = False
                if not has_dose:
                    plan[1], stays = 'left', True
                    break
        for schedule, outcome, over, columns in plans:
            if outcome == 'moved':
                self.replace(schedule, over, over, dict(columns, zone=zone))
        return [[self.name(s), outcome, over if outcome == 'moved' else None] for s, outcome, over, _ in plans]
