/* citations.c - from markers to quotes.
 *
 * The claim of a marker is the last sentence before it, back to the marker group before; markers that
 * stand side by side share one. A claim that the passage has word for word (white space apart) is
 * its own quote, which is how an extractive answer's quotes come out exact. Else the units of the
 * passage are compared with the claim by the weight of the words they share, and, where the claim
 * is in another language and shares nothing, with the question.
 *
 * A marker is taken out where the claim says much and its passage, in the same language, has none of it.
 */
#include "rag/domain/citations.h"

#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/markers.h"
#include "text/normalize.h"
#include "text/sentence.h"

enum { ANSWER_MAX_BYTES = 1 << 22, CLAIM_MAX_BYTES = 32 << 20, VERBATIM_MIN_BYTES = 8 };

enum { SAYS_MUCH = 4 }; /* content words of a claim */

static const double RETELLS = 0.5; /* share of an answer's words that makes a passage its source */

typedef struct checker {
    anc_arena *mem;
    anc_arena *scratch; /* for one claim after the other */
    anc_err *err;
    const rag_passage *passages;
    size_t n_passages;
    anc_str question;
    rag_units *units; /* [n_passages], cut when a passage is first looked into */
    rag_quote *quotes;
    size_t n;
} checker;

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Bytes of `text` from `at` that read as `part`, runs of white space being equal; 0: they do not. */
static size_t reads_as(anc_str text, size_t at, anc_str part)
{
    size_t i = at;
    size_t k = 0;
    while (k < part.len) {
        if (is_space(part.ptr[k])) {
            if (i >= text.len || !is_space(text.ptr[i]))
                return 0;
            while (k < part.len && is_space(part.ptr[k]))
                k++;
            while (i < text.len && is_space(text.ptr[i]))
                i++;
            continue;
        }
        if (i >= text.len || text.ptr[i] != part.ptr[k])
            return 0;
        i++;
        k++;
    }
    return i - at;
}

static bool find_verbatim(anc_str text, anc_str part, size_t *ret_start, size_t *ret_end)
{
    if (part.len < VERBATIM_MIN_BYTES)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        const size_t bytes = reads_as(text, i, part);
        if (bytes == 0)
            continue;
        *ret_start = i;
        *ret_end = i + bytes;
        return true;
    }
    return false;
}

/* What the marker at `at` follows: `ret_all` everything since `since`, `ret_last` its last sentence. */
static void claim_before(anc_str text, size_t since, size_t at, anc_str *ret_all, anc_str *ret_last)
{
    anc_str all = txt_trim(anc_str_sub(text, since, at - since));
    while (all.len > 0 && (all.ptr[0] == '.' || all.ptr[0] == ',' || all.ptr[0] == ';'))
        all = txt_trim(anc_str_sub(all, 1, all.len - 1));
    size_t cursor = 0;
    txt_span span = {0, all.len};
    txt_span next;
    while (txt_sentence_next(all, &cursor, &next))
        span = next;
    *ret_all = all;
    *ret_last = anc_str_sub(all, span.start, span.end - span.start);
}

/* The units of a passage, cut when it is first looked into, in its own language. */
static anc_status units_of(checker *c, uint32_t marker, txt_language *ret_language, rag_units **ret)
{
    const rag_passage *passage = &c->passages[marker - 1];
    *ret_language = txt_language_detect(passage->text);
    *ret = &c->units[marker - 1];
    if ((*ret)->words != NULL)
        return ANC_OK;
    return rag_units_cut(c->mem, passage, 1, *ret_language, *ret, c->err);
}

/* The unit of the marker's passage that shares most with `claim`; a little of the question decides
 * ties. */
