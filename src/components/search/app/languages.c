/* languages.c - which language a text is analysed in.
 *
 * A word only meets its stem when question and document are read in the same language. A short
 * question says little about its language, its collection says much: where nearly all documents are
 * in one, the question is read in it.
 */
#include "base/str.h"
#include "service_impl.h"

srch_languages srch_languages_of(srch_index index, anc_str collection)
{
    srch_languages l;
    index.ops->languages(index.self, collection, l.documents);
    return l;
}

typedef struct census {
    uint64_t total, most;
    txt_language frequent;
} census;

static census count(const srch_languages *languages)
{
    census c = {.frequent = TXT_EN};
    for (int l = TXT_UND + 1; l < TXT_LANGUAGE_COUNT; l++) {
        const uint64_t n = languages->documents[l];
        c.total += n;
        if (n > c.most) {
            c.most = n;
            c.frequent = (txt_language)l;
        }
    }
    return c;
}

txt_language srch_language_of(const srch_languages *languages, txt_language declared, anc_str text)
{
    enum { NEARLY_ALL_PERCENT = 95 };
    if (declared != TXT_UND)
        return declared;
    const census c = count(languages);
    if (c.most * 100 >= c.total * NEARLY_ALL_PERCENT && c.total > 0)
        return c.frequent;
    const txt_language seems = txt_language_detect(text);
    if (seems == TXT_UND || c.total == 0)
        return seems == TXT_UND ? c.frequent : seems;
    return languages->documents[seems] > 0 ? seems : c.frequent;
}

size_t srch_languages_in(const srch_languages *languages, txt_language first,
                         txt_language ret[TXT_LANGUAGE_COUNT])
{
    size_t n = 0;
    ret[n++] = first;
    for (int l = TXT_UND; l < TXT_LANGUAGE_COUNT; l++)
        if (l != (int)first && languages->documents[l] > 0)
            ret[n++] = (txt_language)l;
    return n;
}
