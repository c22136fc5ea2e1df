/* epub_impl.h - the table of contents of a book: what each of its files is called. */
#ifndef ANC_PARSE_EPUB_IMPL_H
#define ANC_PARSE_EPUB_IMPL_H

#include "texts_impl.h"
#include "xml_impl.h"

enum { PRS_EPUB_NAME_BYTES = 1000 };

/* Entry, label, and so on, in the order of the contents. */
typedef struct prs_epub_contents {
    prs_texts labels;
} prs_epub_contents;

/* Adds what the entry `name` ("nav.xhtml" or "toc.ncx") lists. Contents that are broken are none. */
bool prs_epub_contents_read(prs_archive *a, const char *name,
                            prs_epub_contents *ret) ANC_MUST_CHECK;

/* The first label of an entry; empty when it has none. */
anc_str prs_epub_label(const prs_epub_contents *c, anc_str entry);

#endif
