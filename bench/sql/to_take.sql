-- Doses to record, in a random order, and whose turn it is.
CREATE TABLE bench.to_take AS
SELECT row_number() OVER (ORDER BY draw, schedule_id, scheduled_for) AS n, user_id, schedule_id, scheduled_for
  FROM bench.doses WHERE scheduled_for > :'reference';
ALTER TABLE bench.to_take ADD PRIMARY KEY (n);
CREATE SEQUENCE bench.turn;
