/** The worker, as a program. */
import { runWorker } from './remind-until.js';

runWorker().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : String(error));
	process.exit(1);
});
