/*-------------------------------------------------------------------------
 *
 * ask_libical.h
 *		libical's answer to a case.  It may not return, or abort.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ORACLE_ASK_LIBICAL_H
#define ORACLE_ASK_LIBICAL_H

#include "case.h"

/* *answer grows while libical runs.  False: its parser refuses the rule. */
extern bool ask_libical(const Case *c, Answer *answer);

#endif /* ORACLE_ASK_LIBICAL_H */
