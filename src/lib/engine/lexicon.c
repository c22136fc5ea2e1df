/* lexicon.c - texts numbered as they come, ranked at the end. */
#include "lexicon.h"

#include <stdlib.h>
#include <string.h>

void eng_lexicon_done(eng_lexicon *lexicon)
{
    anc_map_free(lexicon->numbers);
    free(lexicon->entries.ptr);
    free(lexicon->texts.ptr);
    *lexicon = (eng_lexicon){0};
}

static bool add(eng_lexicon *lexicon, anc_str text)
{
    const uint64_t number = lexicon->entries.n;
    if (!ENG_ROOM(lexicon->entries, 1) || !ENG_ROOM(lexicon->texts, text.len) ||
        !anc_map_put(lexicon->numbers, text, number))
        return false;
    lexicon->entries.ptr[lexicon->entries.n++] = (eng_entry){.at = lexicon->texts.n,
                                                             .len = (uint32_t)text.len,
                                                             .number = (uint32_t)number,
                                                             .last_chunk = UINT32_MAX};
    memcpy(lexicon->texts.ptr + lexicon->texts.n, text.ptr, text.len);
    lexicon->texts.n += text.len;
    return true;
}

bool eng_lexicon_number(eng_lexicon *lexicon, anc_str text, uint32_t *ret)
{
    uint64_t number;
    if (lexicon->numbers == NULL)
        lexicon->numbers = anc_map_new();
    if (lexicon->numbers == NULL)
        return false;
    if (!anc_map_find(lexicon->numbers, text, &number)) {
        number = lexicon->entries.n;
        if (!add(lexicon, text))
            return false;
    }
    *ret = (uint32_t)number;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return anc_str_cmp(((const eng_entry *)a)->text, ((const eng_entry *)b)->text);
}

void eng_lexicon_sort(eng_lexicon *lexicon)
{
    for (size_t i = 0; i < lexicon->entries.n; i++) {
        eng_entry *e = &lexicon->entries.ptr[i];
        e->text = (anc_str){lexicon->texts.ptr + e->at, e->len};
    }
    if (lexicon->entries.n > 0)
        qsort(lexicon->entries.ptr, lexicon->entries.n, sizeof *lexicon->entries.ptr, by_text);
}

uint32_t *eng_lexicon_order(const eng_lexicon *lexicon, const void *number_at, size_t stride,
                            size_t n_rows)
{
    size_t *starts = malloc((lexicon->entries.n + 1) * sizeof *starts);
    uint32_t *order = malloc((n_rows + 1) * sizeof *order);
    if (starts == NULL || order == NULL) {
        free(starts);
        free(order);
        return NULL;
    }
    size_t at = 0;
    for (size_t i = 0; i < lexicon->entries.n; i++) {
        starts[lexicon->entries.ptr[i].number] = at;
        at += lexicon->entries.ptr[i].n;
    }
    for (size_t i = 0; i < n_rows; i++) {
        uint32_t number;
        memcpy(&number, (const char *)number_at + i * stride, sizeof number);
        order[starts[number]++] = (uint32_t)i;
    }
    free(starts);
    return order;
}
