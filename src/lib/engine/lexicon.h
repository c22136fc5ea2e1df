/* lexicon.h - numbers for the distinct texts of a load, and their order once all are known. */
#ifndef ANC_ENGINE_LEXICON_H
#define ANC_ENGINE_LEXICON_H

#include "block.h"

typedef struct eng_entry {
    size_t at;           /* byte of texts */
    size_t last_row;     /* the caller's */
    uint32_t last_chunk; /* the caller's; UINT32_MAX at first */
    uint32_t n;          /* the caller's: how many rows name it */
    uint32_t len;
    uint32_t reserved;
} eng_entry;

/* Where a text may be: open addressing, half full at most. */
typedef struct eng_lexicon_slot {
    uint32_t hash;
    uint32_t number; /* + 1; 0: free */
} eng_lexicon_slot;

/* Zeroed it is empty; eng_lexicon_done frees it. */
typedef struct eng_lexicon {
    eng_lexicon_slot *slots; /* owned [n_slots] */
    size_t n_slots;          /* 0, or a power of two */
    ENG_ARRAY(eng_entry) entries;
    ENG_ARRAY(char) texts;
} eng_lexicon;

void eng_lexicon_done(eng_lexicon *lexicon);

/* The number of `text`, given when it is new; false when memory is out. Entry i has number i. */
bool eng_lexicon_number(eng_lexicon *lexicon, anc_str text, uint32_t *ret) ANC_MUST_CHECK;

static inline anc_str eng_lexicon_text(const eng_lexicon *lexicon, uint32_t number)
{
    const eng_entry *e = &lexicon->entries.ptr[number];
    return (anc_str){lexicon->texts.ptr + e->at, e->len};
}

/* The numbers of all entries, ascending by text: [entries] in an array that the caller frees. NULL when memory is out.
 */
uint32_t *eng_lexicon_sorted(const eng_lexicon *lexicon) ANC_MUST_CHECK;

/* The first bytes of a text as a number: of two texts whose heads differ, the lesser one has the lesser head. */
static inline uint64_t eng_text_head(anc_str text)
{
    uint64_t head = 0;
    for (size_t i = 0; i < sizeof head; i++)
        head = head << 8 | (i < text.len ? (unsigned char)text.ptr[i] : 0);
    return head;
}

#endif
