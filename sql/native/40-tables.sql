-- The tables.

CREATE OR REPLACE FUNCTION medsched._check_tables()
RETURNS void
LANGUAGE C STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'medsched_check_tables';
