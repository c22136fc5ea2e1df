-- Documents that were read from a folder are found by their file.
CREATE INDEX kno_version_file ON kno_version(uri) WHERE source = 'folder';