static anc_status best_unit(checker *c, anc_str claim, rag_quote *ret)
{
    txt_language language;
    rag_units *units;
    rag_terms claimed;
    rag_terms asked;
    ANC_TRY(units_of(c, ret->marker, &language, &units));
    anc_arena_reset(c->scratch);
    ANC_TRY(rag_terms_of(c->scratch, claim, language, &claimed, c->err));
    ANC_TRY(rag_terms_of(c->scratch, c->question, language, &asked, c->err));
    rag_terms_weigh(&claimed, NULL, 0);
    rag_terms_weigh(&asked, NULL, 0);
    double best = -1;
    for (size_t i = 0; i < units->n; i++) {
        const rag_unit *u = &units->items[i];
        const rag_words words = units->words[0];
        double score =
            rag_terms_share(&claimed, rag_terms_in(&claimed, words, u->first, u->last)) +
            0.3 * rag_terms_share(&asked, rag_terms_in(&asked, words, u->first, u->last));
        if (u->kind != RAG_UNIT_PROSE)
            score *= 0.5;
        if (score > best) {
            best = score;
            ret->start = u->start;
            ret->end = u->end;
        }
    }
    return ANC_OK;
}

static void keep_quote(checker *c, rag_quote quote)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->quotes[i].marker == quote.marker && c->quotes[i].start == quote.start &&
            c->quotes[i].end == quote.end)
            return;
    c->quotes[c->n++] = quote;
}

/* What stands behind a heading or a question that leads a claim ("Winter: feed them."). */
static anc_str behind_lead(anc_str claim)
{
    const size_t colon = anc_str_find(claim, ANC_STR(": "));
    const size_t mark = anc_str_find(claim, ANC_STR("? "));
    const size_t at = colon < mark ? colon : mark;
    return at == SIZE_MAX ? ANC_STR("") : txt_trim(anc_str_sub(claim, at + 2, claim.len));
}

static anc_status add_quote(checker *c, uint32_t marker, anc_str all, anc_str last)
{
    const rag_passage *passage = &c->passages[marker - 1];
    rag_quote quote = {.marker = marker, .start = 0, .end = (uint32_t)passage->text.len};
    size_t start;
    size_t end;
    if (find_verbatim(passage->text, all, &start, &end) ||
        find_verbatim(passage->text, last, &start, &end) ||
        find_verbatim(passage->text, behind_lead(all), &start, &end)) {
        quote.start = (uint32_t)start;
        quote.end = (uint32_t)end;
    } else {
        ANC_TRY(best_unit(c, last, &quote));
    }
    if (quote.end > quote.start)
        keep_quote(c, quote);
    return ANC_OK;
}

/* Whether a claim that says much has nothing of the passage it names. */
static anc_status is_false(checker *c, uint32_t marker, anc_str claim, bool *ret)
{
    txt_language language;
    rag_units *units;
    rag_terms claimed;
    *ret = false;
    ANC_TRY(units_of(c, marker, &language, &units));
    if (language == TXT_UND || txt_language_detect(claim) != language)
        return ANC_OK;
    anc_arena_reset(c->scratch);
    ANC_TRY(rag_terms_of(c->scratch, claim, language, &claimed, c->err));
    const rag_passage *p = &c->passages[marker - 1];
    rag_words above[2];
    ANC_TRY(rag_words_of(c->scratch, p->title, language, &above[0], c->err));
    ANC_TRY(rag_words_of(c->scratch, p->heading, language, &above[1], c->err));
    *ret =
        claimed.n >= SAYS_MUCH && (rag_terms_in(&claimed, units->words[0], 0, units->words[0].n) |
                                   rag_terms_in(&claimed, above[0], 0, above[0].n) |
                                   rag_terms_in(&claimed, above[1], 0, above[1].n)) == 0;
    return ANC_OK;
}

/* Sets the numbers of false markers to 0; whether there is one. */
static anc_status find_false(checker *c, anc_str text, rag_markers *markers, bool *ret)
{
    anc_str all = ANC_STR_NONE;
    anc_str last = ANC_STR_NONE;
    size_t since = 0;
    *ret = false;
    for (size_t i = 0; i < markers->n; i++) {
        rag_marker *m = &markers->items[i];
        const size_t start = m->start > since ? m->start : since;
        bool wrong;
        if (i == 0 || txt_trim(anc_str_sub(text, since, start - since)).len > 0)
            claim_before(text, since, m->start, &all, &last);
        since = m->end;
        ANC_TRY(is_false(c, m->number, all, &wrong));
        if (wrong)
            m->number = 0;
        *ret |= wrong;
    }
    return ANC_OK;
}

