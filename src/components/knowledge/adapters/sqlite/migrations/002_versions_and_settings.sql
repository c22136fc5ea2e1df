-- What is known of a version beside its text, how it differs from the one before it, and by which
-- settings of its collection it was cut.

ALTER TABLE kno_version ADD COLUMN given TEXT NOT NULL DEFAULT '{}';   -- metadata as it was given
ALTER TABLE kno_version ADD COLUMN found TEXT NOT NULL DEFAULT '{}';   -- name to {value, origin}
ALTER TABLE kno_version ADD COLUMN name TEXT NOT NULL DEFAULT '';      -- of the file
ALTER TABLE kno_version ADD COLUMN cut INTEGER NOT NULL DEFAULT 0;     -- kno_collection.cut at its time
ALTER TABLE kno_version ADD COLUMN changes INTEGER NOT NULL DEFAULT 0; -- bits of kno_change
ALTER TABLE kno_version ADD COLUMN added INTEGER;                      -- chunks; NULL: not recorded
ALTER TABLE kno_version ADD COLUMN removed INTEGER;
ALTER TABLE kno_version ADD COLUMN restored INTEGER NOT NULL DEFAULT 0; -- number of the version it repeats

UPDATE kno_version SET given = metadata;
UPDATE kno_version SET changes = (SELECT
    (w.title <> kno_version.title) + 2 * (w.content <> kno_version.content) +
    4 * (w.metadata <> kno_version.metadata) + 8 * (w.acl_id IS NOT kno_version.acl_id) +
    32 * (w.uri <> kno_version.uri)
  FROM kno_version w
  WHERE w.document_id = kno_version.document_id AND w.number = kno_version.number - 1)
  WHERE state = 1 AND number > 1 AND EXISTS (SELECT 1 FROM kno_version w
    WHERE w.document_id = kno_version.document_id AND w.number = kno_version.number - 1);

-- The header row of the table that a chunk begins in the middle of.
ALTER TABLE kno_chunk ADD COLUMN columns TEXT;

ALTER TABLE kno_collection ADD COLUMN system_prompt TEXT NOT NULL DEFAULT '';
ALTER TABLE kno_collection ADD COLUMN prompt_template TEXT NOT NULL DEFAULT '';
-- Counts the changes of language and chunking. While `recut` is set, some current version may have
-- been cut by other settings.
ALTER TABLE kno_collection ADD COLUMN cut INTEGER NOT NULL DEFAULT 0;
ALTER TABLE kno_collection ADD COLUMN recut INTEGER NOT NULL DEFAULT 0;
ALTER TABLE kno_collection ADD COLUMN recut_failed INTEGER NOT NULL DEFAULT 0; -- documents, since the last change
