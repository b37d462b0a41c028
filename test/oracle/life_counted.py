"""Doses that are counted from the last one, or follow those of another schedule, of the model in life_model.py."""
import collections
import datetime

from life_schedule import DAY, NEVER, SECOND, to_instant, to_local

Next = collections.namedtuple('Next', 'scheduled_for due_at base')


def within_hours(at, schedule):
    """An instant, or when the hours of a day begin next if it is outside of them."""
    if schedule.hours is None:
        return at
    from_, until = schedule.hours
    local = to_local(at, schedule.zone)
    if from_ <= local.time() <= until or from_ > until and not until < local.time() < from_:
        return at
    begins = datetime.datetime.combine(local.date(), from_)
    if begins < local:
        begins += datetime.timedelta(1)
    instant = to_instant(begins, schedule.zone)
    return instant if instant >= at else at + (begins - local)      # its second coming, where the first is past


def counted_on(base, schedule):
    """So long after an instant: days by the wall clock, the rest as time that passes."""
    days, rest = datetime.timedelta(schedule.after_last.days), datetime.timedelta(0, schedule.after_last.seconds)
    if days:
        base = to_instant(to_local(base, schedule.zone) + days, schedule.zone)
    return within_hours(base + rest, schedule)


class Counted:
    """What a Person knows of schedules with after_last, or with follows."""

    def following(self, schedule):
        """The doses that follow those of another schedule: when each is due, by scheduled_for."""
        medication, number = schedule.follows.split('/')
        starts = max(to_instant(schedule.starts_at, schedule.zone), schedule.begins)
        dues = {}
        for leader in self.medications[medication].chains[int(number)]:
            for dose in self.doses_of(leader).values():
                at = dose.scheduled_for + schedule.follows_by
                if dose.record and dose.record.outcome == 'extra' or not starts <= at < schedule.ends:
                    continue
                taken = dose.record and dose.record.taken_at
                if not taken or not dose.due_at - DAY <= taken <= dose.due_at + 7 * DAY:
                    taken = dose.due_at
                dues[at] = self.moves.get((schedule, at), taken + schedule.follows_by)
        return dues

    def followers(self, schedule):
        """The schedules that follow this one's doses."""
        chain = self.name(schedule).rpartition('/')[0]
        return [s for s in self.schedules() if s.follows == chain]

    def goes_on_from(self, schedule):
        """The schedule and those before it whose last dose it counts from, the latest first."""
        chain = self.chain_of(schedule)
        place = chain.index(schedule)
        for place in range(place, -1, -1):
            yield chain[place]
            if not to_instant(chain[place].starts_at, chain[place].zone) < chain[place].begins:
                return

    def counted(self, schedule, before=NEVER):
        """The dose that is counted from the last recorded before an instant: its scheduled_for, and when it is due."""
        looked_at, last, record = [], None, None
        for of in self.goes_on_from(schedule):
            looked_at.append(of)
            recorded = [at for at in self.recorded_from(of, datetime.datetime.min) if at < before]
            if recorded:
                last = max(recorded)
                record = self.records[of, last]
                break
        begins = within_hours(max(to_instant(schedule.starts_at, schedule.zone), schedule.begins), schedule)
        floor = begins if not record or of is not schedule else datetime.datetime.min
        kept, base = False, None
        if record is None:
            scheduled = begins
        else:
            base = record.taken_at or self.due_at(of, last)
            scheduled = max(counted_on(base, schedule), floor, last + SECOND)
            if record.next and record.next[0] is schedule:
                kept, scheduled = True, record.next[1]
        # What was taken beside the schedule after the dose itself, where that is recorded, did not put it off.
        own = self.records.get((schedule, before))
        extras = [r for (s, _), r in self.records.items() if s in looked_at and r.outcome == 'extra'
                  and not (own and own.taken_at and r.taken_at > own.taken_at)]
        later = [r.taken_at for r in extras if base is None or r.taken_at > base]
        due = scheduled
        if kept or later:
            due = max(counted_on(max(later + ([base] if base else [])), schedule), floor)
        if schedule.max_per_day:
            day = to_local(due, schedule.zone).date()
            taken = extras + [r for (s, at), r in self.records.items() if s in looked_at and r.outcome == 'taken' and at < before]
            if len([r for r in taken if to_local(r.taken_at, schedule.zone).date() == day]) >= schedule.max_per_day:
                due = within_hours(to_instant(datetime.datetime.combine(day + datetime.timedelta(1), datetime.time()), schedule.zone), schedule)
        return Next(scheduled, self.moves.get((schedule, scheduled), due), record and (of, last))

    def keep_next(self, schedule, at):
        """Keep which dose is counted from one whose time is corrected: it keeps its handle, recorded or to come."""
        record = self.records[schedule, at]
        chain = self.chain_of(schedule)
        for of in [s for s in chain[chain.index(schedule):] if s.after_last]:
            recorded = self.recorded_from(of, at + SECOND)
            counted = self.counted(of)
            if recorded:
                following = record.next or (of, min(recorded))
            elif counted.base == (schedule, at) and (of is chain[-1] or max(counted[:2]) < (of.ends_at or NEVER)):
                following = (of, counted.scheduled_for)
            else:
                continue
            self.records[schedule, at] = record._replace(next=following)
            return
