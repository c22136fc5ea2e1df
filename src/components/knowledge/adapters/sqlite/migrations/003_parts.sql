-- Parts of documents, and places in them.
--
-- Documents that are parts of another document: what a mail has attached, the rows of a table. The
-- parent is known by name, since a part is there before the first version of what it is a part of.

ALTER TABLE kno_document ADD COLUMN parent TEXT;  -- name in the same collection; NULL: no part
CREATE INDEX kno_document_parent ON kno_document(collection_id, parent, name)
  WHERE parent IS NOT NULL;

-- Pages and rows of tables inside a chunk, knowledge/domain/places.h; NULL: neither, or not recorded.
ALTER TABLE kno_chunk ADD COLUMN places BLOB;
