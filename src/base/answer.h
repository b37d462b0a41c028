/*-------------------------------------------------------------------------
 *
 * answer.h
 *		Rows that a function returns, as its declaration has them.
 *
 * The library is newer than the declaration between the installation of new
 * files and ALTER EXTENSION … UPDATE, and a type's new columns stand at its
 * end.  Columns are found by name: those that the declaration lacks are left
 * out, those that the library does not know are NULL.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_ANSWER_H
#define MEDSCHED_ANSWER_H

#include "access/tupdesc.h"

typedef struct AnswerColumn
{
	const char *name;
	Oid			type;
} AnswerColumn;

/* One row at a time, in the order of the declared columns. */
typedef struct Answer
{
	TupleDesc descriptor;
	int		 *sources; /* which of the columns known; -1: none */
	Datum	 *values;
	bool	 *isnull;
} Answer;

/* Prepare rows of a function; columns are those that the library knows. */
extern Answer *answer_open(TupleDesc descriptor, const AnswerColumn *columns, int ncolumns);

/* Set a row from the values of the columns known; the values are not copied. */
extern void answer_set(Answer *answer, const Datum *values, const bool *isnull);

#endif /* MEDSCHED_ANSWER_H */
