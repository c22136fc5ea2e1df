/* knowledge_text.h - texts for the knowledge tests: paragraphs that fill a chunk each. */
#ifndef ANC_TESTS_SUPPORT_KNOWLEDGE_TEXT_H
#define ANC_TESTS_SUPPORT_KNOWLEDGE_TEXT_H

#include <stdio.h>

#include "base/str.h"

/* Appends a paragraph of 40 words that follow from `seed`, in sentences of ten. With the fixture's
 * window of 64 tokens two of them never share a chunk. */
static inline void text_paragraph(anc_buf *out, unsigned seed)
{
    static const char *const words[] = {"river", "stone", "lamp",    "winter", "field",  "bridge",
                                        "paper", "glass", "harbour", "engine", "garden", "signal"};
    unsigned state = seed * 2654435761U + 1;
    for (unsigned i = 0; i < 40; i++) {
        state = state * 1664525U + 1013904223U;
        (void)anc_buf_printf(out, "%s%s%u%s", i % 10 == 0 ? "The " : "", words[(state >> 16) % 12],
                             (state >> 8) % 50, i % 10 == 9 ? ". " : " ");
    }
    (void)anc_buf_printf(out, "Number %u.\n\n", seed);
}

#endif
