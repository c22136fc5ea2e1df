/* fuzz_citations.c - any text as a model's answer, and as a passage, under the citation checker.
 *
 * The input's first line is a passage, the rest the answer. Quotes lie inside their passages, at code
 * points; what was cleaned once is clean.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/citations.h"
#include "rag/domain/markers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_quotes(const rag_checked *checked, const rag_passage *passages, size_t n)
{
    for (size_t i = 0; i < checked->n; i++) {
        const rag_quote *q = &checked->quotes[i];
        check(q->marker >= 1 && q->marker <= n);
        const anc_str text = passages[q->marker - 1].text;
        check(q->start < q->end && q->end <= text.len);
        check(anc_utf8_valid(anc_str_sub(text, q->start, q->end - q->start)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    anc_str answer = {(const char *)data, size};
    anc_str line = ANC_STR("");
    if (size > 4096 || !anc_utf8_valid(answer))
        return 0;
    (void)anc_str_split(&answer, '\n', &line);
    const rag_passage passages[] = {
        {.text = line},
        {.text = ANC_STR("The Skep 2 weighs four kilograms. Its battery lasts 14 months.")},
    };
    ANC_ARENA(mem, 64 << 20);
    if (mem == NULL)
        return 0;
    rag_checked checked;
    if (rag_citations_check(mem, answer, line, passages, 2, &checked, NULL) != ANC_OK)
        return 0;
    check(anc_utf8_valid(checked.text));
    check_quotes(&checked, passages, 2);
    ANC_BUF(again, 1 << 16);
    rag_markers markers;
    rag_markers_clean(checked.text, 2, &again, &markers);
    check(anc_str_eq(anc_buf_view(&again), checked.text));
    return 0;
}
