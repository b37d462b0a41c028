#!/usr/bin/python3
"""Random people, each a random sequence of all that can happen to them, in medsched and in a plain model.

    compare_lives.py [--seed N] [--people N] [--events N] [--today DATE] [--jobs N] [--only NUMBER]
        in the database that psql connects to, of either edition

After each event the answer is compared (what was refused, by its constraint), and then
the doses around; after every third all that the person has: the next ones, what is left
of each medication, adherence.  With --today a third of the people live around that day, so that doses are
due and upcoming; the others live in the past and in the future.
Prints each person who differs with the shortest sequence of events that does.  Exit
status 0: none does.

    life_schedule.py    what doses a schedule has
    life_model.py       the person: recording, moving, ending
    life_journey.py     the person: revisions, corrections of a schedule, journeys
    life_counted.py     the person: doses counted from the last, or after another
    life_reports.py     the person: stock, status, adherence
    life_events.py      an event as a statement, and as a call of the model
    life_random.py      which events
    lives.sql           how a database is asked
"""
import argparse
import collections
import concurrent.futures
import datetime
import fractions
import json
import re
import subprocess
import sys

from life_events import instant, quoted, uuid_of
from life_model import Person
from life_random import ASKED_AFTER, ASKED_BEFORE, Life
from life_schedule import DAY, Refused


def plain(value):
    """A value of the model as the database's JSON has it."""
    if isinstance(value, datetime.datetime):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def matches(expected, got):
    """Whether rows or values are what was expected; Refused: any of its constraints."""
    if isinstance(expected, Refused):
        return got in expected.args
    if isinstance(expected, list) and isinstance(got, list):
        return len(expected) == len(got) and all(map(matches, expected, got))
    return plain(expected) == got


class Script:
    """The events of a person as psql's input, and after each what the model says."""

    def __init__(self, events, begins, who, every=3):
        self.lo, self.hi = begins - ASKED_BEFORE, begins + ASKED_AFTER
        self.who = who
        self.events = events
        self.at = [begins + (n % 12) * DAY for n in range(len(events))]
        self.whole = [n % every == every - 1 or n == len(events) - 1 for n in range(len(events))]

    def text(self):
        lines = ["SELECT set_config('life.who', %s, false), (SELECT count(*) FROM medsched.erase_user(%s)) \\g /dev/null" % (quoted(self.who), quoted(self.who)),
                 'TRUNCATE roots;']
        for event, at, whole in zip(self.events, self.at, self.whole):
            if event.kind in ('create', 'add'):
                medication = event.arguments['medication']
                first = event.arguments.get('chain', 0)
                lines += ['INSERT INTO roots VALUES (%s, %s);' % (quoted(uuid_of(self.who, medication, n)), quoted('%s/%d' % (medication, n)))
                          for n in range(first, first + len(event.arguments.get('schedules', [0])))]
            lines.append('SELECT pg_temp.step(%s, %s, %s, %s, %s);' % (
                quoted(event.statement(self.who)), instant(self.lo), instant(self.hi), instant(at), whole))
        return '\n'.join(lines) + '\n'

    def first_difference(self, answers):
        """The number of the event after which something differs, and a description; None: nothing."""
        person = Person()
        for number, (event, at, line) in enumerate(zip(self.events, self.at, answers)):
            got = json.loads(line)
            try:
                expected = event.expected(person)
            except Refused as refused:
                expected = refused
            problem = self.differs(event, expected, got) or self.state_differs(person, at, got)
            if problem:
                return number, problem
        return None

    @staticmethod
    def differs(event, expected, got):
        if isinstance(expected, Refused) or 'refused' in got:
            if 'refused' in got and matches(expected, got['refused']):
                return None
            return 'medsched: %s\nmodel: %s' % (
                'refused, %s (%s)' % (got['refused'], got['message']) if 'refused' in got else got['rows'],
                'refused, %s' % ' or '.join(expected.args) if isinstance(expected, Refused) else plain(expected))
        rows = got['rows']
        if event.kind in ('travel', 'move_all'):
            expected, rows = sorted(plain(expected), key=str), sorted(rows, key=str)
        if not matches(expected, rows):
            return 'medsched: %s\nmodel: %s' % (rows, plain(expected))

    def state_differs(self, person, at, got):
        now = datetime.datetime.fromisoformat(got['now'])

        def row(dose):
            return [person.name(dose.schedule), str(dose.scheduled_for), str(dose.due_at), person.status(dose, now),
                    str(dose.schedule.amount), dose.record and plain(dose.record.taken_at), True]

        doses = sorted((row(d) for d in person.doses()), key=order)
        listed = [d for d in doses if str(self.lo) <= d[2] < str(self.hi)]
        # A schedule's id decides last: none of ours.
        upcoming, to_come = got['doses'] or [], got.get('next') or []
        for what, wanted, gotten in [
                ('upcoming_doses', listed, upcoming),
                ('next_doses', [d for d in doses if d[2] > str(at) and d[3] in ('upcoming', 'due', 'missed')][:6], to_come)]:
            if [d[2] for d in gotten] != sorted(d[2] for d in gotten):
                return what + ' is not in order'
            gotten = sorted(gotten, key=order)
            if what == 'next_doses':        # of doses at one time any may be the last
                wanted, gotten = [[d[2] for d in wanted], [d[2] for d in gotten]] if wanted != gotten else [[], []]
            if (what != 'next_doses' or 'next' in got) and wanted != gotten:
                return '%s:\n  medsched alone: %s\n  model alone: %s' % (
                    what, [d for d in gotten if d not in wanted], [d for d in wanted if d not in gotten])
        if 'stock' not in got:
            return None
        stock = [[r[0], fractions.Fraction(str(r[1])), r[2], fractions.Fraction(str(r[3]))] for r in got['stock'] or []]
        if sorted(stock) != sorted(person.stock(at)):
            return 'stock at %s:\n  medsched: %s\n  model: %s' % (at, got['stock'], [[str(c) for c in r] for r in person.stock(at)])
        adherence = person.adherence(self.lo, self.hi, now)
        if sorted(got['adherence'] or []) != sorted(adherence):
            return 'adherence:\n  medsched: %s\n  model: %s' % (got['adherence'], adherence)


