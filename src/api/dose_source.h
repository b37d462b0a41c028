/*-------------------------------------------------------------------------
 *
 * dose_source.h
 *		A user's schedules as sources of doses: each with what is the same for all its
 *		doses, and with the doses that something is known of.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_DOSE_SOURCE_H
#define MEDSCHED_DOSE_SOURCE_H

#include "datatype/timestamp.h"
#include "utils/uuid.h"

#include "api/dose_status.h"
#include "functions/dose_id.h"
#include "schedule/schedule_iterator.h"
#include "tables/schedule_row.h"

/* What became of a dose: a row of medsched.dose_taken. */
typedef struct RecordedDose
{
	struct RecordedDose *next; /* of the same schedule, ascending */
	TimestampTz			 scheduled_for;
	const pg_uuid_t		*schedule_id;
	DoseStatus			 status;
	TimestampTz			 taken_at;	  /* when it was not skipped */
	Datum				 recorded_by; /* text; 0: NULL */
} RecordedDose;

/* A dose that is due at another instant than it is scheduled for. */
typedef struct TimedDose
{
	const pg_uuid_t *schedule_id;
	TimestampTz		 scheduled_for;
	TimestampTz		 due_at;
	RecordedDose	*recorded; /* NULL: not recorded */
	bool			 exists;   /* it is recorded, or a dose of its schedule that comes before the end */
} TimedDose;

/* A schedule, and what is the same for all its doses. */
typedef struct DoseSource
{
	pg_uuid_t	schedule_id;
	Datum		medication_id;
	Datum		medication_name;
	Datum		time_zone;
	Datum		dose_amount;  /* 0: NULL */
	Datum		dose_unit;	  /* 0: NULL */
	Datum		instructions; /* 0: NULL */
	int64		grace;		  /* microseconds */
	bool		missed_when_next;
	const Zone *zone;
	ZoneStretch stretch; /* of the last dose given a local time; they ascend */
	text	   *dose_id; /* of the last dose given one; the schedule's part is there */

	/* For the stream alone. */
	struct DoseSources *of; /* the user's, of which it is one */
	ScheduleRow			row;
	TimestampTz			ends_at;	/* the schedule's or, if earlier, the inactivation; DT_NOEND: open */
	TimestampTz			until;		/* no occurrence at or after, nor in the window */
	ScheduleIterator   *iterator;	/* NULL: as needed, or there are no more */
	TimestampTz			occurrence; /* the first not before next; DT_NOEND: there are no more */
	RecordedDose	   *recorded;	/* the same of what is recorded */
	RecordedDose	  **recorded_end;
	TimedDose		   *timed; /* the doses with a time of their own, by scheduled_for: they come at due_at alone */
	int					ntimed;
	TimedDose		  **arriving; /* those of them in the window, by due_at */
	int					narriving;
	TimestampTz			next;	   /* when the next is due; DT_NOEND: there is none */
	Oid					collation; /* of medication_name */
	int					rank;	   /* in order of (user_id, medication_name, schedule_id) */
} DoseSource;

/* A user's schedules that can have a dose in a window. */
typedef struct DoseSources
{
	TimestampTz	  from; /* the window, in whole seconds */
	TimestampTz	  to;
	Datum		  user_id;
	Datum		  bounds[2]; /* the window as given */
	DoseSource	**array;	 /* in order of schedule_id */
	int			  n;
	int			  room;			 /* in the array */
	bool		  may_be_moved;	 /* the user may have doses that were moved */
	bool		  has_counted;	 /* the dose to come of one is counted from the last one recorded */
	bool		  has_following; /* those of one follow another's */
	int			  most;			 /* of the doses that are not recorded, no more are asked for */
	RecordedDose *recorded;		 /* what is recorded in the window, in order of time */
	int			  nrecorded;
	int			  recorded_room;
	uint64		  nlisted; /* for who lists the doses: how many of this user's there are so far */
	bool		  full;	   /* no more of them are asked for */
} DoseSources;

/*
 * Start with the schedules that can have a dose from the window's start on, of each of several users
 * (nusers > 0), found together; add the others of a user's of which something is recorded in the
 * window, or was moved into it.
 */
extern DoseSources *dose_sources_open(const Datum *user_ids, int nusers, TimestampTz from, TimestampTz to, int most);
extern void			dose_sources_add_ended(DoseSources *sources);

/* Give ids as an argument of a query about several users, which numbers them from 1 on. */
extern Datum user_ids_array(const DoseSources *users, int nusers);

/* Find a schedule by its id; NULL: it is not among the sources. */
extern DoseSource *dose_source_find(const DoseSources *sources, const pg_uuid_t *schedule_id);

/* Tell whether a dose of a source has a time of its own, and so does not come when it is scheduled for. */
extern bool dose_source_has_timed(const DoseSource *source, TimestampTz scheduled_for);

/* Rank the sources from first on by medication_name and schedule_id: it costs less here than a Sort node, for a user has few. */
extern void dose_sources_rank(DoseSources *sources, int first);

#endif /* MEDSCHED_DOSE_SOURCE_H */
