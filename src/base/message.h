/*-------------------------------------------------------------------------
 *
 * message.h
 *		What errors share: their SQLSTATE and fields, values as text, and a message.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_MESSAGE_H
#define MEDSCHED_MESSAGE_H

#include "datatype/timestamp.h"
#include "utils/relcache.h"

#include "base/compat.h"

/*
 * Give an error its SQLSTATE, in ereport, and what tells it from the application's
 * errors of the same SQLSTATE: the schema in its fields is "medsched".
 */
extern int errcode_medsched(int sqlerrcode);

/* Name the rule that a row of a table breaks, in the error's fields. */
extern int errrule(Relation relation, const char *rule);

/* Write a time in the session's time zone and date style. */
extern char *instant_text(TimestampTz at);
extern char *wall_clock_text(Timestamp at);

/* Write a uuid. */
extern char *uuid_text(Datum uuid);

/* Give a caller's text as a message can hold it: cut off, with "...", where it is long. */
extern char *short_text(const char *text);

/*
 * Refuse an id that a user has no row by, "schedule" or "medication": P0002.
 * What does not exist and what is another user's read the same.
 */
pg_noreturn extern void refuse_unknown(const char *kind, Datum id, Datum user_id);

#endif /* MEDSCHED_MESSAGE_H */
