/* languages.c - which language a text is analysed in.
 *
 * A word only meets its stem when question and document are read in the same language. A short
 * question says little about its language, its collection says much: where nearly all documents are
 * in one, the question is read in it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "service_impl.h"

srch_languages *srch_languages_get(srch_service *srch, anc_str collection, bool make)
{
    srch_languages *head = atomic_load_explicit(&srch->languages, memory_order_acquire);
    for (srch_languages *row = head; row != NULL; row = row->next)
        if (anc_str_eq((anc_str){row->name, row->len}, collection))
            return row;
    if (!make)
        return NULL;
    srch_languages *row = calloc(1, sizeof *row + collection.len + 1);
    if (row == NULL)
        return NULL;
    memcpy(row->name, collection.ptr, collection.len);
    row->len = collection.len;
    row->next = head;
    atomic_store_explicit(&srch->languages, row, memory_order_release);
    return row;
}

typedef struct census {
    uint64_t total, most;
    txt_language frequent;
} census;

static census count(const srch_languages *row)
{
    census c = {.frequent = TXT_EN};
    for (int l = TXT_UND + 1; row != NULL && l < TXT_LANGUAGE_COUNT; l++) {
        const uint64_t n = atomic_load_explicit(&row->documents[l], memory_order_relaxed);
        c.total += n;
        if (n > c.most) {
            c.most = n;
            c.frequent = (txt_language)l;
        }
    }
    return c;
}

txt_language srch_language_of(const srch_languages *row, txt_language declared, anc_str text)
{
    enum { NEARLY_ALL_PERCENT = 95 };
    if (declared != TXT_UND)
        return declared;
    const census c = count(row);
    if (c.most * 100 >= c.total * NEARLY_ALL_PERCENT && c.total > 0)
        return c.frequent;
    const txt_language seems = txt_language_detect(text);
    if (seems == TXT_UND || c.total == 0)
        return seems == TXT_UND ? c.frequent : seems;
    return atomic_load_explicit(&row->documents[seems], memory_order_relaxed) > 0 ? seems
                                                                                  : c.frequent;
}

size_t srch_languages_in(const srch_languages *row, txt_language first,
                         txt_language ret[TXT_LANGUAGE_COUNT])
{
    size_t n = 0;
    ret[n++] = first;
    for (int l = TXT_UND; row != NULL && l < TXT_LANGUAGE_COUNT; l++)
        if (l != (int)first && atomic_load_explicit(&row->documents[l], memory_order_relaxed) > 0)
            ret[n++] = (txt_language)l;
    return n;
}
