// For drizzle-kit.  medsched's schema is not among ours: drizzle-kit leaves it alone.
export default {
	dialect: 'postgresql',
	schema: './src/schema.ts',
	out: './migrations',
	schemaFilter: ['care'],
};
