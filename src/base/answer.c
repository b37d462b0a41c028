/*-------------------------------------------------------------------------
 *
 * answer.c
 *		Rows that a function returns, as its declaration has them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "base/answer.h"

static int index_of_column(Form_pg_attribute attribute, const AnswerColumn *columns, int ncolumns);

Answer *
answer_open(TupleDesc descriptor, const AnswerColumn *columns, int ncolumns)
{
	Answer *answer = palloc(sizeof(Answer));

	answer->descriptor = descriptor;
	answer->sources = palloc(descriptor->natts * sizeof(int));
	answer->values = palloc(descriptor->natts * sizeof(Datum));
	answer->isnull = palloc(descriptor->natts * sizeof(bool));
	for (int i = 0; i < descriptor->natts; i++)
		answer->sources[i] = index_of_column(TupleDescAttr(descriptor, i), columns, ncolumns);
	return answer;
}

/* Find the column of the name declared, which mostly has the same place; -1: none. */
static int
index_of_column(Form_pg_attribute attribute, const AnswerColumn *columns, int ncolumns)
{
	for (int tried = 0; tried < ncolumns && !attribute->attisdropped; tried++)
	{
		int i = (attribute->attnum - 1 + tried) % ncolumns;

		if (strcmp(NameStr(attribute->attname), columns[i].name) != 0)
			continue;
		if (attribute->atttypid != columns[i].type)
			elog(ERROR, "column \"%s\" of the result is declared with another type", columns[i].name);
		return i;
	}
	return -1;
}

void
answer_set(Answer *answer, const Datum *values, const bool *isnull)
{
	for (int i = 0; i < answer->descriptor->natts; i++)
	{
		int source = answer->sources[i];

		answer->isnull[i] = source < 0 || isnull[source];
		answer->values[i] = answer->isnull[i] ? 0 : values[source];
	}
}
