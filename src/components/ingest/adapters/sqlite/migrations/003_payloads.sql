-- Items whose bytes were sent along lie in segments, files of the spool; a segment goes when no item and
-- no dead letter needs it any more.
--
-- Kind of an item: 0 its path is read at the batch's source, 1 a document as JSON, 2 the bytes of a file.

ALTER TABLE ing_batch ADD COLUMN held INTEGER NOT NULL DEFAULT 0;        -- nothing is read before it is whole

CREATE TABLE ing_segment(
  id INTEGER PRIMARY KEY,                  -- the name of its file
  batch INTEGER NOT NULL,
  users INTEGER NOT NULL DEFAULT 0,        -- items and dead letters that need it
  open INTEGER NOT NULL DEFAULT 1          -- further items may come
);
CREATE INDEX ing_segment_batch ON ing_segment(batch);
CREATE INDEX ing_segment_unused ON ing_segment(id) WHERE users = 0 AND open = 0;

ALTER TABLE ing_item ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_item ADD COLUMN content_type TEXT NOT NULL DEFAULT '';
ALTER TABLE ing_item ADD COLUMN segment INTEGER NOT NULL DEFAULT 0;      -- 0: none
ALTER TABLE ing_item ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_item ADD COLUMN len INTEGER NOT NULL DEFAULT 0;

ALTER TABLE ing_failure ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_failure ADD COLUMN content_type TEXT NOT NULL DEFAULT '';
ALTER TABLE ing_failure ADD COLUMN segment INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_failure ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_failure ADD COLUMN len INTEGER NOT NULL DEFAULT 0;

CREATE TRIGGER ing_failure_gone AFTER DELETE ON ing_failure WHEN old.segment <> 0 BEGIN
  UPDATE ing_segment SET users = users - 1 WHERE id = old.segment;
END;
