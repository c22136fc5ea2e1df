-- An item that is claimed after a later one must not replace what that one made of the same document.

ALTER TABLE ing_batch ADD COLUMN claimed INTEGER NOT NULL DEFAULT -1;  -- greatest ordinal that was
ALTER TABLE ing_item ADD COLUMN collection TEXT;                       -- of its document, where the batch's is not

UPDATE ing_batch SET claimed = coalesce((SELECT max(ordinal) FROM ing_item WHERE batch = key AND state <> 0), -1)
  WHERE closed = 0;
