/* days.h - the dates or the times of day of one column, all of one kind: read and put in order.
 *
 * What "3/4/2026" is, the cells of the column say together: one with "25/4/2026" tells for all. Where none does, the day
 * comes first but in English or an unknown language, where it is not known.
 */
#ifndef ANC_RAG_DOMAIN_DAYS_H
#define ANC_RAG_DOMAIN_DAYS_H

#include "base/base.h"
#include "text/language.h"

/* What the cells have shown so far; all zero to begin with. */
typedef struct rag_days {
    size_t n;         /* cells that are read */
    bool others;      /* a cell is neither a date nor a time */
    unsigned kinds;   /* a bit for each that was seen */
    bool day_first;   /* a cell can only be read so */
    bool month_first; /* … or so */
    bool unclear;     /* … or either way */
    bool early,
        late; /* of dates without a year: one from January to March, one from October to December */
    bool settled_days; /* once settled: the day comes first */
} rag_days;

/* A cell that is not empty. Read are 2026-03-05 and 2026/03/05, with a time of day behind it or without, 5.3.2026, 5/3/2026,
 * a month by its name with a day, a year or both ("5 March 2026", "March 5", "Mar 2026", "1er mars 2026"), a year alone,
 * and a time of day ("07:15", "7:15 pm", "7h15"). */
void rag_days_look(rag_days *d, anc_str cell);

/* Once all cells were looked at: whether they can be put in order, that is at least two, all of one kind, and none that may be
 * read in two ways or may be of this winter or the last. */
bool rag_days_settle(rag_days *d, txt_language language);

/* A cell of the column, the greater the later; false: it is none that was looked at. */
bool rag_days_read(const rag_days *d, anc_str cell, int64_t *ret);

#endif
