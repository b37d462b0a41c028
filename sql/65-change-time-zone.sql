-- A person goes to live in another time zone.

COMMENT ON FUNCTION medsched.change_time_zone(uuid, text, timestamptz) IS
  'Has every schedule of a user that is at set times, not pinned to its zone and not over go on in another zone from an instant on; each dose comes once';
