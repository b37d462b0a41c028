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

/* medsched.grace: seconds after its time during which a dose is due. */
extern int medsched_grace;

#endif /* MEDSCHED_H */
