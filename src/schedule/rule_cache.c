/*-------------------------------------------------------------------------
 *
 * rule_cache.c
 *		Parsed rules by their text.
 *
 * The schedules of a country are written in a few hundred rule texts, and a
 * parse costs more than an expansion.  The cache has a fixed number of slots;
 * a text that falls on a taken slot replaces what is there, so its size is
 * bounded and nothing is ever searched.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/memutils.h"

#include "base/message.h"
#include "recurrence/rrule.h"
#include "schedule/rule_cache.h"

#define N_SLOTS 512

typedef struct Slot
{
	char	  *text; /* NULL: free */
	Recurrence rule;
} Slot;

static MemoryContext cache_context = NULL;
static Slot			*slots[N_SLOTS]; /* NULL: never taken */

static void				 report_error(const RruleError *error);
static const Recurrence *find_or_parse(const char *text, RruleError *error);

const Recurrence *
rule_cache_find(const char *text)
{
	RruleError		  error;
	const Recurrence *rule = find_or_parse(text, &error);

	if (rule == NULL)
		report_error(&error);
	return rule;
}

/* Find or make the parsed form of a text; NULL, with *error filled, when it is no rule. */
static const Recurrence *
find_or_parse(const char *text, RruleError *error)
{
	size_t	   length = strlen(text);
	uint32	   number = hash_bytes((const unsigned char *) text, (int) length) % N_SLOTS;
	Slot	  *slot = slots[number];
	Recurrence rule;
	bool	   valid;
	int		   save_errno = errno;

	if (slot != NULL && slot->text != NULL && strcmp(slot->text, text) == 0)
		return &slot->rule;

	valid = rrule_parse(text, &rule, error);
	errno = save_errno;
	if (!valid)
		return NULL;

	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(TopMemoryContext, "medsched rules", ALLOCSET_DEFAULT_SIZES);
	if (slot == NULL)
		slot = slots[number] = MemoryContextAllocZero(cache_context, sizeof(Slot));
	if (slot->text != NULL)
	{
		pfree(slot->text);
		slot->text = NULL;
	}
	slot->text = MemoryContextStrdup(cache_context, text);
	slot->rule = rule;
	return &slot->rule;
}

static void
report_error(const RruleError *error)
{
	ereport(ERROR,
			(errcode_medsched(error->unsupported ? ERRCODE_FEATURE_NOT_SUPPORTED : ERRCODE_INVALID_PARAMETER_VALUE),
			 error->unsupported ? errmsg("recurrence rule not supported: %s", error->message)
								: errmsg("invalid recurrence rule: %s", error->message),
			 error->detail[0] != '\0' ? errdetail("%s", error->detail) : 0,
			 error->hint[0] != '\0' ? errhint("%s", error->hint) : 0));
}

const Recurrence *
rule_cache_lookup(const char *text)
{
	RruleError error;

	return find_or_parse(text, &error);
}
