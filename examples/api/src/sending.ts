/** What becomes of something that is sent. */

/** Sent; or not, with the reason, and after how many seconds to try again: none, if that is of no use. */
export type Outcome = { sent: true } | { sent: false; error: string; seconds?: number | undefined };

/** So long, one attempt may take. */
const PATIENCE_MS = 15_000;
/** So long, a server can have us wait. */
const LONGEST_SECONDS = 3600;

/** Not sent now, but perhaps later: when the server says, where it does. */
export function later(error: string, headers: Record<string, string | undefined> = {}): Outcome {
	const said = headers['retry-after'];
	const seconds = said === undefined ? NaN : /^\d+$/.test(said) ? Number(said) : (Date.parse(said) - Date.now()) / 1000;
	return { sent: false, error, seconds: Number.isNaN(seconds) ? 0 : Math.min(Math.max(seconds, 1), LONGEST_SECONDS) };
}

/** Gives up waiting, so that nobody who is told to stop waits for a server that does not answer. */
export async function within<T>(work: Promise<T>, ms = PATIENCE_MS): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const tooLate = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error('no answer in time')), ms)));
	return await Promise.race([work, tooLate]).finally(() => clearTimeout(timer));
}
