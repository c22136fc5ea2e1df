/* mime.h - the parts of a mail as RFC 5322 and RFC 2045 to 2047 and 2231 write them.
 *
 * Pure functions on views. What they append is bounded by the buffer's ceiling; what is malformed is
 * read as far as it makes sense.
 */
#ifndef ANC_PARSE_MIME_H
#define ANC_PARSE_MIME_H

#include "base/str.h"

/* The headers of an entity, up to the first empty line; `ret_body` is what follows it. */
anc_str prs_mime_split(anc_str entity, anc_str *ret_body);

/* Cuts the next header off `headers`: its name, and its value with the line ends of folding still in
 * it. False at the end. What is no header is passed over. */
bool prs_mime_next(anc_str *headers, anc_str *ret_name, anc_str *ret_value);

/* Appends the first header of that name, unfolded and otherwise as it stands. False: there is none. */
bool prs_mime_header(anc_str headers, const char *name, anc_buf *out);

/* Appends a header's text with its encoded words decoded and blanks made one; valid UTF-8. */
void prs_mime_text(anc_str value, anc_buf *out);

/* The value up to its first parameter ("text/plain"). */
anc_str prs_mime_value(anc_str header);

/* Appends a parameter of an unfolded header, in UTF-8; nothing where it is absent. */
void prs_mime_parameter(anc_str header, const char *name, anc_buf *out);

/* Appends the body decoded from "base64" or "quoted-printable"; any other is taken as it is. */
void prs_mime_decode(anc_str body, anc_str encoding, anc_buf *out);

/* Cuts the next part of a multipart body off `rest`. Start with the whole body; false when there is
 * no more. The text before the first and behind the last boundary is none. */
typedef struct prs_mime_parts {
    anc_str rest;
    anc_str boundary;
    bool begun, ended;
} prs_mime_parts;
bool prs_mime_part(prs_mime_parts *parts, anc_str *ret_part);

/* A date ("Fri, 21 Nov 1997 09:55:06 -0600") in the form of RFC 3339. False when it is none. */
bool prs_mime_date(anc_str value, char out[32]);

#endif
