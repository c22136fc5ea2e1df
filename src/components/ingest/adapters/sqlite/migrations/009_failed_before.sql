-- A document that fails again in another batch stays one dead letter, which belongs to the batch that tried it last;
-- those in which it failed before find it as well.

CREATE TABLE ing_failed_before(
  batch INTEGER NOT NULL,
  failure TEXT NOT NULL,
  PRIMARY KEY(batch, failure)
) WITHOUT ROWID;
CREATE INDEX ing_failed_before_failure ON ing_failed_before(failure);

CREATE TRIGGER ing_failed_before_failure_gone AFTER DELETE ON ing_failure BEGIN
  DELETE FROM ing_failed_before WHERE failure = old.id;
END;
CREATE TRIGGER ing_failed_before_batch_gone AFTER DELETE ON ing_batch BEGIN
  DELETE FROM ing_failed_before WHERE batch = old.key;
END;

CREATE INDEX ing_failure_path ON ing_failure(path) WHERE kind = 0;  -- files of a source
