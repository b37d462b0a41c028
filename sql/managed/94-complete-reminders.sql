-- None is completed without a query.
CREATE OR REPLACE FUNCTION medsched._complete_ready(tokens uuid[])
RETURNS SETOF uuid
LANGUAGE plpgsql VOLATILE
AS $$
BEGIN
  RETURN;
END
$$;
