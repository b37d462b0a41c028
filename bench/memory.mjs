// The size of one backend: its own memory, without the shared buffers it
// happens to have touched.

import { readFileSync } from 'node:fs';
import postgres from 'postgres';
import { userId } from './measure.mjs';

const FAILURES = [
  [`SELECT * FROM medsched.upcoming_doses($1, now(), now() - interval '1 day')`, 'a window that ends before it starts'],
  [`SELECT * FROM medsched.occurrences('FREQ=SECONDLY', '2026-01-01', 'Europe/Berlin', '2026-01-01', '2026-03-01')`,
    'more than medsched.max_doses'],
  [`SELECT * FROM medsched.occurrences('FREQ=DAILY;BYDAY=1MO', '2026-01-01', 'UTC', '2026-01-01', '2026-02-01')`,
    'a rule that the RFC forbids'],
  [`SELECT * FROM medsched.occurrences('FREQ=DAILY', '2026-01-01', 'Moon/Base', '2026-01-01', '2026-02-01')`,
    'a zone that does not exist'],
];

const kilobytes = (pid) => Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

export async function memory(bench) {
  const sql = postgres({ max: 1, idle_timeout: 0, max_lifetime: null, onnotice: () => {} });
  const [{ pid }] = await sql`SELECT pg_backend_pid() AS pid`;
  const rows = [];
  const note = (title) => rows.push({ title, kilobytes: kilobytes(pid) });
  const { calls, failures } = bench.memory;

  const call = (count) => sql.unsafe(`
    DO $$
    DECLARE
      user_number int;
    BEGIN
      FOR i IN 1..${count} LOOP
        user_number := ${bench.users.usual.first} + i % ${bench.users.usual.last};
        PERFORM count(*) FROM medsched.upcoming_doses(
          md5(user_number::text)::uuid, '${bench.window.from}', '${bench.window.to}');
        COMMIT;
      END LOOP;
    END $$`);

  await call(1);
  note('1 call');
  await call(1000);
  note('1,000 calls');
  const warm = kilobytes(pid);
  await call(calls);
  note(`${calls.toLocaleString('en')} calls, a transaction each`);

  // The first failing calls load what is loaded once.
  const fail = async (count) => {
    for (let i = 0; i < count; i++) {
      const [text, what] = FAILURES[i % FAILURES.length];
      const arguments_ = text.includes('$1') ? [userId(1)] : [];
      const failed = await sql.unsafe(text, arguments_).then(() => false, () => true);
      if (!failed) throw new Error(`no error from ${what}`);
    }
  };
  await fail(FAILURES.length * 25);
  note(`and ${FAILURES.length * 25} failing calls`);
  const warmFailures = kilobytes(pid);
  await fail(failures);
  note(`and ${failures.toLocaleString('en')} failing calls, a statement each`);
  const end = kilobytes(pid);
  await sql.end();

  return { rows, growth: [rows[2].kilobytes - warm, end - warmFailures] };
}
