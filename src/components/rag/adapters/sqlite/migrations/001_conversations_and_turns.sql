-- Conversations and their turns.

CREATE TABLE rag_conversation(
  id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  user_id TEXT NOT NULL,                   -- '' where nobody was logged in
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL,
  messages INTEGER NOT NULL DEFAULT 0      -- turns it has
) WITHOUT ROWID;

CREATE INDEX rag_conversation_by_user ON rag_conversation(user_id, updated_ms, id);

CREATE TABLE rag_message(
  conversation_id TEXT NOT NULL REFERENCES rag_conversation(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,               -- counts from 1 within its conversation
  id TEXT NOT NULL,
  query_id TEXT NOT NULL,
  question TEXT NOT NULL,
  answer TEXT NOT NULL,
  answer_json TEXT NOT NULL,               -- citations and sources as they were sent
  at_ms INTEGER NOT NULL,
  PRIMARY KEY(conversation_id, position)
) WITHOUT ROWID;
