-- Which model a collection asks for, and how far the change to it is.
--
-- kno_collection.model_id is the revision whose vectors searches use; target_id is the revision that
-- the wanted model has now. While they differ, documents get vectors of the target beside the old ones;
-- when none lacks them (kno_document.model_id), model_id becomes the target in one transaction.

ALTER TABLE kno_model ADD COLUMN dims INTEGER NOT NULL DEFAULT 0;  -- 0: not known
UPDATE kno_model SET dims = coalesce(
  (SELECT length(v.bytes) / 2 FROM kno_vector v WHERE v.model_id = kno_model.id LIMIT 1), 0);

ALTER TABLE kno_collection ADD COLUMN wanted_model TEXT NOT NULL DEFAULT '';  -- name; '': the configured one
ALTER TABLE kno_collection ADD COLUMN target_id INTEGER REFERENCES kno_model(id);
ALTER TABLE kno_collection ADD COLUMN embed_failed INTEGER NOT NULL DEFAULT 0; -- documents, since the last change
