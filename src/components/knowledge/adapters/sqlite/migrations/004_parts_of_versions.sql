-- Which version a part was made for, which parts and collections are going, and what a sweep may take.

-- Fingerprint of the version of the parent that it was made for; NULL: not recorded.
ALTER TABLE kno_document ADD COLUMN made_for BLOB;
-- When a version of it was published last by the clock of this folder, whatever times the version has.
ALTER TABLE kno_document ADD COLUMN touched_ms INTEGER NOT NULL DEFAULT 0;
UPDATE kno_document SET touched_ms = updated_ms;

-- A document that is marked with a token is gone once the token is in kno_going: many go in one
-- transaction, however long it takes to mark them before and to clear them away afterwards.
ALTER TABLE kno_document ADD COLUMN going INTEGER;
CREATE INDEX kno_document_going ON kno_document(going) WHERE going IS NOT NULL;
CREATE TABLE kno_going(token INTEGER PRIMARY KEY);
CREATE INDEX kno_collection_dropped ON kno_collection(name) WHERE dropped = 1;

-- The change that a version was published with; 0: long ago. A document is late while versions past those
-- to keep stay, because the index may still show them.
ALTER TABLE kno_version ADD COLUMN seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE kno_document ADD COLUMN late INTEGER NOT NULL DEFAULT 0;
CREATE INDEX kno_document_late ON kno_document(id) WHERE late = 1;

-- Names of collections in the order in which they were deleted.
CREATE TABLE kno_dropped(
  nth INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL UNIQUE
);
