/** Work that is run again when it may succeed then. */
import { isRetryable } from './errors.js';

export interface Retries {
	/** How often the work is run at most. */
	attempts?: number;
	/** The longest wait before it is run again, in milliseconds. */
	longestWait?: number;
}

/**
 * Runs work, and runs it again where `isRetryable` says so of what it threw: a
 * lost connection, a serialization failure, a deadlock.  The work is one call,
 * or a whole transaction.  Waits are random, so that those who got into each
 * other's way do not meet again, and twice as long at most each time.
 */
export async function withRetries<T>(work: () => PromiseLike<T>, { attempts = 8, longestWait = 2000 }: Retries = {}): Promise<T> {
	for (let attempt = 1; ; attempt++) {
		try {
			return await work();
		} catch (thrown) {
			if (attempt >= attempts || !isRetryable(thrown)) throw thrown;
			const wait = Math.random() * Math.min(longestWait, 50 * 2 ** attempt);
			await new Promise((resolve) => setTimeout(resolve, wait));
		}
	}
}
