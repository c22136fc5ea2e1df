/* followup.c - rules for questions that lean on earlier ones.
 *
 * A pronoun alone proves nothing ("how long does it take to…"), so it counts only where few other
 * words are there to search for. Being wrong costs little: the added words join a query whose own
 * words still lead.
 */
#include "rag/domain/followup.h"

#include "base/str.h"
#include "rag/domain/words.h"
#include "text/normalize.h"

enum { FEW_WORDS = 3, LEANS_BACK_MAX = 2, QUERY_MAX_BYTES = 1 << 16 };

static const anc_str openings[] = {
    ANC_STR_INIT("and "),       ANC_STR_INIT("or "),       ANC_STR_INIT("but "),
    ANC_STR_INIT("what about"), ANC_STR_INIT("how about"), ANC_STR_INIT("what else"),
    ANC_STR_INIT("et "),        ANC_STR_INIT("ou "),       ANC_STR_INIT("mais "),
    ANC_STR_INIT("qu'en est"),  ANC_STR_INIT("qu’en est"), ANC_STR_INIT("quoi d'autre"),
};

static const anc_str pronouns[] = {
    ANC_STR_INIT("it"),    ANC_STR_INIT("its"),   ANC_STR_INIT("they"),  ANC_STR_INIT("them"),
    ANC_STR_INIT("their"), ANC_STR_INIT("he"),    ANC_STR_INIT("him"),   ANC_STR_INIT("his"),
    ANC_STR_INIT("she"),   ANC_STR_INIT("her"),   ANC_STR_INIT("this"),  ANC_STR_INIT("that"),
    ANC_STR_INIT("these"), ANC_STR_INIT("those"), ANC_STR_INIT("one"),   ANC_STR_INIT("there"),
    ANC_STR_INIT("il"),    ANC_STR_INIT("ils"),   ANC_STR_INIT("elle"),  ANC_STR_INIT("elles"),
    ANC_STR_INIT("lui"),   ANC_STR_INIT("leur"),  ANC_STR_INIT("leurs"), ANC_STR_INIT("son"),
    ANC_STR_INIT("sa"),    ANC_STR_INIT("ses"),   ANC_STR_INIT("celui"), ANC_STR_INIT("celle"),
    ANC_STR_INIT("ceux"),  ANC_STR_INIT("cela"),  ANC_STR_INIT("ça"),    ANC_STR_INIT("y"),
    ANC_STR_INIT("en"),
};

static bool opens_like_one(anc_str question)
{
    for (size_t i = 0; i < ANC_COUNT(openings); i++)
        if (anc_str_eq_nocase(anc_str_sub(question, 0, openings[i].len), openings[i]))
            return true;
    return false;
}

static bool is_pronoun(anc_str word)
{
    for (size_t i = 0; i < ANC_COUNT(pronouns); i++)
        if (anc_str_eq_nocase(word, pronouns[i]))
            return true;
    return false;
}

/* "Y a-t-il…", "il y a": a French way to say that something is there, no pronoun to look up. */
static bool is_there_is(anc_str question)
{
    return anc_str_find(question, ANC_STR("a-t-il")) != SIZE_MAX ||
           anc_str_find(question, ANC_STR("il y a")) != SIZE_MAX;
}

bool rag_question_leans(anc_arena *mem, anc_str question)
{
    const anc_str text = txt_trim(question);
    rag_words words;
    if (opens_like_one(text))
        return true;
    if (is_there_is(text))
        return false;
    if (rag_words_of(mem, text, txt_language_detect(text), &words, NULL) != ANC_OK)
        return false;
    size_t content = 0;
    bool pronoun = false;
    for (size_t i = 0; i < words.n; i++) {
        const rag_word *w = &words.items[i];
        if (w->whole)
            continue;
        if (is_pronoun(anc_str_sub(text, w->start, w->end - w->start)))
            pronoun = true;
        else
            content += !w->stop;
    }
    return pronoun && content <= FEW_WORDS;
}

static anc_status add_content_words(anc_arena *mem, anc_buf *out, anc_str question, anc_err *err)
{
    rag_words words;
    ANC_TRY(rag_words_of(mem, question, txt_language_detect(question), &words, err));
    uint32_t end = 0;
    for (size_t i = 0; i < words.n; i++) {
        const rag_word *w = &words.items[i];
        if (w->stop || w->start < end)
            continue;
        anc_buf_add_char(out, ' ');
        anc_buf_add(out, anc_str_sub(question, w->start, w->end - w->start));
        end = w->end;
    }
    return ANC_OK;
}

anc_status rag_retrieval_query(anc_arena *mem, anc_str question, const rag_exchange *history,
                               size_t n, anc_str *ret, anc_err *err)
{
    ANC_BUF(out, QUERY_MAX_BYTES);
    anc_str leaning = question;
    anc_buf_add(&out, question);
    for (size_t back = 0; back < LEANS_BACK_MAX && back < n; back++) {
        if (!rag_question_leans(mem, leaning))
            break;
        leaning = history[n - 1 - back].question;
        ANC_TRY(add_content_words(mem, &out, leaning, err));
    }
    if (out.len == question.len) {
        *ret = question;
        return ANC_OK;
    }
    ANC_TRY(anc_buf_status(&out, "query", err));
    const anc_str query = anc_arena_copy(mem, anc_buf_view(&out));
    if (query.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a query of %zu bytes", out.len);
    *ret = query;
    return ANC_OK;
}
