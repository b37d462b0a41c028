// Loads the data and what medsched is measured against.

import { execFileSync } from 'node:child_process';
import { copyFileSync, chmodSync, existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const psql = (file, variables = [], options = {}) =>
  execFileSync('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', ...variables.flatMap((v) => ['-v', v]), '-f', file], {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...options,
    env: { ...process.env, PGOPTIONS: '-c client_min_messages=warning', ...options.env },
  });

const TABLES = ['medsched.medications', 'medsched.schedules', 'medsched.dose_taken'];
const COMPARATORS = ['bench.materialised', 'bench.materialised_clustered', 'bench.plain_schedules', 'bench.series'];

export async function prepare(bench, groups) {
  const { sql } = bench;
  const data = [`users=${bench.users.usual.last}`, `reference=${bench.reference}`];
  bench.log(`loading ${bench.users.usual.last.toLocaleString('en')} users`);
  psql(here('sql/data.sql'), data);

  // Where the server's user can read it, whoever owns this tree.
  const library = join(bench.scratch, 'libical_occurrences.so');
  copyFileSync(here('../build/bench/libical_occurrences.so'), library);
  chmodSync(library, 0o755);
  bench.log('storing every dose in the materialised table');
  psql(here('sql/comparators.sql'), [`reference=${bench.reference}`, `library=${library}`]);
  installRrulePlpgsql(bench);

  await sql`DROP TABLE bench.doses, bench.drawn`;
  await settle(bench, sql, [...TABLES, ...COMPARATORS]);
  if (groups.some((group) => /node|upcoming|days/.test(group))) await prepareManaged(bench, data);
  await sql`CHECKPOINT`;

  const [sizes] = await sql`
    SELECT (SELECT count(*) FROM medsched.schedules)::int AS schedules,
           (SELECT count(*) FROM medsched.dose_taken)::int AS taken,
           pg_total_relation_size('medsched.dose_taken') AS taken_bytes,
           (SELECT count(*) FROM bench.materialised)::int AS materialised,
           pg_total_relation_size('bench.materialised') AS materialised_bytes`;
  bench.sizes = sizes;
}

// Its script includes others of its directory.
function installRrulePlpgsql(bench) {
  const directory = here('node_modules/rrule-plpgsql/');
  if (!existsSync(directory)) {
    bench.leaveOut('rrule_plpgsql', 'the npm registry in use does not have the package rrule-plpgsql');
    return;
  }
  bench.packages.push(`rrule-plpgsql ${JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')).version}`);
  psql('install.sql', [], { cwd: join(realpathSync(directory), 'src') });
}

// The managed edition has a schema of the same name, and so a database of its own, with the same people.
async function prepareManaged(bench, data) {
  bench.log('the same people in the managed edition');
  execFileSync('make', ['-s', '-C', here('..'), 'managed'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const version = /default_version *= *'([^']*)'/.exec(readFileSync(here('../medsched.control'), 'utf8'))[1];
  await bench.sql.unsafe(`CREATE DATABASE ${bench.databases.managed}`);
  const env = { PGDATABASE: bench.databases.managed };
  psql(here(`../medsched-managed--${version}.sql`), [], { env });
  const sql = bench.clients.managed.prepared;
  await sql`SELECT medsched.create_tables()`;
  psql(here('sql/data.sql'), data, { env });
  await sql`DROP TABLE bench.doses, bench.drawn`;
  await settle(bench, sql, TABLES);
}

async function settle(bench, sql, tables) {
  bench.log('vacuum, and reading everything into the shared buffers');
  await sql`CREATE EXTENSION IF NOT EXISTS pg_prewarm SCHEMA bench`;
  for (const table of tables) {
    await sql.unsafe(`VACUUM (FREEZE, ANALYZE) ${table}`);
    await sql`
      SELECT bench.pg_prewarm(oid::regclass)
      FROM (SELECT ${table}::regclass AS oid UNION ALL
            SELECT indexrelid FROM pg_index WHERE indrelid = ${table}::regclass) AS relations`;
  }
}
