/**
 * What a function of medsched is without Drizzle: called with a connection it
 * is a promise of what it gives.  A way to call differs in how it runs a
 * statement, and in nothing else.
 */
import { resultOf, statementOf, type ArgumentValues, type Definition, type ResultOf, type Statement } from './definition.js';
import { MedschedError } from './errors.js';
import { Lazy } from './lazy.js';

export interface FunctionOf<C, D extends Definition> {
	(connection: C, values: ArgumentValues<D['args']>): Promise<ResultOf<D>>;
	/** The call as text and parameters, for whatever else sends SQL; `read` makes what the function gives of the rows. */
	statement(values: ArgumentValues<D['args']>): Statement & { read(rows: readonly object[]): ResultOf<D> };
	readonly definition: D;
}

/** Runs a statement whose parameters are all text, and gives its rows. */
export type Run<C> = (connection: C, text: string, parameters: (string | null)[]) => Promise<readonly object[]>;

/** Makes functions that a statement of this kind of connection is run for. */
export function functionsBy<C>(run: Run<C>): <D extends Definition>(definition: D) => FunctionOf<C, D> {
	return <D extends Definition>(definition: D) => {
		const read = (rows: readonly object[]) => resultOf(definition, rows) as ResultOf<D>;
		const call = (connection: C, values: ArgumentValues<D['args']>) =>
			new Lazy(async () => {
				const { text, parameters } = statementOf(definition, values);
				try {
					return read(await run(connection, text, parameters));
				} catch (thrown) {
					throw MedschedError.ofCall(definition.functionName, thrown) ?? thrown;
				}
			});
		return Object.assign(call, { definition, statement: (values: ArgumentValues<D['args']>) => ({ ...statementOf(definition, values), read }) });
	};
}

/** Makes the function that says who makes the changes of a transaction. */
export function changedBy<C>(run: Run<C>): (transaction: C, changedBy: string) => Promise<void> {
	return async (transaction, changedBy) => {
		await run(transaction, `select set_config('medsched.changed_by', $1::text, true)`, [changedBy]);
	};
}
