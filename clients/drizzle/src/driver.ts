/**
 * Which drivers the package works with.  Before 3.4.8, postgres.js resolves a
 * statement whose COMMIT fails: the INSERT of a medication without a schedule
 * looks as if it had worked, and the row is not there.
 */

/** Throws where a client is a postgres.js that is too old. */
export function refuseOldDriver(client: unknown): void {
	if (typeof client !== 'function' || !('unsafe' in client) || !('begin' in client)) return;
	// A client does not say its version; that one was the first to have this option.
	if (!('options' in client && 'sslnegotiation' in (client.options as object))) {
		throw new Error('this postgres.js does not report an error that is raised at commit: medsched needs postgres 3.4.8 or later');
	}
}
