-- Items are claimed with a lease; the figures of a batch agree at every commit; dead letters keep what
-- is needed to try again.
--
-- State of an item: 0 waiting, 1 done, 2 unchanged, 3 passed over, 4 failed, 5 under way.

ALTER TABLE ing_batch RENAME COLUMN glob TO globs;                       -- patterns, one a line
ALTER TABLE ing_batch ADD COLUMN source INTEGER NOT NULL DEFAULT 0;      -- 0 folder, 1 replay
ALTER TABLE ing_batch ADD COLUMN origin TEXT NOT NULL DEFAULT '';        -- of a replay: id of the batch
ALTER TABLE ing_batch ADD COLUMN letter TEXT NOT NULL DEFAULT '';        -- of a replay: this one only
ALTER TABLE ing_batch ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_batch ADD COLUMN under_way INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_batch ADD COLUMN pruned INTEGER NOT NULL DEFAULT 0;      -- its items were removed
ALTER TABLE ing_batch ADD COLUMN read_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_batch ADD COLUMN parse_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_batch ADD COLUMN chunk_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_batch ADD COLUMN embed_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_batch ADD COLUMN write_us INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_batch ADD COLUMN index_us INTEGER NOT NULL DEFAULT 0;

ALTER TABLE ing_item ADD COLUMN document TEXT;                           -- its id, where the path is not
ALTER TABLE ing_item ADD COLUMN letter TEXT NOT NULL DEFAULT '';         -- dead letter that it tries again
ALTER TABLE ing_item ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;        -- of the lease
ALTER TABLE ing_item ADD COLUMN until_ms INTEGER NOT NULL DEFAULT 0;     -- of the lease
ALTER TABLE ing_item ADD COLUMN claims INTEGER NOT NULL DEFAULT 0;
CREATE INDEX ing_item_waiting ON ing_item(batch, ordinal) WHERE state = 0;
CREATE INDEX ing_item_leased ON ing_item(until_ms) WHERE state = 5;

UPDATE ing_batch SET total = (SELECT count(*) FROM ing_item WHERE batch = key),
                     waiting = (SELECT count(*) FROM ing_item WHERE batch = key AND state = 0),
                     bytes_total = (SELECT coalesce(sum(bytes), 0) FROM ing_item WHERE batch = key);

ALTER TABLE ing_failure ADD COLUMN path TEXT NOT NULL DEFAULT '';        -- of the item
ALTER TABLE ing_failure ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_failure ADD COLUMN modified_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ing_failure ADD COLUMN attempts INTEGER NOT NULL DEFAULT 1;
UPDATE ing_failure SET path = document;
