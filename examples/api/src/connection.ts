/**
 * How the database is reached: DATABASE_URL, or PGHOST and so on; with TLS by
 * the certificates of DATABASE_CA; with a password, or with tokens of AWS IAM.
 */
import { readFileSync } from 'node:fs';
import type { PoolConfig } from 'pg';

export function connectionSettings(env: NodeJS.ProcessEnv = process.env): PoolConfig {
	const { DATABASE_URL: url, DATABASE_CA: ca, DATABASE_IAM: iam } = env;
	// Node's own list of authorities has those of RDS Proxy; RDS, Aurora and Supabase have their own.
	const ssl = ca !== undefined ? { ssl: { ca: readFileSync(ca, 'utf8') } } : iam === 'on' ? { ssl: true } : {};
	if (iam !== 'on') return { ...(url === undefined ? {} : { connectionString: url }), ...ssl };

	const { hostname, port, username, database } = url === undefined ? addressIn(env) : addressOf(new URL(url));
	return {
		host: hostname,
		port,
		user: username,
		...(database === undefined ? {} : { database }),
		...ssl,
		// A token is for connecting within 15 minutes, so each connection asks for its own; signing needs no network.
		password: async () => (await import('./iam.js')).authToken({ hostname, port, username }),
	};
}

function addressOf({ hostname, port, username, pathname }: URL) {
	return { hostname, port: Number(port || 5432), username: decodeURIComponent(username), database: decodeURIComponent(pathname.slice(1)) || undefined };
}

function addressIn(env: NodeJS.ProcessEnv) {
	const { PGHOST: hostname, PGPORT: port = '5432', PGUSER: username, PGDATABASE: database } = env;
	if (hostname === undefined || username === undefined) throw new Error('DATABASE_IAM needs DATABASE_URL, or PGHOST and PGUSER');
	return { hostname, port: Number(port), username, database };
}
