/*-------------------------------------------------------------------------
 *
 * tables.h
 *		The tables: that they are there, and whose they are.
 *
 *		What is found is kept until a catalog change that could make it untrue,
 *		so both checks cost next to nothing where they pass.
 *
 *-------------------------------------------------------------------------
 */
#ifndef MEDSCHED_TABLES_H
#define MEDSCHED_TABLES_H

/* In the order in which foreign keys let go of rows; those after NLINKED_TABLES let go by themselves. */
typedef enum MedschedTable
{
	TABLE_DOSE_TAKEN,
	TABLE_SCHEDULES,
	TABLE_MEDICATIONS,
	NLINKED_TABLES,
	TABLE_SUBSTANCE_LIMITS = NLINKED_TABLES,
	TABLE_STOCK_ENTRIES,
	TABLE_MOVED_DOSES,
	NTABLES
} MedschedTable;

extern const char *const table_names[NTABLES];

/* Give the oid of a table as tables_are_located() or check_tables() found it; InvalidOid: those of an earlier version have it not. */
extern Oid table_oid(MedschedTable table);

/* Give the oid of one of the tables.  Errors: 42P01 when create_tables() has yet to run. */
extern Oid medsched_table(const char *name);

/*
 * Check that the tables are there, and that the columns by which queries choose
 * rows are of their types.  Errors: 42P01, 42703, 42804.
 */
extern void check_tables(void);

/* Look for the tables alone; false: they are an earlier version's, or some are missing.  Errors: 42P01. */
extern bool tables_are_located(void);

/*
 * Tell which of the columns and tables that were added after 0.1.0 the tables have, as a set, and
 * whether they have one of them.  They are found as check_tables() found them.
 */
extern uint32 tables_later_columns(void);
extern bool	  tables_have_later_column(const char *column);

/* Give a number that is another one after each change of what check_tables() or tables_owner() found. */
extern uint64 tables_changes(void);

/*
 * Give the role that owns the tables, as which a query of them may then run, and
 * lock them, so that this stays so until the transaction ends.  Errors: those
 * above; 42809 when one of them, a partition or a child is no table; 42501 when
 * they belong to several roles.
 */
extern Oid tables_owner(void);

/* Tell whether a relation is one of the tables, or a partition or child of one.  Errors: those above. */
extern bool is_medsched_table(Oid relation);

#endif /* MEDSCHED_TABLES_H */
