-- Vectors of questions that were asked before, where that is wanted (model.cache_persistent). No text is kept: the key
-- is SHA-256 of a text and its kind.

CREATE TABLE emb_model (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    revision TEXT NOT NULL UNIQUE -- of the vectors
);

CREATE TABLE emb_vector (
    id INTEGER PRIMARY KEY,
    model_id INTEGER NOT NULL REFERENCES emb_model(id),
    key BLOB NOT NULL,
    used_ms INTEGER NOT NULL, -- the last use, within some minutes
    bytes BLOB NOT NULL,      -- float32, little-endian
    UNIQUE (model_id, key)
);
CREATE INDEX emb_vector_used ON emb_vector(used_ms);
