/* fts.h - SQLite FTS5 on the corpus, at its best: in memory, contentless, its ASCII tokenizer (there is nothing left to
 * fold), one transaction, statements prepared, optimised into one segment before it is asked.
 */
#ifndef ANC_BENCH_KEYWORD_FTS_H
#define ANC_BENCH_KEYWORD_FTS_H

#include "keyword/corpus.h"

/* Prints its figures as keyword.c does, and writes its hits. */
void fts_run(const corpus *c, const char *folder);

#endif
