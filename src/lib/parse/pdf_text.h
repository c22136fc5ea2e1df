/* pdf_text.h - what `pdftotext -bbox-layout` writes about a PDF, read into blocks.
 *
 * The words come with the box that each is printed in. From the boxes follow the columns and their
 * order, the rows of tables, paragraphs, and what is set larger than the rest. Public for tests and
 * fuzzing; a whole PDF is read by prs_parse.
 */
#ifndef ANC_PARSE_PDF_TEXT_H
#define ANC_PARSE_PDF_TEXT_H

#include "parse/parse.h"

/* As prs_parse with the output of the program in `boxes`. INVALID when no page has text. */
anc_status prs_pdf_text(anc_str boxes, const prs_limits *limits, const prs_sink *sink,
                        prs_result *ret, anc_err *err) ANC_MUST_CHECK;

#endif
