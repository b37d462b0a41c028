/*-------------------------------------------------------------------------
 *
 * message.h
 *		Values as text, for messages.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_MESSAGE_H
#define MEDSCHED_MESSAGE_H

#include "datatype/timestamp.h"

/* In the session's time zone and date style. */
extern char *instant_text(TimestampTz at);
extern char *wall_clock_text(Timestamp at);

extern char *uuid_text(Datum uuid);

#endif /* MEDSCHED_MESSAGE_H */
