-- Texts of documents are not kept with turns: places are, and the text is fetched when a turn is read.
-- An answer of before is shown as long as what it cites is there.

UPDATE rag_message SET answer_json = json_set(answer_json,
  '$.citations', json((SELECT json_group_array(json(json_remove(e.value, '$.quote')))
                       FROM json_each(answer_json, '$.citations') e)),
  '$.sources', json((SELECT json_group_array(json(json_remove(e.value, '$.text', '$.title', '$.uri', '$.heading')))
                     FROM json_each(answer_json, '$.sources') e)))
WHERE json_valid(answer_json) AND json_type(answer_json, '$.sources') = 'array';
