-- When a batch was asked for, in the order of the deletions of collections (kno_moment); 0: not recorded.

ALTER TABLE ing_batch ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
