/*-------------------------------------------------------------------------
 *
 * generate.h
 *		What the parts of the generator share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ORACLE_GENERATE_H
#define ORACLE_GENERATE_H

#include "case.h"

/* A random number from low to high, both included. */
extern int64_t between(int64_t low, int64_t high);

/* True that often. */
extern bool percent(int p);

/* Write the rule into text: parts in any order, now and then in lower case. */
extern void case_write_rule(Case *c);

#endif /* ORACLE_GENERATE_H */
