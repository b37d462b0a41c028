/*-------------------------------------------------------------------------
 *
 * libical_classes.h
 *		Where libical 3.0.16 is known to read a rule otherwise than we do.
 *		Each class is a predicate on the rule and DTSTART, never on an answer;
 *		doc/correctness.md gives the sentence of the RFC that decides it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef LIBICAL_CLASSES_H
#define LIBICAL_CLASSES_H

#include "case.h"

typedef struct LibicalClass
{
	const char *name;
	bool (*holds)(const Case *c);
} LibicalClass;

extern const LibicalClass libical_classes[];
extern const int		  libical_class_count;

#define LIBICAL_CLASSES_MAX 32

/* The first class that holds a case, or -1: then libical must agree. */
extern int libical_class(const Case *c);

/*
 * Where libical begins: near_start, or where the set allows a start from
 * which libical reads the list of its own unit rightly.
 */
extern int64_t libical_start(const Case *c);

#endif /* LIBICAL_CLASSES_H */
