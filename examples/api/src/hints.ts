/**
 * The database's hints, for who calls the API: routes where they name functions,
 * the API's names of values, and none that only SQL could follow.
 */

/** The routes that do what the functions do that hints name. */
export const routeOf: Record<string, string> = {
	add_schedule: 'POST /v1/people/{person}/medications/{medicationId}/schedules',
	allowance: 'GET /v1/people/{person}/substances/{substance}/allowance',
	correct_schedule: 'POST /v1/people/{person}/schedules/{scheduleId}/correct',
	create_medication: 'POST /v1/people/{person}/medications',
	end_regimen: 'POST /v1/people/{person}/regimens/{regimenId}/end',
	end_schedule: 'POST /v1/people/{person}/schedules/{scheduleId}/end',
	inactivate_medication: 'POST /v1/people/{person}/medications/{medicationId}/inactivate',
	mark_dose_taken: 'PUT /v1/people/{person}/doses/{doseId}/taken',
	move_dose: 'PUT /v1/people/{person}/doses/{doseId}/due-at',
	move_dose_by_id: 'PUT /v1/people/{person}/doses/{doseId}/due-at',
	next_as_needed_at: 'GET /v1/people/{person}/schedules/{scheduleId}/next-allowed',
	reactivate_medication: 'POST /v1/people/{person}/medications/{medicationId}/reactivate',
	record_extra_dose: 'PUT /v1/people/{person}/schedules/{scheduleId}/extra/{takenAt}',
	record_stock_entry: 'PUT /v1/people/{person}/stock-entries/{entryId}',
	remove_substance_limits: 'DELETE /v1/people/{person}/substances/{substance}/limits',
	revise_schedule: 'POST /v1/people/{person}/schedules/{scheduleId}/revise',
	set_routine: 'PUT /v1/people/{person}/routine',
	set_substance_limits: 'PUT /v1/people/{person}/substances/{substance}/limits',
	shift_regimen: 'PUT /v1/people/{person}/regimens/{regimenId}/start',
	take_as_needed: 'PUT /v1/people/{person}/schedules/{scheduleId}/taken/{takenAt}',
	timing_events: 'GET /v1/schedules/abbreviations',
	undo_dose: 'DELETE /v1/people/{person}/doses/{doseId}/record',
	upcoming_doses: 'GET /v1/people/{person}/doses',
};

/** What a client can do nothing with: functions without a route, settings, the catalog. */
const SQL = /\bmedsched\.|\bpg_\w|\w\(|\bSELECT\b|\btrigger\b/;

export function hintForClients(hint: string | undefined): string | undefined {
	const said = hint
		// Of two ways out, the one that is open to a client will do.
		?.replace(/,? or (?:\w+ )?medsched\.(\w+)(?:\(\))?/g, (alternative, name: string) => (name in routeOf ? alternative : ''))
		.replace(/\bmedsched\.(\w+)\(\)/g, (call, name: string) => routeOf[name] ?? call)
		.replace(/(?<!\w)[a-z]+(?:_[a-z0-9]+)+(?!\w)/g, (name) => (name.startsWith('pg_') ? name : camelCase(name)));
	// Of several sentences, those that a client can follow.
	return said?.split(/(?<=[.]) (?=[A-Z])/).filter((sentence) => !SQL.test(sentence)).join(' ') || undefined;
}

function camelCase(name: string): string {
	return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
