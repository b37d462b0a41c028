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
import type { PushSettings } from './push.js';
import { doseRoutes } from './routes/doses.js';
import { fhirRoutes } from './routes/fhir.js';
import { medicationRoutes } from './routes/medications.js';
import { operatorRoutes } from './routes/operators.js';
import { peopleRoutes } from './routes/people.js';
import { reminderRoutes } from './routes/reminders.js';
import { ruleRoutes } from './routes/rules.js';
import { stockRoutes } from './routes/stock.js';

export interface AppOptions {
	db: Database;
	tokens: TokenRules;
	/** How Web Push is sent; it is not, unless it is given. */
	push?: PushSettings | undefined;
	/** Where the page's files are, unless beside the program. */
	pages?: URL;
	/** Where requests are logged; nowhere, unless it is given. */
	log?: Log | undefined;
	/** Whether the server is about to stop: it is ready for no more then. */
	isStopping?: () => boolean;
}

/** The routes by topic, as the description groups them. */
const TOPICS = [
	{ name: 'people', description: 'Who the caller is, who may act for whom, and what holds for a person', routes: peopleRoutes },
	{ name: 'medications', description: 'Medications and their schedules', routes: medicationRoutes },
	{ name: 'doses', description: 'Doses that are due, and what became of them', routes: doseRoutes },
	{ name: 'reminders', description: 'When a person is reminded, and on which devices', routes: reminderRoutes },
	{ name: 'stock', description: 'What is left of the medications', routes: stockRoutes },
	{ name: 'rules', description: 'Schedules made of forms, prescriptions and calendars; what a rule means before it is saved', routes: ruleRoutes },
	{ name: 'fhir', description: 'FHIR, in and out', routes: fhirRoutes },
	{ name: 'operator', description: 'For those who run the service', routes: operatorRoutes },
];

const PUBLIC = new URL('../public/', import.meta.url);

export function createApp({ db, tokens, push, pages = PUBLIC, log, isStopping = () => false }: AppOptions) {
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

	for (const { name, routes } of TOPICS) {
		const topic = routes(db, push);
		for (const definition of topic.openAPIRegistry.definitions) {
			if (definition.type === 'route') definition.route.tags = [name];
		}
		app.route('/v1', topic);
	}

	app.openAPIRegistry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' });
	app.doc31('/openapi.json', {
		openapi: '3.1.0',
		info: {
			title: 'Medication schedules',
			version: '1',
			description: 'Medications, their schedules, and the doses that were taken. Errors are application/problem+json (RFC 9457).',
			license: { name: 'PostgreSQL License', url: 'https://www.postgresql.org/about/licence/' },
			contact: { name: 'Whoever runs this server' },
		},
		servers: [{ url: '/', description: 'where this description comes from' }],
		tags: TOPICS.map(({ name, description }) => ({ name, description })),
		security: [{ bearer: [] }],
	});
	app.route('/', health(db, isStopping));
	app.route('/', page(pages));
	return app;
}
