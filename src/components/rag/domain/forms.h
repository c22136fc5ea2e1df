/* forms.h - English words that change within ("lost" of "lose", "won" of "win"), which a stemmer cannot know.
 *
 * Words of two meanings stand in none ("left", "saw", "lay"). "found" is of "find", so that what was founded was not found.
 */
#ifndef ANC_RAG_DOMAIN_FORMS_H
#define ANC_RAG_DOMAIN_FORMS_H

#include "base/base.h"

/* The word that `word` is a form of, as the English stemmer leaves it ("begin" of "began"); empty: none is known. */
anc_str rag_form_of(anc_str word);

#endif
