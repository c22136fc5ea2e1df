-- Collections, documents, versions, chunks, vectors.
--
-- State of a version: 0 building, 1 published, 2 garbage. A document points at its current version;
-- older published ones stay, so that an old citation still finds its passage. Rows of a dropped
-- collection and garbage versions are seen by the sweep alone.

CREATE TABLE kno_acl(
  id INTEGER PRIMARY KEY,
  labels TEXT NOT NULL UNIQUE              -- sorted, one a line
);

CREATE TABLE kno_acl_label(
  label TEXT NOT NULL,
  acl_id INTEGER NOT NULL REFERENCES kno_acl(id),
  PRIMARY KEY(label, acl_id)
) WITHOUT ROWID;

CREATE TABLE kno_model(
  id INTEGER PRIMARY KEY,
  revision TEXT NOT NULL UNIQUE
);

CREATE TABLE kno_collection(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  dropped INTEGER NOT NULL DEFAULT 0,
  description TEXT NOT NULL,
  language TEXT NOT NULL,
  chunking INTEGER NOT NULL,
  chunk_tokens INTEGER NOT NULL,
  overlap_sentences INTEGER NOT NULL,
  acl_id INTEGER NOT NULL REFERENCES kno_acl(id),
  model_id INTEGER REFERENCES kno_model(id),
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  last_change_ms INTEGER NOT NULL,
  documents INTEGER NOT NULL DEFAULT 0,
  versions INTEGER NOT NULL DEFAULT 0,
  chunks INTEGER NOT NULL DEFAULT 0,
  bytes INTEGER NOT NULL DEFAULT 0,
  text_bytes INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX kno_collection_name ON kno_collection(name) WHERE dropped = 0;

CREATE TABLE kno_document(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  collection_id INTEGER NOT NULL REFERENCES kno_collection(id),
  name TEXT NOT NULL,                      -- what the world calls its id
  current_id INTEGER NOT NULL,             -- kno_version
  versions INTEGER NOT NULL,               -- how many there were; the number of the newest
  model_id INTEGER,                        -- whose vectors the current version has, all of them
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  UNIQUE(collection_id, name)
);

CREATE TABLE kno_version(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  state INTEGER NOT NULL,
  document_id INTEGER,                     -- NULL while building
  number INTEGER,
  chunks INTEGER NOT NULL DEFAULT 0,
  title TEXT NOT NULL,
  uri TEXT NOT NULL,
  source TEXT NOT NULL,
  content_type TEXT NOT NULL,
  language TEXT NOT NULL,
  metadata TEXT NOT NULL,                  -- JSON object
  folded TEXT NOT NULL,                    -- title, uri and id, case folded, for look-ups
  acl_id INTEGER REFERENCES kno_acl(id),   -- NULL: the collection's
  bytes INTEGER NOT NULL,
  text_bytes INTEGER NOT NULL,
  content BLOB NOT NULL,                   -- SHA-256 of the original
  text BLOB NOT NULL,                      -- SHA-256 of the extracted text
  fingerprint BLOB NOT NULL,               -- SHA-256 of everything that went into it
  created_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX kno_version_number ON kno_version(document_id, number)
  WHERE document_id IS NOT NULL;
CREATE INDEX kno_version_garbage ON kno_version(state, id) WHERE state <> 1;
CREATE INDEX kno_version_content ON kno_version(content);
CREATE INDEX kno_version_text ON kno_version(text);

CREATE TABLE kno_chunk(
  version_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,
  start INTEGER NOT NULL,                  -- bytes of the extracted text
  end INTEGER NOT NULL,
  page INTEGER NOT NULL,
  tokens INTEGER NOT NULL,
  heading TEXT,
  digest BLOB NOT NULL,                    -- SHA-256 of what is embedded
  PRIMARY KEY(version_id, ordinal)
) WITHOUT ROWID;
CREATE INDEX kno_chunk_digest ON kno_chunk(digest);

CREATE TABLE kno_vector(
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  model_id INTEGER NOT NULL REFERENCES kno_model(id),
  bytes BLOB NOT NULL,                     -- binary16, little-endian
  UNIQUE(digest, model_id)
);
