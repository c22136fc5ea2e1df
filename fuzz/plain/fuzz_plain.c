/* fuzz_plain.c - any bytes read as plain text, and each block taken through sentences, terms and the
 * language guess. */
#include <stdlib.h>

#include "base/utf8.h"
#include "parse/parse.h"
#include "text/analyze.h"
#include "text/language.h"
#include "text/sentence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_sentences(anc_str text)
{
    size_t cursor = 0, end = 0;
    txt_span s;
    while (txt_sentence_next(text, &cursor, &s)) {
        if (s.start < end || s.end <= s.start || s.end > text.len ||
            !anc_utf8_valid(anc_str_sub(text, s.start, s.end - s.start)))
            abort();
        end = s.end;
    }
}

static void check_terms(anc_arena *mem, anc_str text, txt_language language)
{
    txt_term *terms = NULL;
    size_t n = 0;
    if (txt_analyze(mem, text, language, NULL, &terms, &n, NULL) != ANC_OK)
        return;
    for (size_t i = 0; i < n; i++)
        if (terms[i].end > text.len || terms[i].start >= terms[i].end ||
            !anc_utf8_valid(terms[i].text))
            abort();
}

static anc_status check(void *self, const prs_block *b, anc_err *err)
{
    (void)err;
    if (b->text.len == 0 || b->text.len > PRS_PIECE_BYTES || !anc_utf8_valid(b->text))
        abort();
    check_sentences(b->text);
    check_terms(self, b->text, txt_language_detect(b->text));
    anc_arena_reset(self);
    return ANC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    prs_kind kind;
    prs_result result;
    ANC_ARENA(mem, 64 << 20);
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = check, .self = mem};
    const anc_str bytes = {(const char *)data, size};
    if (prs_detect(bytes, ANC_STR_NONE, ANC_STR_NONE, &kind, NULL) == ANC_OK &&
        kind == PRS_MARKDOWN)
        abort(); /* nothing said so */
    if (prs_parse(PRS_TEXT, bytes, &limits, &sink, &result, NULL) == ANC_OK &&
        result.text_bytes > 3 * size + 16)
        abort(); /* composed text is at most that much longer */
    return 0;
}
