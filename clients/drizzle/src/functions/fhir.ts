/** Prescriptions and records in FHIR R4 and R5, in and out. */
import { columnsOf, plainValues, row, value, type RowOf } from '../definition.js';
import { date, instant, json, oneOf, optional, prescribedSchedules, text } from '../types.js';
import { medicationId, numericOrNull, textOrNull, userId, window } from './shared.js';

const release = optional(oneOf(['R4', 'R5']), "'R4'");

const prescribed = {
	name: textOrNull,
	schedules: prescribedSchedules,
	notes: textOrNull,
	substance: textOrNull,
	substanceAmount: numericOrNull,
	substanceUnit: textOrNull,
};
/** What a prescription says: what createMedication takes.  The name is null where the resource only refers to a Medication. */
export interface PrescribedMedication extends RowOf<typeof prescribed> {}

/** What createMedication takes, for a MedicationRequest or MedicationStatement, or an array of Dosages. */
export const medicationFromFhir = row(
	'medication_from_fhir',
	{ resource: json, timeZone: text, startsOn: optional(date), times: optional(json), effectiveFrom: optional(instant) },
	columnsOf<PrescribedMedication>(prescribed),
);

/** A medication as a MedicationStatement; medicationFromFhir leads back to its schedules. */
export const fhirMedicationStatement = value('fhir_medication_statement', { userId, medicationId, release }, json);

const administration = { administration: json };
/** A dose that was recorded, as a MedicationAdministration. */
export interface FhirAdministration extends RowOf<typeof administration> {}

/** The recorded doses of a window, of one medication or of all, as MedicationAdministrations. */
export const fhirMedicationAdministrations = plainValues(
	'fhir_medication_administrations',
	{ userId, ...window, medicationId: optional(medicationId), release },
	columnsOf<FhirAdministration>(administration),
);
