-- Files whose records are documents. Kind 3 of an item: a row, as JSON in its payload.

ALTER TABLE ing_batch ADD COLUMN rows TEXT NOT NULL DEFAULT '';  -- '': a file is one document; else lines
                                                                 -- with the columns of id, title, texts
