/* lexicon.c - texts numbered as they come, ranked at the end. */
#include "lexicon.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 64 };

void eng_lexicon_done(eng_lexicon *lexicon)
{
    free(lexicon->slots);
    free(lexicon->entries.ptr);
    free(lexicon->texts.ptr);
    *lexicon = (eng_lexicon){0};
}

/* Eight bytes at a time; of words there are few that are longer. */
static uint32_t hash_of(anc_str text)
{
    const char *p = text.ptr;
    size_t left = text.len;
    uint64_t h = UINT64_C(0x9E3779B97F4A7C15) ^ left, word = 0;
    for (; left >= sizeof word; left -= sizeof word, p += sizeof word) {
        memcpy(&word, p, sizeof word);
        h = (h ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
        h ^= h >> 32;
    }
    word = 0;
    for (size_t i = 0; i < left; i++)
        word = word << 8 | (unsigned char)p[i];
    h = (h ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
    return (uint32_t)(h >> 32);
}

static bool grow(eng_lexicon *lexicon)
{
    const size_t n = lexicon->n_slots > 0 ? lexicon->n_slots * 4 : FIRST_SLOTS;
    eng_lexicon_slot *slots = calloc(n, sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < lexicon->n_slots; i++) {
        const eng_lexicon_slot *from = &lexicon->slots[i];
        size_t at = from->hash & (n - 1);
        while (from->number != 0 && slots[at].number != 0)
            at = (at + 1) & (n - 1);
        if (from->number != 0)
            slots[at] = *from;
    }
    free(lexicon->slots);
    lexicon->slots = slots;
    lexicon->n_slots = n;
    return true;
}

static bool add(eng_lexicon *lexicon, anc_str text)
{
    if (!ENG_ROOM(lexicon->entries, 1) || !ENG_ROOM(lexicon->texts, text.len))
        return false;
    lexicon->entries.ptr[lexicon->entries.n++] =
        (eng_entry){.at = lexicon->texts.n, .len = (uint32_t)text.len, .last_chunk = UINT32_MAX};
    if (text.len > 0)
        memcpy(lexicon->texts.ptr + lexicon->texts.n, text.ptr, text.len);
    lexicon->texts.n += text.len;
    return true;
}

bool eng_lexicon_number(eng_lexicon *lexicon, anc_str text, uint32_t *ret)
{
    if (lexicon->entries.n * 2 >= lexicon->n_slots && !grow(lexicon))
        return false;
    const uint32_t hash = hash_of(text);
    const size_t mask = lexicon->n_slots - 1;
    for (size_t at = hash & mask;; at = (at + 1) & mask) {
        eng_lexicon_slot *slot = &lexicon->slots[at];
        if (slot->number == 0) {
            if (!add(lexicon, text))
                return false;
            *slot = (eng_lexicon_slot){hash, (uint32_t)lexicon->entries.n};
        } else if (slot->hash != hash ||
                   !anc_str_eq(eng_lexicon_text(lexicon, slot->number - 1), text)) {
            continue;
        }
        *ret = slot->number - 1;
        return true;
    }
}

/* ---- order ------------------------------------------------------------------------------------ */

typedef struct ranked {
    uint64_t head;
    const char *ptr;
    uint32_t len;
    uint32_t number;
} ranked;

static int by_text(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    return anc_str_cmp((anc_str){x->ptr, x->len}, (anc_str){y->ptr, y->len});
}

uint32_t *eng_lexicon_sorted(const eng_lexicon *lexicon)
{
    const size_t n = lexicon->entries.n;
    ranked *rows = malloc((n + 1) * sizeof *rows);
    uint32_t *numbers = malloc((n + 1) * sizeof *numbers);
    if (rows == NULL || numbers == NULL) {
        free(rows);
        free(numbers);
        return NULL;
    }
    for (uint32_t i = 0; i < n; i++) {
        const anc_str text = eng_lexicon_text(lexicon, i);
        rows[i] = (ranked){eng_text_head(text), text.ptr, (uint32_t)text.len, i};
    }
    qsort(rows, n, sizeof *rows, by_text);
    for (size_t i = 0; i < n; i++)
        numbers[i] = rows[i].number;
    free(rows);
    return numbers;
}
