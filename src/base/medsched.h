/*-------------------------------------------------------------------------
 *
 * medsched.h
 *		The settings of the extension.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_H
#define MEDSCHED_H

/* medsched.max_doses: the most doses one call may compute. */
extern int medsched_max_doses;

/* medsched.max_doses_per_day: the most doses that a schedule may have in 24 hours. */
extern int medsched_max_doses_per_day;

/* The highest COUNT of a schedule: it is counted from starts_at, some rules dose by dose. */
#define MOST_COUNTED 100000

/* medsched.grace: seconds after its time during which a dose is due. */
extern int medsched_grace;

#endif /* MEDSCHED_H */
