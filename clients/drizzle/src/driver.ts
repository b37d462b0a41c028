/**
 * Which drivers the package works with.  Before 3.4.9, postgres.js resolves a
 * statement whose COMMIT fails: the INSERT of a medication without a schedule
 * looks as if it had worked, and the row is not there.
 */
import type { Database } from './call.js';

const OLDEST = '3.4.9';

// Of one process there is one postgres.js that the package finds.
let found: string | undefined;
let looked = false;

/** Throws where the database's driver is a postgres.js that is too old, as far as that can be seen: a bundle hides it. */
export function refuseOldDriver(db: Database): void {
	const client = (db as { $client?: unknown }).$client;
	if (typeof client !== 'function' || !('unsafe' in client) || !('begin' in client)) return;
	if (!looked) {
		found = versionOf('postgres');
		looked = true;
	}
	if (found !== undefined && isBefore(found, OLDEST)) {
		throw new Error(`postgres.js ${found} does not report an error that is raised at commit: medsched needs postgres ${OLDEST} or later`);
	}
}

/** The version of a package as this one resolves it, its peer; undefined where nothing can be looked up. */
function versionOf(name: string): string | undefined {
	try {
		const module = process.getBuiltinModule('node:module');
		const fs = process.getBuiltinModule('node:fs');
		let directory = new URL('.', `file://${module.createRequire(import.meta.url).resolve(name)}`);
		for (;;) {
			const file = new URL('package.json', directory);
			if (fs.existsSync(file)) {
				const read = JSON.parse(fs.readFileSync(file, 'utf8')) as { name?: string; version?: string };
				if (read.name === name) return read.version;
			}
			const above = new URL('..', directory);
			if (above.href === directory.href) return undefined;
			directory = above;
		}
	} catch {
		return undefined;
	}
}

function isBefore(version: string, oldest: string): boolean {
	const [a, b] = [version, oldest].map((text) => text.split('.').map((part) => Number.parseInt(part, 10)));
	for (const [i, part] of b!.entries()) {
		if (a![i] !== part) return (a![i] ?? 0) < part;
	}
	return false;
}
