/*-------------------------------------------------------------------------
 *
 * reminders.c
 *		What handing out reminders asks of every row: the dose of a schedule that
 *		may be due and the one after it, whose they are, and how a reminder is called.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "functions/reminders.h"
#include "functions/row_doses.h"
#include "schedule/schedule_search.h"

PG_FUNCTION_INFO_V1(medsched_dose_and_next);
PG_FUNCTION_INFO_V1(medsched_reminder_token);
PG_FUNCTION_INFO_V1(medsched_reminder_id);
PG_FUNCTION_INFO_V1(medsched_majority);

/*
 * medsched_dose_and_next gives the first occurrence after an instant and, if that is
 * due, the one after it; NULL where it was due too long ago.
 */
Datum
medsched_dose_and_next(PG_FUNCTION_ARGS)
{
	TimestampTz after = PG_GETARG_TIMESTAMPTZ(3);
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(4);
	TimestampTz since = PG_GETARG_TIMESTAMPTZ(5);
	TimestampTz occurrences[2];
	int			n = schedule_next_occurrences(schedule_from_arguments(fcinfo, 0), after, 2, occurrences);
	Datum		values[2];
	bool		isnull[2];
	int			length = 2;
	int			first = 1;

	if (n > 0 && occurrences[0] < since)
		PG_RETURN_NULL();
	for (int i = 0; i < 2; i++)
	{
		int place = n > 0 && occurrences[0] > at ? 0 : i;

		isnull[i] = place >= n;
		values[i] = TimestampTzGetDatum(isnull[i] ? 0 : occurrences[place]);
	}
	PG_RETURN_ARRAYTYPE_P(construct_md_array(values, isnull, 1, &length, &first, TIMESTAMPTZOID, sizeof(TimestampTz), FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}

Datum
medsched_reminder_token(PG_FUNCTION_ARGS)
{
	pg_uuid_t *token = palloc(sizeof(pg_uuid_t));

	*token = reminder_token(PG_GETARG_UUID_P(0), (ItemPointer) PG_GETARG_POINTER(1));
	PG_RETURN_UUID_P(token);
}

pg_uuid_t
reminder_token(const pg_uuid_t *batch, ItemPointer place)
{
	uint64	  bits = (uint64) ItemPointerGetBlockNumberNoCheck(place) << 16 | ItemPointerGetOffsetNumberNoCheck(place);
	pg_uuid_t token = *batch;

	for (int i = UUID_LEN; i > UUID_LEN - 6; bits >>= 8)
		token.data[--i] = bits & 0xFF;
	return token;
}

Datum
medsched_reminder_id(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(reminder_id(PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), PG_GETARG_TIMESTAMPTZ(2)));
}

text *
reminder_id(const text *dose_id, const text *kind, TimestampTz planned_at)
{
	int64 second = planned_at / USECS_PER_SEC - (planned_at % USECS_PER_SEC < 0);
	int	  length = VARSIZE_ANY_EXHDR(dose_id);
	text *id = palloc(VARHDRSZ + length + VARSIZE_ANY_EXHDR(kind) + MAXINT8LEN + 3);
	char *end = VARDATA(id);

	memcpy(end, VARDATA_ANY(dose_id), length);
	end += length;
	*end++ = '/';
	memcpy(end, VARDATA_ANY(kind), VARSIZE_ANY_EXHDR(kind));
	end += VARSIZE_ANY_EXHDR(kind);
	*end++ = '/';
	end += pg_lltoa(second + (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * (int64) SECS_PER_DAY, end);
	SET_VARSIZE(id, end - (char *) id);
	return id;
}

/*
 * medsched_majority gives what more than half of an array are, or NULL: pairs that differ
 * cancel out, and what is left is it, if anything is.
 */
Datum
medsched_majority(PG_FUNCTION_ARGS)
{
	Datum			*ids;
	bool			*isnull;
	int				 n;
	const pg_uuid_t *left = NULL;
	int				 times = 0;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), UUIDOID, UUID_LEN, false, TYPALIGN_CHAR, &ids, &isnull, &n);
	for (int i = 0; i < n; i++)
	{
		const pg_uuid_t *id = isnull[i] ? NULL : DatumGetUUIDP(ids[i]);

		if (id == NULL)
			continue;
		if (times == 0)
			left = id;
		times += memcmp(left, id, UUID_LEN) == 0 ? 1 : -1;
	}
	times = 0;
	for (int i = 0; i < n; i++)
		times += left != NULL && !isnull[i] && memcmp(left, DatumGetPointer(ids[i]), UUID_LEN) == 0;
	if (times <= n / 2)
		PG_RETURN_NULL();
	PG_RETURN_UUID_P(left);
}
