/* lexicon.h - numbers for the distinct texts of a load, and their order once all are known. */
#ifndef ANC_ENGINE_LEXICON_H
#define ANC_ENGINE_LEXICON_H

#include <endian.h>
#include <string.h>

#include "block.h"

/* The first bytes of a text as a number, the rest 0: of two texts whose heads differ, the lesser one has the lesser
 * head. */
static inline uint64_t eng_text_head(anc_str text)
{
    const size_t n = text.len < sizeof(uint64_t) ? text.len : sizeof(uint64_t);
    uint64_t head = 0;
    uint32_t first, last;
    if (n == sizeof head) {
        memcpy(&head, text.ptr, sizeof head);
        return be64toh(head);
    }
    if (n >= sizeof first) { /* both ends; where they overlap they agree */
        memcpy(&first, text.ptr, sizeof first);
        memcpy(&last, text.ptr + n - sizeof last, sizeof last);
        return (uint64_t)be32toh(first) << 32 | (uint64_t)be32toh(last) << (8 * (8 - n));
    }
    for (size_t i = 0; i < n; i++)
        head |= (uint64_t)(unsigned char)text.ptr[i] << (56 - 8 * i);
    return head;
}

/* A text on its way into the lexicon. */
typedef struct eng_lexicon_key {
    anc_str text;
    uint64_t head;
    uint32_t hash;
} eng_lexicon_key;

eng_lexicon_key eng_lexicon_key_of(anc_str text);

typedef struct eng_entry {
    uint64_t head;       /* of its text */
    uint64_t at;         /* byte of texts */
    uint32_t len;        /* of the text */
    uint32_t last_chunk; /* the caller's; UINT32_MAX at first */
    uint32_t last_row;   /* the caller's */
    uint32_t n;          /* the caller's: how many rows name it */
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

/* The number of a text, given when it is new; false when memory is out. Entry i has number i. */
bool eng_lexicon_number(eng_lexicon *lexicon, const eng_lexicon_key *key,
                        uint32_t *ret) ANC_MUST_CHECK;

/* Has the cache fetch where the search for a key begins; then, once that is there, its entry. Inlined always: gcc takes
 * a function that only fetches for one without effect, and leaves calls of it out. */
static inline __attribute__((always_inline)) void eng_lexicon_fetch_slot(const eng_lexicon *lexicon,
                                                                         const eng_lexicon_key *key)
{
    if (lexicon->n_slots > 0)
        __builtin_prefetch(&lexicon->slots[key->hash & (lexicon->n_slots - 1)]);
}

static inline __attribute__((always_inline)) void
eng_lexicon_fetch_entry(const eng_lexicon *lexicon, const eng_lexicon_key *key)
{
    if (lexicon->n_slots == 0)
        return;
    const eng_lexicon_slot *slot = &lexicon->slots[key->hash & (lexicon->n_slots - 1)];
    if (slot->number != 0)
        __builtin_prefetch(&lexicon->entries.ptr[slot->number - 1], 1);
}

static inline anc_str eng_lexicon_text(const eng_lexicon *lexicon, uint32_t number)
{
    const eng_entry *e = &lexicon->entries.ptr[number];
    return (anc_str){lexicon->texts.ptr + e->at, e->len};
}

/* The numbers of all entries, ascending by text: [entries] in an array that the caller frees. NULL when memory is out.
 */
uint32_t *eng_lexicon_sorted(const eng_lexicon *lexicon) ANC_MUST_CHECK;

#endif