static anc_status add_all(checker *c, anc_str text, const rag_markers *markers)
{
    anc_str all = ANC_STR_NONE;
    anc_str last = ANC_STR_NONE;
    size_t since = 0;
    for (size_t i = 0; i < markers->n; i++) {
        const rag_marker *m = &markers->items[i];
        const bool beside =
            i > 0 &&
            txt_trim(anc_str_sub(text, since, m->start > since ? m->start - since : 0)).len == 0;
        if (!beside)
            claim_before(text, since, m->start, &all, &last);
        since = m->end;
        ANC_TRY(add_quote(c, m->number, all, last));
    }
    return ANC_OK;
}

/* The passage that the unmarked answer retells, or n_passages. */
static anc_status find_retold(checker *c, anc_str answer, size_t *ret)
{
    double best = RETELLS;
    *ret = c->n_passages;
    for (size_t i = 0; i < c->n_passages; i++) {
        const txt_language language = txt_language_detect(c->passages[i].text);
        rag_terms told;
        rag_words words;
        anc_arena_reset(c->scratch);
        ANC_TRY(rag_terms_of(c->scratch, answer, language, &told, c->err));
        ANC_TRY(rag_words_of(c->scratch, c->passages[i].text, language, &words, c->err));
        rag_terms_weigh(&told, NULL, 0);
        const double share = rag_terms_share(&told, rag_terms_in(&told, words, 0, words.n));
        if (share > best) {
            best = share;
            *ret = i;
        }
    }
    return ANC_OK;
}

static anc_status mark_retold(checker *c, anc_buf *text, rag_markers *markers)
{
    size_t passage;
    if (txt_trim(anc_buf_view(text)).len == 0)
        return ANC_OK;
    ANC_TRY(find_retold(c, anc_buf_view(text), &passage));
    if (passage == c->n_passages)
        return ANC_OK;
    anc_buf_add_char(text, ' ');
    markers->items[0] = (rag_marker){.number = (uint32_t)passage + 1, .start = (uint32_t)text->len};
    anc_buf_printf(text, "[%zu]", passage + 1);
    markers->items[0].end = (uint32_t)text->len;
    markers->n = 1;
    return ANC_OK;
}

anc_status rag_citations_check(anc_arena *mem, anc_str answer, anc_str question,
                               const rag_passage *passages, size_t n, rag_checked *ret,
                               anc_err *err)
{
    ANC_BUF(text, ANSWER_MAX_BYTES);
    ANC_ARENA(scratch, CLAIM_MAX_BYTES);
    rag_markers markers;
    if (scratch == NULL)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for citations");
    checker c = {.mem = mem,
                 .scratch = scratch,
                 .err = err,
                 .passages = passages,
                 .n_passages = n,
                 .question = question,
                 .units = anc_arena_alloc(mem, n, sizeof *c.units),
                 .quotes = anc_arena_alloc(mem, RAG_MARKERS_MAX, sizeof *c.quotes)};
    if (c.units == NULL || c.quotes == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for citations");
    rag_markers_clean(answer, n, &text, &markers);
    if (markers.n == 0 && n > 0)
        ANC_TRY(mark_retold(&c, &text, &markers));
    ANC_TRY(anc_buf_status(&text, "answer", err));
    bool wrong;
    ANC_TRY(find_false(&c, anc_buf_view(&text), &markers, &wrong));
    if (wrong) {
        ANC_BUF(without, ANSWER_MAX_BYTES);
        rag_markers_drop(anc_buf_view(&text), &markers, &without);
        anc_buf_clear(&text);
        rag_markers_clean(anc_buf_view(&without), n, &text, &markers);
        ANC_TRY(anc_buf_status(&text, "answer", err));
    }
    const anc_str kept = anc_arena_copy(mem, anc_buf_view(&text));
    if (kept.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for an answer of %zu bytes",
                        text.len);
    ANC_TRY(add_all(&c, kept, &markers));
    *ret = (rag_checked){kept, c.quotes, c.n};
    return ANC_OK;
}
