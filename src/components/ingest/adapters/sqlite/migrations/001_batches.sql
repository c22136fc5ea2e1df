-- Batches, the items each one lists, and what failed.
--
-- State of an item: 0 waiting, 1 done, 2 unchanged, 3 passed over, 4 failed.

CREATE TABLE ing_batch(
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,                 -- UUIDv7, so that later ones sort later
  phase INTEGER NOT NULL DEFAULT 0,
  listed INTEGER NOT NULL DEFAULT 0,
  closed INTEGER NOT NULL DEFAULT 0,
  collection TEXT NOT NULL,
  path TEXT NOT NULL,
  glob TEXT NOT NULL,
  metadata TEXT NOT NULL,
  acl TEXT NOT NULL,                       -- labels, one a line
  user_id TEXT NOT NULL,
  labels TEXT NOT NULL,                    -- of who asked, one a line
  total INTEGER NOT NULL DEFAULT 0,
  processed INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  unchanged INTEGER NOT NULL DEFAULT 0,
  bytes_total INTEGER NOT NULL DEFAULT 0,
  bytes_done INTEGER NOT NULL DEFAULT 0,
  max_seq INTEGER NOT NULL DEFAULT 0,
  announced INTEGER NOT NULL DEFAULT -1,   -- ordinal
  error TEXT,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  completed_ms INTEGER NOT NULL DEFAULT 0,
  rate_from_ms INTEGER NOT NULL DEFAULT 0,
  rate_from_done INTEGER NOT NULL DEFAULT 0,
  event_ms INTEGER NOT NULL DEFAULT 0,
  revision INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX ing_batch_open ON ing_batch(key) WHERE closed = 0;

CREATE TABLE ing_item(
  batch INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  modified_ms INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  seq INTEGER NOT NULL DEFAULT 0,          -- change of the catalog
  PRIMARY KEY(batch, ordinal)
) WITHOUT ROWID;

CREATE TABLE ing_failure(
  id TEXT PRIMARY KEY,                     -- UUIDv7
  batch INTEGER NOT NULL REFERENCES ing_batch(key),
  passed_over INTEGER NOT NULL,
  document TEXT NOT NULL,
  stage TEXT NOT NULL,
  reason TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX ing_failure_batch ON ing_failure(batch, id);
