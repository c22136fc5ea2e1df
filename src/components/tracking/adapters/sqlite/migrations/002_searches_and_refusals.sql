-- kind 0: a question that was answered, 1: a search for passages alone; declined: the answer says that there is none
ALTER TABLE query ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;
ALTER TABLE query ADD COLUMN declined INTEGER NOT NULL DEFAULT 0;

-- names that were only ever asked for: no collection, or one that nothing was searched in
DELETE FROM rollup WHERE kind = 2 AND name NOT IN (SELECT name FROM rollup WHERE kind = 2 AND completed > 0);
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
