"""What is left of each medication, and how doses went, of the model in life_model.py."""
import collections
import fractions

from life_schedule import DAY, NEVER, SECOND, Refused

Entry = collections.namedtuple('Entry', 'kind amount unit occurred_at')

SIGNS = {'dispensed': 1, 'corrected': 1, 'lost': -1, 'expired': -1}
MILLIGRAMS = {'mg': 1, 'g': 1000}


class Reports:
    """What is counted of a Person."""

    # Stock.

    def enter(self, medication, entry_id, entry):
        medication.entries[entry_id] = entry
        return [[True]]

    def delete_entry(self, medication, entry_id):
        return [[medication.entries.pop(entry_id, None) is not None]]

    def stock(self, at):
        rows = []
        for medication in self.medications.values():
            entries = sorted((e for e in medication.entries.values() if e.occurred_at <= at), key=lambda e: e.occurred_at)
            if not entries:
                continue
            counts = [e for e in entries if e.kind == 'counted']
            begins = counts[-1].occurred_at + SECOND if counts else entries[0].occurred_at
            left = counts[-1].amount * MILLIGRAMS[counts[-1].unit] if counts else 0
            left += sum(SIGNS[e.kind] * e.amount * MILLIGRAMS[e.unit] for e in entries
                        if e.kind != 'counted' and e.occurred_at >= begins)
            taken = 0
            for (schedule, dose), record in self.records.items():
                if schedule.medication is medication and record.taken_at:
                    when = record.taken_at if abs(record.taken_at - dose) <= 31 * DAY else dose
                    if begins <= when <= at:
                        taken += record.amount or schedule.amount
            unit = MILLIGRAMS[entries[-1].unit]
            rows.append([medication.name, fractions.Fraction(left - taken, unit), entries[-1].unit, fractions.Fraction(taken, unit)])
        return rows

    def runs_out(self, medication, at):
        """The first dose to come that is not covered; KeyError where that is an estimate, or a matter of more than the reference says."""
        stock = next((r for r in self.stock(at) if r[0] == medication.name), None)
        if stock is None:
            raise Refused('medication_has_stock')
        left = stock[1] * MILLIGRAMS[stock[2]]
        schedules = medication.schedules()
        doses = [d for s in schedules for d in self.doses_of(s).values()]
        if any(s.after_last or s.follows or s.as_needed for s in schedules) or any(
                d.record and (d.due_at >= at or d.scheduled_for >= at or (d.record.taken_at or at) > at) or
                not d.record and at - DAY * 6 <= d.due_at < at for d in doses):
            raise KeyError(medication.name)
        for dose in sorted((d for d in doses if d.due_at >= at), key=lambda d: d.due_at):
            left -= dose.schedule.amount
            if left < 0:
                return [[dose.due_at]]
        if any(s.ends == NEVER and s.rule and not s.rule.count and not s.rule.until for s in schedules):
            raise KeyError(medication.name)     # later than the model enumerates
        return [[None]]

    # Reports.

    def status(self, dose, now):
        if dose.record:
            return dose.record.outcome
        if dose.due_at > now:
            return 'upcoming'
        grace = 3600 if dose.schedule.grace is None else dose.schedule.grace
        if (now - dose.due_at).total_seconds() > grace:
            return 'missed'
        if dose.schedule.missed_when_next and any(
                dose.due_at < d.due_at <= now for d in self.doses_of(dose.schedule).values()
                if not d.record or d.record.outcome != 'extra'):
            return 'missed'
        return 'due'

    def adherence(self, from_, to, now):
        rows = []
        for medication in self.medications.values():
            scheduled = taken = skipped = missed = on_time = 0
            for dose in [d for s in medication.schedules() if not s.as_needed for d in self.doses_of(s).values()]:
                status = self.status(dose, now)
                if status == 'extra' or not from_ <= dose.due_at < to:
                    continue
                scheduled += 1
                taken += status == 'taken'
                skipped += status == 'skipped'
                missed += status == 'missed'
                if status == 'taken':
                    grace = 3600 if dose.schedule.grace is None else dose.schedule.grace
                    on_time += abs(dose.record.taken_at - dose.due_at).total_seconds() <= grace
            if scheduled:
                rows.append([medication.name, scheduled, taken, skipped, missed, on_time])
        return rows
