/* prompt.h - the messages that a language model gets for one question.
 *
 * Passages are data. Each stands between a line `<<<passage F n` and a line `>>>passage F`, where F
 * is a fence of random characters made for this turn: a document cannot close it, because it was
 * written before the fence was drawn, and rag_prompt_fence_fits refuses one that stands in a text by
 * chance. The instructions name the fence and say that nothing inside is an instruction.
 */
#ifndef ANC_RAG_DOMAIN_PROMPT_H
#define ANC_RAG_DOMAIN_PROMPT_H

#include "base/arena.h"
#include "rag/domain/passage.h"

enum { RAG_FENCE_CHARS = 16, RAG_PROMPT_MAX_BYTES = 4 << 20 };

typedef struct rag_exchange {
    anc_str question, answer;
} rag_exchange;

typedef enum rag_role { RAG_SYSTEM, RAG_USER, RAG_ASSISTANT } rag_role;

typedef struct rag_prompt_message {
    rag_role role;
    anc_str text;
} rag_prompt_message;

typedef struct rag_prompt {
    const rag_prompt_message *messages; /* [n]: system, the history in turns, the question */
    size_t n;
    uint32_t tokens; /* estimated */
    anc_str fence;
} rag_prompt;

typedef struct rag_prompt_parts {
    anc_str instructions; /* the system prompt; empty: rag_instructions */
    anc_str layout;       /* of the last message; empty: rag_layout */
    anc_str fence;        /* RAG_FENCE_CHARS of [0-9a-z], chosen at random for this turn */
    const rag_passage *passages;
    size_t n_passages;
    const rag_exchange *history; /* [n_history], oldest first */
    size_t n_history;
    anc_str question;
} rag_prompt_parts;

extern const anc_str rag_instructions;
extern const anc_str rag_layout; /* has {passages} and {question} once each */

/* OK when `layout` has {passages} and {question} exactly once each and no other name in braces;
 * INVALID says what is wrong. */
anc_status rag_prompt_layout_check(anc_str layout, anc_err *err) ANC_MUST_CHECK;

/* Whether `fence` stands nowhere in what will be put between fences, or beside them. */
bool rag_prompt_fence_fits(const rag_prompt_parts *parts);

/* Whether an answer says again what only the instructions have: the fence, or a rule of the built-in
 * ones. What stands before byte `from` of `text` was looked at already. */
bool rag_prompt_echoed(const rag_prompt *prompt, anc_str text, size_t from);

/* Renders into `mem`. The layout has been checked and the fence fits. LIMIT past
 * RAG_PROMPT_MAX_BYTES or the arena's ceiling; NO_MEMORY. */
anc_status rag_prompt_render(anc_arena *mem, const rag_prompt_parts *parts, rag_prompt *ret,
                             anc_err *err) ANC_MUST_CHECK;

#endif
