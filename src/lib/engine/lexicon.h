/* lexicon.h - numbers for the distinct texts of a load, and their order once all are known. */
#ifndef ANC_ENGINE_LEXICON_H
#define ANC_ENGINE_LEXICON_H

#include "block.h"

typedef struct eng_entry {
    anc_str text; /* set by eng_lexicon_sort, when the texts no longer move */
    size_t at;    /* byte of texts */
    uint32_t len;
    uint32_t number;
    uint32_t last_chunk; /* the caller's; UINT32_MAX at first */
    uint32_t n;          /* the caller's: how many rows name it */
    size_t last_row;     /* the caller's */
} eng_entry;

/* Zeroed it is empty; eng_lexicon_done frees it. */
typedef struct eng_lexicon {
    anc_map *numbers; /* owned: text to number; NULL while it is empty */
    ENG_ARRAY(eng_entry) entries;
    ENG_ARRAY(char) texts;
} eng_lexicon;

void eng_lexicon_done(eng_lexicon *lexicon);

/* The number of `text`, given when it is new; false when memory is out. Entry i has number i until
 * the entries are sorted. */
bool eng_lexicon_number(eng_lexicon *lexicon, anc_str text, uint32_t *ret) ANC_MUST_CHECK;

/* Entries ascending by text. Nothing may be added any more. */
void eng_lexicon_sort(eng_lexicon *lexicon);

/* Rows sorted by the text that they name, those of one text in their order: `order` [n_rows] gets row
 * numbers. `number_at` is the first row's number of an entry, `stride` bytes to the next one's. NULL
 * when memory is out; the caller frees it. After eng_lexicon_sort. */
uint32_t *eng_lexicon_order(const eng_lexicon *lexicon, const void *number_at, size_t stride,
                            size_t n_rows) ANC_MUST_CHECK;

#endif
