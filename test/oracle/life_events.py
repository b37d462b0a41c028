"""What happens to a person: each event as a statement, and what the model says of it."""
import hashlib
import json
import uuid

from life_model import Medication
from life_reports import Entry
from life_schedule import Schedule

UNIT = 'mg'


def uuid_of(*parts):
    return uuid.UUID(hashlib.md5('/'.join(map(str, parts)).encode()).hexdigest())


def quoted(value):
    if value is None:
        return 'NULL'
    return "'%s'" % str(value).replace("'", "''")


def instant(at):
    return 'NULL::timestamptz' if at is None else "'%s+00'::timestamptz" % at


def columns_in_json(columns):
    """Columns of the model as keys of a schedule."""
    keys = {}
    for name, value in columns.items():
        if name == 'rule':
            keys['rrule'] = value and value.text()
        elif name == 'zone':
            keys['time_zone'] = value
        elif name == 'cycle':
            keys['cycle_days_on'], keys['cycle_days_off'] = value or (None, None)
        elif name == 'amount':
            keys['dose_amount'], keys['dose_unit'] = value, UNIT
        elif name == 'pinned':
            keys['time_zone_pinned'] = value
        elif name in ('rdates', 'exdates'):
            keys[name] = [t.isoformat() for t in sorted(value)]
        elif name == 'starts_at':
            keys[name] = value.isoformat()
        elif name in ('effective_from', 'ends_at'):
            keys[name] = value and value.isoformat() + 'Z'
        elif name == 'after_last':
            keys[name] = value and '%d days %d seconds' % (value.days, value.seconds)
        elif name == 'hours':
            keys['hours_from'], keys['hours_until'] = [t.isoformat() for t in value] if value else (None, None)
        elif name == 'grace':
            keys[name] = None if value is None else '%d seconds' % value
        elif name == 'min_interval':
            keys[name] = None if value is None else '%d seconds' % value.total_seconds()
        else:
            keys[name] = value
    return keys


