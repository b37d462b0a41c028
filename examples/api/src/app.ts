/** The API, wherever it runs. */
import { OpenAPIHono } from '@hono/zod-openapi';
import { bodyLimit } from 'hono/body-limit';
import { requestId } from 'hono/request-id';
import { actFor } from './access.js';
import { authenticate, operatorsOnly, type Env, type TokenRules } from './auth.js';
import type { Database } from './database.js';
import { health } from './health.js';
import { logRequests, type Log } from './log.js';
import { page } from './page.js';
import { answerProblem, Problem, refuseInvalid } from './problem.js';
import { doseRoutes } from './routes/doses.js';
import { fhirRoutes } from './routes/fhir.js';
import { medicationRoutes } from './routes/medications.js';
import { operatorRoutes } from './routes/operators.js';
import { peopleRoutes } from './routes/people.js';
import { ruleRoutes } from './routes/rules.js';
import { stockRoutes } from './routes/stock.js';

export interface AppOptions {
	db: Database;
	tokens: TokenRules;
	/** Where the page's files are, unless beside the program. */
	pages?: URL;
	/** Where requests are logged; nowhere, unless it is given. */
	log?: Log | undefined;
	/** Whether the server is about to stop: it is ready for no more then. */
	isStopping?: () => boolean;
}

const PUBLIC = new URL('../public/', import.meta.url);

export function createApp({ db, tokens, pages = PUBLIC, log, isStopping = () => false }: AppOptions) {
	const app = new OpenAPIHono<Env>({ defaultHook: (result) => refuseInvalid(result) });

	app.onError(answerProblem);
	app.notFound((c) => answerProblem(new Problem(404, 'not_found', 'there is nothing at this address'), c));

	app.use(requestId());
	if (log) app.use(logRequests(log));
	app.use(
		bodyLimit({
			maxSize: 256 * 1024,
			onError: () => {
				// The rest of it is not read: the connection is of no more use.
				throw new Problem(413, 'too_large', 'the request is larger than 256 KiB', {}, { Connection: 'close' });
			},
		}),
	);
	app.use('/v1/*', authenticate(tokens));
	app.use('/v1/*', async (c, next) => {
		await next();
		c.header('Cache-Control', 'no-store');
	});
	app.use('/v1/people/:person/*', actFor(db));
	app.use('/v1/operator/*', operatorsOnly);

	for (const routes of [peopleRoutes, medicationRoutes, doseRoutes, stockRoutes, ruleRoutes, fhirRoutes, operatorRoutes]) {
		app.route('/v1', routes(db));
	}

	app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' });
	app.doc31('/openapi.json', {
		openapi: '3.1.0',
		info: {
			title: 'Medication schedules',
			version: '1',
			description: 'Medications, their schedules, and the doses that were taken. Errors are application/problem+json (RFC 9457).',
			license: { name: 'PostgreSQL License', url: 'https://www.postgresql.org/about/licence/' },
		},
		servers: [{ url: '/' }],
		security: [{ bearer: [] }],
	});
	app.route('/', health(db, isStopping));
	app.route('/', page(pages));
	return app;
}
