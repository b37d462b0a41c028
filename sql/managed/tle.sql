-- medsched @VERSION@, the managed edition, as a trusted language extension of pg_tle 1.5 or later.
-- Run it as a member of pgtle_admin.  Then CREATE EXTENSION medsched, or ALTER EXTENSION medsched UPDATE.

DO $medsched_tle$
DECLARE
  begun text := $medsched_script$
@BEGIN@
$medsched_script$;
  topics text := $medsched_script$
@TOPICS@
$medsched_script$;
BEGIN
  IF EXISTS (SELECT FROM pgtle.available_extensions() AS e WHERE e.name = 'medsched') THEN
    PERFORM pgtle.install_extension_version_sql('medsched', '@VERSION@', begun || topics);
  ELSE
    PERFORM pgtle.install_extension('medsched', '@VERSION@', '@COMMENT@', begun || topics, '{}', 'medsched');
  END IF;
@UPDATES@
  PERFORM pgtle.set_default_version('medsched', '@VERSION@');
END
$medsched_tle$;
