-- Documents of a batch that named a collection of their own, by that: at most 100 names a batch, and the documents of
-- further ones under ''. All others that were read are in the batch's.

CREATE TABLE ing_elsewhere(
  batch INTEGER NOT NULL,
  collection TEXT NOT NULL,
  documents INTEGER NOT NULL,
  PRIMARY KEY(batch, collection)
) WITHOUT ROWID;

ALTER TABLE ing_failure ADD COLUMN collection TEXT;  -- that the document named; NULL: the batch's, or not known

CREATE TRIGGER ing_batch_gone AFTER DELETE ON ing_batch BEGIN
  DELETE FROM ing_elsewhere WHERE batch = old.key;
END;

INSERT INTO ing_elsewhere SELECT batch, collection, count(*) FROM ing_item
  WHERE collection IS NOT NULL AND state IN (1, 2) GROUP BY batch, collection;
