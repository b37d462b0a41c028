// The documentation as a site: what dev/docs copied to pages/, in the order of doc/README.md.
import { defineConfig } from 'vitepress';

const page = (text, link) => ({ text, link });

export default defineConfig({
	title: 'medsched',
	description: 'Medication schedules inside PostgreSQL',
	srcDir: 'pages',
	outDir: '../../build/site',
	cacheDir: 'cache',
	// They are files, not pages.
	ignoreDeadLinks: [/\.sql$/],
	base: process.env.MEDSCHED_SITE_BASE ?? '/',
	themeConfig: {
		search: { provider: 'local' },
		outline: [2, 3],
		nav: [page('Start', '/'), page('Reference', '/doc/reference'), page('Errors', '/doc/errors')],
		sidebar: [
			{
				text: 'Begin',
				items: [
					page('medsched', '/'),
					page('Installing', '/doc/installing'),
					page('The managed edition', '/doc/managed'),
					page('Cookbook', '/doc/cookbook'),
					page('Moving over', '/doc/moving-over'),
				],
			},
			{
				text: 'Build',
				items: [
					page('What an application does', '/doc/building-an-application'),
					page('Schedules from other forms', '/doc/schedules-from'),
					page('The Drizzle package', '/clients/drizzle/'),
					page('An API', '/examples/api/'),
					page('Drizzle on Lambda', '/doc/drizzle-on-lambda'),
				],
			},
			{
				text: 'Look up',
				items: [page('Reference', '/doc/reference'), page('Errors', '/doc/errors'), page('Changes', '/CHANGELOG')],
			},
			{
				text: 'Run',
				items: [
					page('Operations', '/doc/operations'),
					page('Platforms', '/doc/platforms'),
					page('Performance', '/doc/performance'),
					page('Every number', '/doc/performance-results'),
				],
			},
			{
				text: 'Understand',
				items: [
					page('Design', '/doc/design'),
					page('Correctness', '/doc/correctness'),
					page('Contributing', '/CONTRIBUTING'),
				],
			},
		],
	},
});
