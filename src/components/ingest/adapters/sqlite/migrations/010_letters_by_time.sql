-- Dead letters are listed by when they were tried last.
CREATE INDEX ing_failure_at ON ing_failure(at_ms, id);
