/* key_phrases.h - what a text is about, by rule: the phrases between its function words.
 *
 * A run is one to eight words that no function word, sign or line break interrupts; phrases are its parts
 * of up to four. A word weighs by how many words it stands together with, over how often it occurs; a
 * phrase weighs by the sum of its words and by how often it occurs (after Rose and others, "Automatic
 * Keyword Extraction", 2010). What occurs once counts only where little occurs twice, and of phrases
 * that contain each other one is taken.
 */
#ifndef ANC_KNOWLEDGE_DOMAIN_KEY_PHRASES_H
#define ANC_KNOWLEDGE_DOMAIN_KEY_PHRASES_H

#include "base/arena.h"
#include "base/status.h"
#include "text/language.h"

enum { KNO_KEY_PHRASES = 8, KNO_KEY_PHRASE_TEXT = 256 << 10 /* bytes of a text that are read */ };

/* At most KNO_KEY_PHRASES phrases, case folded, the best first; in `mem`, which also holds a few times
 * the text while it is read. NO_MEMORY, LIMIT. */
anc_status kno_key_phrases(anc_arena *mem, anc_str text, txt_language language, anc_str **ret,
                           size_t *ret_n, anc_err *err) ANC_MUST_CHECK;

#endif