def order(dose):
    return dose[2], dose[0], dose[1]


def ask(script):
    """What the database answers, a line for each event."""
    process = subprocess.run(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', 'test/oracle/lives.sql', '-f', '-'],
                             input=script, capture_output=True, text=True)
    if process.returncode != 0:
        sys.exit(process.stderr)
    return process.stdout.splitlines()


def possible(events):
    """The events that name what there is."""
    person, kept = Person(), []
    for event in events:
        try:
            event.expected(person)
        except Refused:
            pass
        except KeyError:
            continue
        kept.append(event)
    return kept


def way(problem):
    """What differs, without what it is about."""
    return re.sub(r'[(\[{].*|[0-9].*', '', problem.replace('\nmodel: refused', ' but refused'), flags=re.MULTILINE)


def shortest(life, number, problem):
    """The shortest sequence of events that still differs in the same way, and how: events are left out one by one."""
    events, found = life.events[:number + 1], None
    again = True
    while again:
        again = False
        for place in reversed(range(len(events))):
            fewer = possible(events[:place] + events[place + 1:])
            script = Script(fewer, life.begins, life.who, 1)
            difference = script.first_difference(ask(script.text()))
            if difference and way(difference[1]) == way(problem):
                events, found, again = fewer[:difference[0] + 1], difference[1], True
                break
    if found is None:
        script = Script(events, life.begins, life.who, 1)
        found = script.first_difference(ask(script.text()))[1]
    return events, found


def live(arguments):
    """So many people: how many events there were of each kind, and those who differ as text."""
    options, numbers = arguments
    lives = [Life(options.seed, n, options.events, options.today) for n in numbers]
    for life in lives:
        life.who = uuid_of(options.seed, life.number)
    scripts = [Script(life.events, life.begins, life.who) for life in lives]
    answers = iter(ask(''.join(s.text() for s in scripts)))
    kinds, refused, differences = collections.Counter(), 0, []
    for life, script in zip(lives, scripts):
        lines = [next(answers) for _ in life.events]
        kinds.update(e.kind for e in life.events)
        refused += sum('"refused"' in line[:40] or '"refused":' in line for line in lines)
        difference = script.first_difference(lines)
        if difference:
            events, how = shortest(life, *difference)
            differences.append('person %d differs:\n%s\n%s\n' % (life.number, '\n'.join('  ' + e.statement(life.who) for e in events), how))
    return kinds, refused, differences


def main():
    options = argparse.ArgumentParser()
    options.add_argument('--seed', type=int, default=1)
    options.add_argument('--people', type=int, default=1000)
    options.add_argument('--events', type=int, default=25)
    options.add_argument('--today', type=datetime.datetime.fromisoformat)
    options.add_argument('--jobs', type=int, default=2)
    options.add_argument('--only', type=int)
    options = options.parse_args()
    numbers = range(options.people) if options.only is None else [options.only]
    parts = [(options, numbers[n:n + 25]) for n in range(0, len(numbers), 25)]
    kinds, refused, differ = collections.Counter(), 0, 0
    with concurrent.futures.ProcessPoolExecutor(options.jobs) as pool:
        for more, of_these, differences in pool.map(live, parts):
            kinds += more
            refused += of_these
            differ += len(differences)
            print('\n'.join(differences), end='', flush=True)
    print(', '.join('%d %s' % (n, kind) for kind, n in kinds.most_common()))
    print('seed %d: %d people, %d events, of which %d refused; %d people differ' % (
        options.seed, len(numbers), sum(kinds.values()), refused, differ))
    return differ > 0


if __name__ == '__main__':
    sys.exit(main())
