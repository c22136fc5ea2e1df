-- The rows of a long file are stored as items a piece at a time, ahead of the commit that makes the file's
-- version current. Items of a range that stands here are nobody's to claim, and are not counted: they become so
-- with that commit, or are removed once nobody holds the file's item with that claim any more.

CREATE TABLE ing_children(
  batch INTEGER NOT NULL,
  first INTEGER NOT NULL,   -- ordinals
  last INTEGER NOT NULL,
  item INTEGER NOT NULL,    -- ordinal of the file's
  claims INTEGER NOT NULL,  -- of it; 0: given up
  PRIMARY KEY(batch, first)
) WITHOUT ROWID;
