CREATE OR REPLACE FUNCTION medsched._complete_ready(tokens uuid[])
RETURNS SETOF uuid
LANGUAGE C VOLATILE
AS 'MODULE_PATHNAME', 'medsched_complete_ready';
