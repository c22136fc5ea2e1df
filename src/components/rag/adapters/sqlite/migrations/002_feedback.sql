-- What people said of an answer; the questions' ids are looked up by it.

ALTER TABLE rag_message ADD COLUMN rating INTEGER;               -- -1 or 1; NULL: nothing was said
ALTER TABLE rag_message ADD COLUMN comment TEXT NOT NULL DEFAULT '';
ALTER TABLE rag_message ADD COLUMN rated_ms INTEGER NOT NULL DEFAULT 0;

CREATE INDEX rag_message_by_query ON rag_message(query_id);
