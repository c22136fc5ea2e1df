/* excluded.c - see excluded.h. */
#include "rag/domain/excluded.h"

#include "base/str.h"
#include "rag/domain/contrasts.h"

bool rag_find_excluded(const rag_spoken *part, rag_run bare, const rag_spoken *before, rag_run *ret)
{
    size_t content = 0;
    for (size_t p = bare.first; p < bare.last; p++)
        content += rag_spoken_is_noun(part, p);
    for (size_t p = bare.first; content == 1 && p < bare.last; p++) {
        const rag_contrast said = rag_contrast_of(rag_spoken_word(part, p));
        for (size_t i = before->words.n; i-- > 0;) {
            const rag_contrast other = rag_contrast_of(rag_spoken_word(before, i));
            if (!rag_contrast_excludes(&said, &other) || before->words.items[i].stop)
                continue;
            *ret = (rag_run){i, i + 1};
            return true;
        }
    }
    return false;
}

/* Bytes [from, to) of the question give way to `first`, and `second` behind a blank where there is one. */
static anc_status put(anc_arena *mem, const rag_spoken *before, uint32_t from, uint32_t to,
                      anc_str first, anc_str second, anc_str *ret, anc_err *err)
{
    const bool both = first.len > 0 && second.len > 0;
    *ret = anc_arena_printf(mem, "%.*s%.*s%s%.*s%.*s", ANC_FMT(anc_str_sub(before->text, 0, from)),
                            ANC_FMT(first), both ? " " : "", ANC_FMT(second),
                            ANC_FMT(anc_str_sub(before->text, to, before->text.len)));
    return ret->ptr != NULL ? ANC_OK
                            : ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
}

static bool begins_with_vowel(anc_str word)
{
    return word.len > 0 && anc_str_find(ANC_STR("aeiouAEIOU"), anc_str_sub(word, 0, 1)) != SIZE_MAX;
}

/* "A ticket for children" for "an adult ticket": the part says of the thing what the word did that goes, which stands
 * before it or behind it. */
static anc_status put_for_modifier(anc_arena *mem, anc_str part, const rag_spoken *before,
                                   size_t old, anc_str *ret, anc_err *err)
{
    const rag_word *w = before->words.items;
    const bool ahead = rag_spoken_joined(before, old) && rag_spoken_is_noun(before, old + 1);
    const anc_str noun = ahead ? rag_spoken_word(before, old + 1) : ANC_STR("");
    const bool an = ahead && old > 0 && !begins_with_vowel(noun) &&
                    anc_str_eq_nocase(rag_spoken_word(before, old - 1), ANC_STR("an"));
    if (!an)
        return put(mem, before, w[old].start, w[old + ahead].end, noun, part, ret, err);
    const anc_str with_article = anc_arena_printf(mem, "a %.*s", ANC_FMT(noun));
    if (with_article.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
    return put(mem, before, w[old - 1].start, w[old + 1].end, with_article, part, ret, err);
}

/* Where the articles before word `i` begin. */
static size_t behind_articles(const rag_spoken *s, size_t i)
{
    while (i > 0 && rag_spoken_is_article(s, i - 1) && !rag_spoken_is_preposition(s, i - 1))
        i--;
    return i;
}

anc_status rag_fill_excluded(anc_arena *mem, const rag_spoken *part, rag_run bare,
                             const rag_spoken *before, rag_run old, anc_str *ret, anc_err *err)
{
    const rag_word *w = before->words.items;
    const size_t at = behind_articles(before, old.first);
    const anc_str whole = rag_spoken_run(part, (rag_run){0, part->words.n});
    const bool preposition = rag_spoken_is_preposition(part, 0);
    if (!preposition && rag_spoken_is_article(part, 0) && at < old.first)
        return put(mem, before, w[at].start, w[old.last - 1].end, whole, ANC_STR(""), ret, err);
    if (!preposition)
        return put(mem, before, w[old.first].start, w[old.last - 1].end, rag_spoken_run(part, bare),
                   ANC_STR(""), ret, err);
    if (at > 0 && rag_spoken_is_preposition(before, at - 1))
        return put(mem, before, w[at - 1].start, w[old.last - 1].end, whole, ANC_STR(""), ret, err);
    return put_for_modifier(mem, whole, before, old.first, ret, err);
}
