/*-------------------------------------------------------------------------
 *
 * message.c
 *		What errors share: their SQLSTATE and fields, values as text, and a message.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "base/message.h"

/* The bytes of a caller's text that a message shows. */
#define SHORT_TEXT_LENGTH 120

int
errcode_medsched(int sqlerrcode)
{
	errcode(sqlerrcode);
	return err_generic_string(PG_DIAG_SCHEMA_NAME, "medsched");
}

int
errrule(Relation relation, const char *rule)
{
	err_generic_string(PG_DIAG_TABLE_NAME, RelationGetRelationName(relation));
	return err_generic_string(PG_DIAG_CONSTRAINT_NAME, rule);
}

char *
instant_text(TimestampTz at)
{
	return DatumGetCString(DirectFunctionCall1(timestamptz_out, TimestampTzGetDatum(at)));
}

char *
wall_clock_text(Timestamp at)
{
	return DatumGetCString(DirectFunctionCall1(timestamp_out, TimestampGetDatum(at)));
}

char *
uuid_text(Datum uuid)
{
	return DatumGetCString(DirectFunctionCall1(uuid_out, uuid));
}

char *
short_text(const char *text)
{
	int length = (int) strlen(text);

	if (length <= SHORT_TEXT_LENGTH)
		return pstrdup(text);
	return psprintf("%.*s...", pg_mbcliplen(text, length, SHORT_TEXT_LENGTH), text);
}

void
refuse_unknown(const char *kind, Datum id, Datum user_id)
{
	ereport(ERROR,
			(errcode_medsched(ERRCODE_NO_DATA_FOUND),
			 errmsg("%s \"%s\" not found", kind, uuid_text(id)),
			 errdetail("User \"%s\" has no %s by that id.", uuid_text(user_id), kind),
			 err_generic_string(PG_DIAG_TABLE_NAME, psprintf("%ss", kind)),
			 err_generic_string(PG_DIAG_CONSTRAINT_NAME, strcmp(kind, "schedule") == 0 ? "schedule_exists" : "medication_exists")));
}
