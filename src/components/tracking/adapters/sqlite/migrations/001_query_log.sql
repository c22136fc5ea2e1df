-- one row: the place in the events, and what user ids are hashed with
CREATE TABLE place(one INTEGER PRIMARY KEY CHECK(one = 1), seq INTEGER NOT NULL, key BLOB);
INSERT INTO place VALUES(1, 0, NULL);

CREATE TABLE query(
  row INTEGER PRIMARY KEY AUTOINCREMENT,
  query_id TEXT NOT NULL UNIQUE,
  has INTEGER NOT NULL,
  requested_ms INTEGER NOT NULL,
  user_id TEXT NOT NULL,
  question TEXT,
  collections TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  workflow_run_id TEXT NOT NULL,
  retrieved INTEGER NOT NULL,
  empty INTEGER NOT NULL,
  status INTEGER NOT NULL,
  ended_ms INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  slow INTEGER NOT NULL,
  answer TEXT,
  model TEXT NOT NULL,
  provider TEXT NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost_nano INTEGER NOT NULL,
  cache_hit INTEGER NOT NULL,
  timings TEXT NOT NULL,
  route TEXT NOT NULL,
  error_type TEXT NOT NULL,
  error_message TEXT NOT NULL,
  error_stage TEXT NOT NULL
);
CREATE INDEX query_time ON query(requested_ms);
CREATE INDEX query_user ON query(user_id, requested_ms);
CREATE INDEX query_chat ON query(conversation_id) WHERE substr(conversation_id, 1, 5) = 'chat:';
CREATE INDEX query_status ON query(status, requested_ms) WHERE status <> 1;
CREATE INDEX query_empty ON query(requested_ms) WHERE empty = 1;
CREATE INDEX query_slow ON query(slow, requested_ms, row, duration_us);
CREATE TABLE query_collection(
  collection TEXT NOT NULL, requested_ms INTEGER NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY(collection, requested_ms, row)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE question_text USING fts5(
  question, content = 'query', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2');

CREATE TABLE retrieval(
  row INTEGER NOT NULL, position INTEGER NOT NULL,
  chunk_id TEXT NOT NULL, document_id TEXT NOT NULL, version INTEGER NOT NULL,
  collection TEXT NOT NULL, title TEXT NOT NULL,
  score REAL, keyword REAL, semantic REAL, fused REAL, rerank REAL,
  cited INTEGER NOT NULL,
  PRIMARY KEY(row, position)
) WITHOUT ROWID;

CREATE TABLE feedback(
  query_id TEXT PRIMARY KEY, rating INTEGER NOT NULL, comment TEXT NOT NULL, at_ms INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX feedback_time ON feedback(at_ms);

CREATE TABLE document_life(
  document_id TEXT NOT NULL, at_ms INTEGER NOT NULL, collection TEXT NOT NULL, version INTEGER NOT NULL,
  op INTEGER NOT NULL, title TEXT NOT NULL, chunks INTEGER NOT NULL, removed INTEGER NOT NULL,
  bytes INTEGER NOT NULL, changed TEXT NOT NULL,
  PRIMARY KEY(document_id, at_ms, collection, version, op)
) WITHOUT ROWID;
CREATE INDEX document_life_time ON document_life(at_ms);

-- how often a document was found and cited on a day, a question asked
CREATE TABLE document_day(
  document_id TEXT NOT NULL, collection TEXT NOT NULL, day INTEGER NOT NULL,
  title TEXT NOT NULL, retrieved INTEGER NOT NULL, cited INTEGER NOT NULL,
  PRIMARY KEY(document_id, collection, day)
) WITHOUT ROWID;
CREATE INDEX document_day_top ON document_day(day, retrieved);
CREATE TABLE question_day(
  day INTEGER NOT NULL, question TEXT NOT NULL, times INTEGER NOT NULL, PRIMARY KEY(day, question)
) WITHOUT ROWID;
CREATE INDEX question_day_top ON question_day(day, times);

-- numbers of an hour; kind 0: all, 1: of a model, 2: of a collection
CREATE TABLE rollup(
  kind INTEGER NOT NULL, name TEXT NOT NULL, hour INTEGER NOT NULL,
  queries INTEGER NOT NULL, completed INTEGER NOT NULL, failed INTEGER NOT NULL, empty INTEGER NOT NULL,
  cache_hits INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
  cost_nano INTEGER NOT NULL, latency BLOB NOT NULL,
  PRIMARY KEY(kind, name, hour)
) WITHOUT ROWID;

-- for people who look by hand
CREATE VIEW query_tracking AS SELECT
  q.query_id,
  strftime('%Y-%m-%dT%H:%M:%fZ', q.requested_ms / 1000.0, 'unixepoch') AS requested_at,
  CASE WHEN q.ended_ms > 0
    THEN strftime('%Y-%m-%dT%H:%M:%fZ', q.ended_ms / 1000.0, 'unixepoch') END AS completed_at,
  CASE q.status WHEN 0 THEN 'requested' WHEN 1 THEN 'completed' ELSE 'failed' END AS status,
  q.user_id, q.question AS query_text, q.answer AS response_text, q.collections, q.conversation_id,
  q.workflow_run_id, q.retrieved AS document_count, q.empty AS zero_results,
  CASE WHEN q.duration_us >= 0 THEN q.duration_us / 1000.0 END AS processing_time_ms,
  q.model AS model_used, q.provider, q.input_tokens, q.output_tokens,
  CASE WHEN q.cost_nano >= 0 THEN q.cost_nano / 1e9 END AS cost, q.cache_hit,
  q.timings AS timings_ms, q.route, q.error_type, q.error_message, q.error_stage,
  f.rating, f.comment
FROM query q LEFT JOIN feedback f ON f.query_id = q.query_id;
CREATE VIEW document_retrievals AS SELECT
  q.query_id, strftime('%Y-%m-%dT%H:%M:%fZ', q.requested_ms / 1000.0, 'unixepoch') AS retrieved_at,
  r.position, r.document_id, r.chunk_id, r.version, r.collection, r.title,
  r.score, r.keyword, r.semantic, r.fused, r.rerank, r.cited
FROM retrieval r JOIN query q ON q.row = r.row;
