/*-------------------------------------------------------------------------
 *
 * seconds.c
 *		Lists of seconds.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "lib/qunique.h"
#include "utils/timestamp.h"

#include "schedule/seconds.h"

#define FIRST_SIZE 16

static int compare_seconds(const void *a, const void *b);

int64
second_at_or_after(TimestampTz at)
{
	if (TIMESTAMP_IS_NOBEGIN(at) || at < LOCAL_MIN * USECS_PER_SEC)
		return LOCAL_MIN;
	if (TIMESTAMP_IS_NOEND(at) || at > LOCAL_END * USECS_PER_SEC)
		return LOCAL_END;
	return -floor_div(-at, USECS_PER_SEC);
}

void
seconds_add(Seconds *seconds, int64 value)
{
	if (seconds->n == seconds->size)
	{
		seconds->size = Max(FIRST_SIZE, 2 * seconds->size);
		seconds->values = seconds->values == NULL ? palloc(seconds->size * sizeof(int64))
												  : repalloc_huge(seconds->values, seconds->size * sizeof(int64));
	}
	seconds->values[seconds->n++] = value;
}

void
seconds_sort(Seconds *seconds)
{
	if (seconds->n > 1)
		qsort(seconds->values, seconds->n, sizeof(int64), compare_seconds);
}

static int
compare_seconds(const void *a, const void *b)
{
	int64 left = *(const int64 *) a;
	int64 right = *(const int64 *) b;

	return (left > right) - (left < right);
}

void
seconds_sort_unique(Seconds *seconds)
{
	seconds_sort(seconds);
	if (seconds->n > 1)
		seconds->n = (int) qunique(seconds->values, seconds->n, sizeof(int64), compare_seconds);
}

int
timestamps_of_array(ArrayType *array, Datum **elements, bool **nulls)
{
	int n = 0;

	if (array != NULL && ARR_NDIM(array) > 0)
		deconstruct_array(array, TIMESTAMPOID, sizeof(Timestamp), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, elements, nulls, &n);
	return n;
}
