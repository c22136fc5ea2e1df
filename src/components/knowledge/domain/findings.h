/* findings.h - what is found about a document, beside what was given: its form, and how both become the
 * fields that a filter sees.
 *
 * Found values say where they come from: "file" (the document says so of itself) or "rule".
 *
 *   {"author": {"value": "A. Smith", "origin": "file"}, "word_count": {"value": 812, "origin": "rule"}}
 *
 * By rule there are word_count, reading_minutes, headings (a list of paths "A > B"), first_date (the
 * first date that the text names, as an instant), key_phrases (a list), parent (the id of the document
 * that this one was attached to) and attachments_unread (a list of names and reasons), and of a file
 * whose records are documents rows (how many they are) and, where columns were named for them,
 * row_columns (of their id, of their title, of their text; "" for one that was not). Where some bytes of a
 * file could not be read as text, damaged says so in words. What a text does not have is left out. Language
 * and content type are fields of the document itself.
 */
#ifndef ANC_KNOWLEDGE_DOMAIN_FINDINGS_H
#define ANC_KNOWLEDGE_DOMAIN_FINDINGS_H

#include "base/status.h"
#include "base/str.h"
#include "knowledge/domain/dates.h"

enum { KNO_WORDS_PER_MINUTE = 230, KNO_FOUND_HEADINGS = 64 };

typedef struct kno_rule_findings {
    uint64_t words;
    bool has_date;
    kno_date date;
    const anc_str *headings; /* [n_headings] */
    size_t n_headings;
    const anc_str *phrases; /* [n_phrases] */
    size_t n_phrases;
    bool has_rows; /* it is a file of records, each of which is a document */
    uint64_t rows;
    const anc_str *row_columns; /* [n_row_columns] as above; none: none was named */
    size_t n_row_columns;
    anc_str damage;        /* empty: none */
    anc_str parent;        /* id of the document that it is a part of; empty: of none */
    const anc_str *unread; /* [n_unread] attachments that are no documents, each with the reason */
    size_t n_unread;
} kno_rule_findings;

/* Runs of letters and digits; of a script without spaces every second character. */
uint64_t kno_word_count(anc_str text);

/* Appends the object. `properties` is a JSON object of what the file says of itself; may be empty. */
anc_status kno_findings_write(anc_str properties, const kno_rule_findings *rules, anc_buf *out,
                              anc_err *err) ANC_MUST_CHECK;

/* Appends the fields: all of `given`, and the values of `found` under names that were not given. */
anc_status kno_fields_write(anc_str given, anc_str found, anc_buf *out,
                            anc_err *err) ANC_MUST_CHECK;

#endif