class Event:
    """An event of a kind, with its arguments; schedules and medications are named."""

    def __init__(self, kind, **arguments):
        self.kind = kind
        self.arguments = arguments

    def statement(self, who):
        """The statement, which gives rows of jsonb."""
        call = getattr(self, 'sql_' + self.kind)(who, **self.arguments)
        return 'SELECT jsonb_build_array(%s)%s' % call

    def expected(self, person):
        """The rows that the model says; KeyError: there is no such schedule or medication."""
        return getattr(self, 'do_' + self.kind)(person, **self.arguments)

    # Medications.

    def sql_create(self, who, medication, schedules):
        rows = [dict(columns_in_json(c), id=str(uuid_of(who, medication, n))) for n, c in enumerate(schedules)]
        return 'medsched.create_medication(pg_temp.who(), %s, %s) IS NOT NULL' % (quoted(medication), quoted(json.dumps(rows))), ''

    def do_create(self, person, medication, schedules):
        if medication in person.medications:
            raise KeyError(medication)
        new = person.medications[medication] = Medication(medication)
        new.chains = [[Schedule(new, **c)] for c in schedules]
        return [[True]]

    def sql_add(self, who, medication, chain, columns):
        row = dict(columns_in_json(columns), id=str(uuid_of(who, medication, chain)))
        if 'follows' in columns:
            row.update(follows=str(uuid_of(who, *columns['follows'].split('/'))), follows_by='%d seconds' % columns['follows_by'].total_seconds())
        return 'count(*)', ' FROM medsched.add_schedule(pg_temp.who(), pg_temp.medication(%s), %s)' % (quoted(medication), quoted(json.dumps(row)))

    def do_add(self, person, medication, chain, columns):
        medication = person.medications[medication]
        if len(medication.chains) != chain:
            raise KeyError(chain)
        if 'follows' in columns:
            person.named(columns['follows'] + '/0')
        medication.chains.append([Schedule(medication, **columns)])
        return [[1]]

    def sql_inactivate(self, who, medication, at):
        return 'pg_temp.clock(medsched.inactivate_medication(pg_temp.who(), pg_temp.medication(%s), %s))' % (quoted(medication), instant(at)), ''

    def do_inactivate(self, person, medication, at):
        return person.inactivate(person.medications[medication], at)

    def sql_reactivate(self, who, medication, at):
        return 'count(*)', ' FROM medsched.reactivate_medication(pg_temp.who(), pg_temp.medication(%s), %s)' % (quoted(medication), instant(at))

    def do_reactivate(self, person, medication, at):
        return person.reactivate(person.medications[medication], at)

    def sql_pause(self, who, medication, from_, to):
        return 'count(*)', (
            ' FROM medsched.medications AS m'
            ' CROSS JOIN LATERAL medsched.inactivate_medication(m.user_id, m.id, %s) AS p (paused_from)'
            ' CROSS JOIN LATERAL medsched.reactivate_medication(m.user_id, m.id, greatest(p.paused_from, %s)) AS r'
            ' WHERE m.user_id = pg_temp.who() AND m.name = %s AND m.inactivated_at IS NULL' % (instant(from_), instant(to), quoted(medication)))

    def do_pause(self, person, medication, from_, to):
        return person.pause(person.medications[medication], from_, to) or [[0]]

    # Doses.

    def handle(self, schedule, at):
        return 'medsched.dose_id(pg_temp.named(%s), %s)' % (quoted(schedule), instant(at))

    def sql_take(self, who, schedule, at, taken_at, amount, by_id):
        dose = self.handle(schedule, at) if by_id else 'pg_temp.named(%s), %s' % (quoted(schedule), instant(at))
        return 'newly_taken, pg_temp.clock(taken_at)', ' FROM medsched.mark_dose_taken%s(pg_temp.who(), %s, %s, amount => %s)' % (
            '_by_id' if by_id else '', dose, instant(taken_at), quoted(amount))

    def do_take(self, person, schedule, at, taken_at, amount, by_id):
        return person.take(person.named(schedule), at, taken_at, amount)

    def sql_take_as_needed(self, who, schedule, at, amount):
        return 'newly_taken, pg_temp.clock(taken_at)', ' FROM medsched.take_as_needed(pg_temp.who(), pg_temp.named(%s), %s, amount => %s)' % (
            quoted(schedule), instant(at), quoted(amount))

    def do_take_as_needed(self, person, schedule, at, amount):
        return person.take_as_needed(person.named(schedule), at, amount)

    def sql_skip(self, who, schedule, at):
        return 'newly_skipped', ' FROM medsched.skip_dose(pg_temp.who(), pg_temp.named(%s), %s)' % (quoted(schedule), instant(at))

    def do_skip(self, person, schedule, at):
        return person.skip(person.named(schedule), at)

    def sql_several(self, who, doses, taken_at):
        return 'newly_recorded, pg_temp.clock(taken_at), error_constraint', ' FROM medsched.%s(pg_temp.who(), ARRAY[%s]::text[]%s)' % (
            'mark_doses_taken' if taken_at else 'skip_doses', ', '.join(self.handle(*d) for d in doses), ', ' + instant(taken_at) if taken_at else '')

    def do_several(self, person, doses, taken_at):
        return person.several([(person.named(s), at) for s, at in doses], taken_at)

    def sql_extra(self, who, schedule, at, amount):
        return 'newly_taken, pg_temp.clock(taken_at)', ' FROM medsched.record_extra_dose(pg_temp.who(), pg_temp.named(%s), %s, amount => %s)' % (
            quoted(schedule), instant(at), quoted(amount))

    def do_extra(self, person, schedule, at, amount):
        return person.extra(person.named(schedule), at, amount)

    def sql_undo(self, who, schedule, at):
        return 'outcome', ' FROM medsched.undo_dose(pg_temp.who(), pg_temp.named(%s), %s)' % (quoted(schedule), instant(at))

    def do_undo(self, person, schedule, at):
        return person.undo(person.named(schedule), at)

    def sql_correct(self, who, schedule, at, taken_at):
        return 'pg_temp.correct(pg_temp.named(%s), %s, %s)' % (quoted(schedule), instant(at), instant(taken_at)), ''

    def do_correct(self, person, schedule, at, taken_at):
        return [[person.correct(person.named(schedule), at, taken_at)]]

    def sql_move(self, who, schedule, at, to, by_clock):
        zone, local = by_clock or (None, None)
        return 'pg_temp.clock(due_at)', ' FROM medsched.move_dose(pg_temp.who(), pg_temp.named(%s), %s, %s)' % (
            quoted(schedule), instant(at), 'local_time => %s' % quoted(local) if by_clock else instant(to))

    def do_move(self, person, schedule, at, to, by_clock):
        schedule = person.named(schedule)
        if by_clock and by_clock[0] != schedule.zone:
            raise KeyError(by_clock)
        return person.move(schedule, at, to)

    def sql_move_all(self, who, from_, to, by):
        return 'pg_temp.name(schedule_id), pg_temp.clock(scheduled_for), pg_temp.clock(due_at)', \
            ' FROM medsched.move_doses(pg_temp.who(), %s, %s, %s)' % (instant(from_), instant(to), quoted('%d seconds' % by.total_seconds()))

    def do_move_all(self, person, from_, to, by):
        return person.move_all(from_, to, by)

    # Schedules.

    def sql_revise(self, who, schedule, at, changes, another_row):
        keys = columns_in_json(changes)
        if another_row:
            keys['id'] = str(uuid_of(who, 'revision', another_row))
        return ("medsched.revise_schedule(pg_temp.who(), q.id, %s, %s) <> q.id" % (instant(at), quoted(json.dumps(keys))),
                ' FROM pg_temp.named(%s) AS q (id)' % quoted(schedule))

    def do_revise(self, person, schedule, at, changes, another_row):
        return person.revise(person.named(schedule), at, changes, bool(another_row))

    def sql_travel(self, who, zone, at):
        return "pg_temp.name(old_schedule_id), outcome, CASE WHEN outcome = 'moved' THEN pg_temp.clock(effective_from) END", \
            ' FROM medsched.change_time_zone(pg_temp.who(), %s, %s)' % (quoted(zone), instant(at))

    def do_travel(self, person, zone, at):
        return person.travel(zone, at)

    def sql_end(self, who, schedule, at):
        return 'pg_temp.clock(medsched.end_schedule(pg_temp.who(), pg_temp.named(%s), %s))' % (quoted(schedule), instant(at)), ''

    def do_end(self, person, schedule, at):
        return person.end(person.named(schedule), at)

    def sql_rewrite(self, who, schedule, changes):
        return 'count(*)', ' FROM medsched.correct_schedule(pg_temp.who(), pg_temp.named(%s), %s)' % (
            quoted(schedule), quoted(json.dumps(columns_in_json(changes))))

    def do_rewrite(self, person, schedule, changes):
        return person.rewrite(person.named(schedule), changes)

    def sql_check(self, who):
        # A move that does nothing, and a date that leaves out nothing any more, are no mistakes.
        return 'i.rule, i.row_id, i.problem', (
            ' FROM medsched.check_integrity() AS i WHERE i.user_id = pg_temp.who()'
            " AND i.rule NOT IN ('moved_dose_is_scheduled', 'schedule_exdates_are_doses', 'schedule_rdates_in_bounds')"
            # An amount that is corrected may make limits stricter than what was taken under them.
            " AND i.rule NOT LIKE 'as_needed_m%'")

    def do_check(self, person):
        return []

    # Stock.

    def sql_runs_out(self, who, medication, at):
        return 'pg_temp.clock(medsched.runs_out_at(pg_temp.who(), pg_temp.medication(%s), %s))' % (quoted(medication), instant(at)), ''

    def do_runs_out(self, person, medication, at):
        return person.runs_out(person.medications[medication], at)

    def sql_enter(self, who, medication, number, entry, amount, unit, at):
        return 'newly_recorded', ' FROM medsched.record_stock_entry(pg_temp.who(), pg_temp.medication(%s), %s, %s, %s, %s, entry_id => %s)' % (
            quoted(medication), quoted(entry), amount, quoted(unit), instant(at), quoted(uuid_of(who, 'entry', number)))

    def do_enter(self, person, medication, number, entry, amount, unit, at):
        return person.enter(person.medications[medication], number, Entry(entry, amount, unit, at))

    def sql_delete_entry(self, who, medication, number):
        return 'medsched.delete_stock_entry(pg_temp.who(), %s)' % quoted(uuid_of(who, 'entry', number)), ''

    def do_delete_entry(self, person, medication, number):
        return person.delete_entry(person.medications[medication], number)
