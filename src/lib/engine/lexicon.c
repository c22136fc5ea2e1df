/* lexicon.c - texts numbered as they come, ranked at the end. */
#include "lexicon.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "os/clock.h"

enum { FIRST_SLOTS = 64 };

void eng_lexicon_done(eng_lexicon *lexicon)
{
    free(lexicon->slots);
    free(lexicon->entries.ptr);
    free(lexicon->texts.ptr);
    *lexicon = (eng_lexicon){0};
}

/* Of this process, so that nobody can write words that all fall into one slot. */
static uint64_t start;

static void choose_start(void)
{
    os_random(&start, sizeof start);
}

/* Both halves of a product, folded. */
static uint64_t mix(uint64_t h, uint64_t word)
{
    __extension__ const unsigned __int128 product =
        (unsigned __int128)(h ^ word) * UINT64_C(0xFF51AFD7ED558CCD);
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time, the last eight once more where they are not a whole step. */
eng_lexicon_key eng_lexicon_key_of(anc_str text)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, choose_start);
    const uint64_t head = eng_text_head(text);
    uint64_t h = mix(start ^ text.len, head), word;
    for (size_t at = sizeof word; at < text.len; at += sizeof word) {
        const size_t from = at + sizeof word <= text.len ? at : text.len - sizeof word;
        memcpy(&word, text.ptr + from, sizeof word);
        h = mix(h, word);
    }
    return (eng_lexicon_key){text, head, (uint32_t)(mix(h, start) >> 16)};
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

static bool add(eng_lexicon *lexicon, const eng_lexicon_key *key)
{
    const anc_str text = key->text;
    if (!ENG_ROOM(lexicon->entries, 1) || !ENG_ROOM(lexicon->texts, text.len))
        return false;
    lexicon->entries.ptr[lexicon->entries.n++] = (eng_entry){.head = key->head,
                                                             .at = lexicon->texts.n,
                                                             .len = (uint32_t)text.len,
                                                             .last_chunk = UINT32_MAX};
    if (text.len > 0)
        memcpy(lexicon->texts.ptr + lexicon->texts.n, text.ptr, text.len);
    lexicon->texts.n += text.len;
    return true;
}

static bool is_it(const eng_lexicon *lexicon, const eng_entry *entry, const eng_lexicon_key *key)
{
    const size_t len = key->text.len, known = sizeof entry->head;
    return entry->head == key->head && entry->len == len &&
           (len <= known || memcmp(lexicon->texts.ptr + entry->at + known, key->text.ptr + known,
                                   len - known) == 0);
}

bool eng_lexicon_number(eng_lexicon *lexicon, const eng_lexicon_key *key, uint32_t *ret)
{
    if (lexicon->entries.n * 2 >= lexicon->n_slots && !grow(lexicon))
        return false;
    const size_t mask = lexicon->n_slots - 1;
    for (size_t at = key->hash & mask;; at = (at + 1) & mask) {
        eng_lexicon_slot *slot = &lexicon->slots[at];
        if (slot->number == 0) {
            if (!add(lexicon, key))
                return false;
            *slot = (eng_lexicon_slot){key->hash, (uint32_t)lexicon->entries.n};
        } else if (slot->hash != key->hash ||
                   !is_it(lexicon, &lexicon->entries.ptr[slot->number - 1], key)) {
            continue;
        }
        *ret = slot->number - 1;
        return true;
    }
}

/* ---- order ------------------------------------------------------------------------------------ */

typedef struct ranked {
    uint64_t head;
    uint32_t number;
} ranked;

/* Ascending by head, those of one head in their order: byte after byte from the last one. `spare` has room for as many.
 */
static void sort_by_head(ranked *rows, ranked *spare, size_t n)
{
    enum { DIGITS = 256, DIGIT_BITS = 8 };
    for (unsigned shift = 0; shift < 64; shift += DIGIT_BITS) {
        size_t at[DIGITS] = {0}, sum = 0;
        for (size_t i = 0; i < n; i++)
            at[rows[i].head >> shift & (DIGITS - 1)]++;
        for (size_t d = 0; d < DIGITS; d++) {
            const size_t count = at[d];
            at[d] = sum;
            sum += count;
        }
        for (size_t i = 0; i < n; i++)
            spare[at[rows[i].head >> shift & (DIGITS - 1)]++] = rows[i];
        ranked *const swap = rows;
        rows = spare;
        spare = swap;
    }
}

static int by_text(const void *a, const void *b, void *arg)
{
    const ranked *x = a, *y = b;
    return anc_str_cmp(eng_lexicon_text(arg, x->number), eng_lexicon_text(arg, y->number));
}

/* Rows that share a head are few and next to each other. */
static void sort_rest(const eng_lexicon *lexicon, ranked *rows, size_t n)
{
    for (size_t from = 0, to; from < n; from = to) {
        for (to = from + 1; to < n && rows[to].head == rows[from].head; to++)
            continue;
        if (to - from > 1)
            qsort_r(rows + from, to - from, sizeof *rows, by_text, (void *)(uintptr_t)lexicon);
    }
}

static int by_head(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    return (x->head > y->head) - (x->head < y->head);
}

uint32_t *eng_lexicon_sorted(const eng_lexicon *lexicon)
{
    enum { FEW = 256 };
    const size_t n = lexicon->entries.n;
    ranked *rows = malloc((n + 1) * sizeof *rows), *spare = malloc((n + 1) * sizeof *rows);
    uint32_t *numbers = malloc((n + 1) * sizeof *numbers);
    if (rows != NULL && spare != NULL && numbers != NULL) {
        for (uint32_t i = 0; i < n; i++)
            rows[i] = (ranked){lexicon->entries.ptr[i].head, i};
        if (n > FEW)
            sort_by_head(rows, spare, n); /* an even number of passes: back in its place */
        else
            qsort(rows, n, sizeof *rows, by_head);
        sort_rest(lexicon, rows, n);
        for (size_t i = 0; i < n; i++)
            numbers[i] = rows[i].number;
    } else {
        free(numbers);
        numbers = NULL;
    }
    free(rows);
    free(spare);
    return numbers;
}
