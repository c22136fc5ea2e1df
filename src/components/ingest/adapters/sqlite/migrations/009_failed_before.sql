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

-- Until now each reading of a folder left a letter of its own: of those of one file the one that was tried last stays.
CREATE TABLE ing_doubled AS
  SELECT f.id AS id, f.batch AS batch, f.attempts AS attempts,
         first_value(f.id) OVER (PARTITION BY b.path, b.collection, f.path ORDER BY f.batch DESC, f.id DESC) AS kept
  FROM ing_failure f JOIN ing_batch b ON b.key = f.batch WHERE f.kind = 0;
CREATE UNIQUE INDEX ing_doubled_id ON ing_doubled(id);
DELETE FROM ing_doubled WHERE kept IN (SELECT kept FROM ing_doubled GROUP BY kept HAVING count(*) = 1);

INSERT OR IGNORE INTO ing_failed_before(batch, failure)
  SELECT d.batch, d.kept FROM ing_doubled d JOIN ing_failure f ON f.id = d.kept WHERE d.batch <> f.batch;
UPDATE ing_failure SET attempts = (SELECT sum(d.attempts) FROM ing_doubled d WHERE d.kept = ing_failure.id)
  WHERE id IN (SELECT kept FROM ing_doubled);
UPDATE ing_item SET letter = (SELECT d.kept FROM ing_doubled d WHERE d.id = ing_item.letter)
  WHERE state IN (0, 5) AND letter IN (SELECT id FROM ing_doubled);
UPDATE ing_batch SET letter = (SELECT d.kept FROM ing_doubled d WHERE d.id = ing_batch.letter)
  WHERE closed = 0 AND letter IN (SELECT id FROM ing_doubled);
DELETE FROM ing_failure WHERE id IN (SELECT id FROM ing_doubled WHERE id <> kept);
DROP TABLE ing_doubled;
