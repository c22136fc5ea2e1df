-- kind 0: a question that was answered, 1: a search for passages alone; declined: the answer says that there is none
ALTER TABLE query ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE query ADD COLUMN declined INTEGER NOT NULL DEFAULT 0;

-- names that were only ever asked for: no collection, or one that nothing was searched in
DELETE FROM rollup WHERE kind = 2 AND name NOT IN (SELECT name FROM rollup WHERE kind = 2 AND completed > 0);
-- queries that searched nothing were counted for the collections that they named, and are no more: they go from the numbers
-- of these, since what is told of them later takes away only what is counted now. What their time adds to an hour's latency
-- stays as long as that hour has others.
UPDATE rollup SET queries = rollup.queries - u.queries, completed = rollup.completed - u.completed,
  failed = rollup.failed - u.failed, cache_hits = rollup.cache_hits - u.cache_hits,
  input_tokens = rollup.input_tokens - u.input_tokens, output_tokens = rollup.output_tokens - u.output_tokens,
  cost_nano = rollup.cost_nano - u.cost_nano
FROM (SELECT c.collection AS name, c.requested_ms / 3600000 AS hour, count(*) AS queries,
    sum(q.status = 1) AS completed, sum(q.status = 2) AS failed, sum((q.status = 1) * q.cache_hit) AS cache_hits,
    sum((q.status = 1) * q.input_tokens) AS input_tokens, sum((q.status = 1) * q.output_tokens) AS output_tokens,
    sum((q.status = 1) * max(q.cost_nano, 0)) AS cost_nano
  FROM query_collection c CROSS JOIN query q ON q.row = c.row WHERE q.has & 2 = 0
  GROUP BY c.collection, hour) AS u
WHERE kind = 2 AND rollup.name = u.name AND rollup.hour = u.hour;
DELETE FROM rollup WHERE kind = 2 AND queries <= 0;
-- numbers of kinds, kind 3 of a rollup; until now there were answers alone
INSERT INTO rollup SELECT 3, 'answer', hour, queries, completed, failed, empty, cache_hits, input_tokens,
  output_tokens, cost_nano, latency FROM rollup WHERE kind = 0;

DROP VIEW query_tracking;
CREATE VIEW query_tracking AS SELECT
  q.query_id, CASE q.kind WHEN 1 THEN 'search' ELSE 'answer' END AS kind,
  strftime('%Y-%m-%dT%H:%M:%fZ', q.requested_ms / 1000.0, 'unixepoch') AS requested_at,
  CASE WHEN q.ended_ms > 0
    THEN strftime('%Y-%m-%dT%H:%M:%fZ', q.ended_ms / 1000.0, 'unixepoch') END AS completed_at,
  CASE q.status WHEN 0 THEN 'requested' WHEN 1 THEN 'completed' ELSE 'failed' END AS status,
  q.user_id, q.question AS query_text, q.answer AS response_text, q.collections, q.conversation_id,
  q.workflow_run_id, q.retrieved AS document_count, q.empty AS zero_results, q.declined AS no_answer,
  CASE WHEN q.duration_us >= 0 THEN q.duration_us / 1000.0 END AS processing_time_ms,
  q.model AS model_used, q.provider, q.input_tokens, q.output_tokens,
  CASE WHEN q.cost_nano >= 0 THEN q.cost_nano / 1e9 END AS cost, q.cache_hit,
  q.timings AS timings_ms, q.route, q.error_type, q.error_message, q.error_stage,
  f.rating, f.comment
FROM query q LEFT JOIN feedback f ON f.query_id = q.query_id;
