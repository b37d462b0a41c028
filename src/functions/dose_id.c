/*-------------------------------------------------------------------------
 *
 * dose_id.c
 *		The handle of a dose that an API hands out, written and read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "base/compat.h"
#include "base/message.h"
#include "functions/dose_id.h"
#include "recurrence/calendar.h"

#define USECS_PER_MSEC INT64CONST(1000)

/* Bytes of the plain text that the schedule's step encodes: no part of the time. */
#define SCHEDULE_BYTES UUID_TEXT_LENGTH

static const char base64url[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
static const char hexadecimal[] = "0123456789abcdef";

PG_FUNCTION_INFO_V1(medsched_dose_id);

static char *write_base64url(char *out, const char *in, int length);
static bool	 read_base64url(char *out, const char *in, int length);
static void	 write_uuid(char *out, const pg_uuid_t *uuid);
static bool	 read_uuid(const char *in, pg_uuid_t *uuid);
static char *write_digits(char *out, int value, int width);
static bool	 read_digits(const char *in, int width, int *value);
static void	 write_time(char *out, TimestampTz at);
static bool	 read_time(const char *in, TimestampTz *at);

/*
 * medsched_dose_id makes the handle of a dose.
 */
Datum
medsched_dose_id(PG_FUNCTION_ARGS)
{
	pg_uuid_t  *schedule_id = PG_GETARG_UUID_P(0);
	TimestampTz scheduled_for = PG_GETARG_TIMESTAMPTZ(1);
	text	   *handle;

	if (!dose_id_has_time(scheduled_for))
		ereport(ERROR,
				(errcode_medsched(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("no dose can be scheduled for %s",
						instant_text(scheduled_for)),
				 errdetail("A dose is at a whole millisecond of the years 1 to 9999 in UTC.")));

	handle = palloc(VARHDRSZ + DOSE_ID_LENGTH);
	SET_VARSIZE(handle, VARHDRSZ + DOSE_ID_LENGTH);
	dose_id_write_schedule(VARDATA(handle), schedule_id);
	dose_id_write_time(VARDATA(handle), scheduled_for);
	PG_RETURN_TEXT_P(handle);
}

bool
dose_id_has_time(TimestampTz at)
{
	return at % USECS_PER_MSEC == 0 && at >= LOCAL_MIN * USECS_PER_SEC && at < LOCAL_END * USECS_PER_SEC;
}

void
dose_id_write_schedule(char *handle, const pg_uuid_t *schedule_id)
{
	char plain[UUID_TEXT_LENGTH];

	memcpy(handle, DOSE_ID_PREFIX, DOSE_ID_PREFIX_LENGTH);
	write_uuid(plain, schedule_id);
	write_base64url(handle + DOSE_ID_PREFIX_LENGTH, plain, SCHEDULE_BYTES);
}

static void
write_uuid(char *out, const pg_uuid_t *uuid)
{
	for (int i = 0; i < UUID_LEN; i++)
	{
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = hexadecimal[uuid->data[i] >> 4];
		*out++ = hexadecimal[uuid->data[i] & 0x0F];
	}
}

/* Return the end of what it wrote. */
static char *
write_base64url(char *out, const char *in, int length)
{
	const unsigned char *bytes = (const unsigned char *) in;

	for (; length > 0; length -= 3, bytes += 3)
	{
		uint32 bits = bytes[0] << 16 | (length > 1 ? bytes[1] << 8 : 0) | (length > 2 ? bytes[2] : 0);

		*out++ = base64url[bits >> 18];
		*out++ = base64url[bits >> 12 & 0x3F];
		if (length > 1)
			*out++ = base64url[bits >> 6 & 0x3F];
		if (length > 2)
			*out++ = base64url[bits & 0x3F];
	}
	return out;
}

void
dose_id_write_time(char *handle, TimestampTz at)
{
	char plain[1 + DOSE_TIME_LENGTH];

	plain[0] = '|';
	write_time(plain + 1, at);
	write_base64url(handle + DOSE_ID_SCHEDULE_LENGTH, plain, sizeof(plain));
}

/* Write 2026-03-29T06:00:00.000Z. */
static void
write_time(char *out, TimestampTz at)
{
	int64 date = at / USECS_PER_DAY - (at % USECS_PER_DAY < 0);
	int	  milliseconds = (int) ((at - date * USECS_PER_DAY) / USECS_PER_MSEC);
	int	  year;
	int	  month;
	int	  day;

	j2date((int) date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	out = write_digits(out, year, 4);
	*out++ = '-';
	out = write_digits(out, month, 2);
	*out++ = '-';
	out = write_digits(out, day, 2);
	*out++ = 'T';
	out = write_digits(out, milliseconds / 3600000, 2);
	*out++ = ':';
	out = write_digits(out, milliseconds / 60000 % 60, 2);
	*out++ = ':';
	out = write_digits(out, milliseconds / 1000 % 60, 2);
	*out++ = '.';
	out = write_digits(out, milliseconds % 1000, 3);
	*out = 'Z';
}

static char *
write_digits(char *out, int value, int width)
{
	for (int i = width - 1; i >= 0; i--, value /= 10)
		out[i] = '0' + value % 10;
	return out + width;
}

/*
 * dose_id_read reads leniently, writes what it read, and compares: so it takes
 * exactly the spelling that it writes.
 */
bool
dose_id_read(const char *handle, int length, pg_uuid_t *schedule_id, TimestampTz *at)
{
	char plain[DOSE_ID_PLAIN_LENGTH + 2];
	char rewritten[DOSE_ID_LENGTH];

	if (length != DOSE_ID_LENGTH ||
		!read_base64url(plain, handle + DOSE_ID_PREFIX_LENGTH, length - DOSE_ID_PREFIX_LENGTH) ||
		!read_uuid(plain, schedule_id) ||
		!read_time(plain + UUID_TEXT_LENGTH + 1, at) ||
		!dose_id_has_time(*at))
		return false;

	dose_id_write_schedule(rewritten, schedule_id);
	dose_id_write_time(rewritten, *at);
	return memcmp(rewritten, handle, DOSE_ID_LENGTH) == 0;
}

/* Decode to out, which has room for length * 3 / 4 bytes; bits left over are dropped. */
static bool
read_base64url(char *out, const char *in, int length)
{
	uint32 bits = 0;
	int	   nbits = 0;

	for (int i = 0; i < length; i++)
	{
		const char *digit = in[i] == '\0' ? NULL : strchr(base64url, in[i]);

		if (digit == NULL)
			return false;
		bits = bits << 6 | (uint32) (digit - base64url);
		nbits += 6;
		if (nbits >= 8)
		{
			nbits -= 8;
			*out++ = (char) (bits >> nbits & 0xFF);
		}
	}
	return true;
}

static bool
read_uuid(const char *in, pg_uuid_t *uuid)
{
	for (int i = 0; i < UUID_LEN; i++)
	{
		const char *high;
		const char *low;

		if (i == 4 || i == 6 || i == 8 || i == 10)
			in++;
		high = *in == '\0' ? NULL : strchr(hexadecimal, *in);
		in++;
		low = *in == '\0' ? NULL : strchr(hexadecimal, *in);
		in++;
		if (high == NULL || low == NULL)
			return false;
		uuid->data[i] = (unsigned char) ((high - hexadecimal) << 4 | (low - hexadecimal));
	}
	return true;
}

/* Read digits in their places; what lies between them dose_id_read compares. */
static bool
read_time(const char *in, TimestampTz *at)
{
	struct pg_tm tm = {0};
	int			 milliseconds;

	return read_digits(in, 4, &tm.tm_year) &&
		   read_digits(in + 5, 2, &tm.tm_mon) &&
		   read_digits(in + 8, 2, &tm.tm_mday) &&
		   read_digits(in + 11, 2, &tm.tm_hour) &&
		   read_digits(in + 14, 2, &tm.tm_min) &&
		   read_digits(in + 17, 2, &tm.tm_sec) &&
		   read_digits(in + 20, 3, &milliseconds) &&
		   tm.tm_mon >= 1 && tm.tm_mon <= MONTHS_PER_YEAR &&
		   tm2timestamp(&tm, (fsec_t) (milliseconds * USECS_PER_MSEC), NULL, at) == 0;
}

static bool
read_digits(const char *in, int width, int *value)
{
	*value = 0;
	for (int i = 0; i < width; i++)
	{
		if (in[i] < '0' || in[i] > '9')
			return false;
		*value = *value * 10 + (in[i] - '0');
	}
	return true;
}
