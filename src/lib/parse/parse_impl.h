/* parse_impl.h - what the readers of this folder share: the decoder and the emitter.
 *
 * The emitter is what every reader writes to: it normalises, cuts long blocks into pieces, counts
 * against the limits and calls the sink. Its first failure stays; each function then does nothing
 * and gives false, so that a reader can stop where it stands.
 */
#ifndef ANC_PARSE_PARSE_IMPL_H
#define ANC_PARSE_PARSE_IMPL_H

#include "parse/parse.h"

/* ---- decoding ---------------------------------------------------------------------------- */

typedef struct prs_text {
    anc_str text; /* valid UTF-8 without byte order mark and NUL; into the source or `storage` */
    anc_buf storage;
    const char *encoding;
    bool damaged;
} prs_text;

/* Reads `bytes` as what a byte order mark says, as UTF-16 where every other byte says so, as UTF-8, as
 * `declared` (may be empty), as what statistics say, or, when nothing fits, as Windows-1252, and as damaged
 * where nothing speaks for that. LIMIT when the decoded text passes `max` bytes. */
anc_status prs_decode(anc_str bytes, anc_str declared, size_t max, prs_text *ret,
                      anc_err *err) ANC_MUST_CHECK;
void prs_text_done(prs_text *t);

/* A byte order mark. */
typedef struct prs_order_mark {
    anc_str bytes;
    size_t unit;          /* bytes of a unit of its encoding */
    const char *encoding; /* of units of several bytes it ends in LE or BE */
} prs_order_mark;

/* The one that `bytes` begin with; NULL: none. */
const prs_order_mark *prs_order_mark_of(anc_str bytes);

/* Whether the first bytes of a document are of no text in any encoding. */
bool prs_is_binary(anc_str head);

/* Appends `bytes` as the charset says, NULL and what the C library does not know as Windows-1252. */
void prs_decode_as(const char *charset, anc_str bytes, anc_buf *out);

/* What encoding the bytes seem to be in, a name for iconv; NULL when that is not clear. */
const char *prs_guess_utf16(anc_str bytes);
/* For what is not UTF-8; where nothing is clear, whether there is reason to doubt that it is Windows-1252. */
const char *prs_guess_charset(anc_str bytes, bool *ret_doubtful);
/* The same among the encodings that have Latin letters. */
const char *prs_guess_latin(anc_str sample, bool *ret_doubtful);

/* The charset that the first bytes of an HTML document declare; empty when none. */
anc_str prs_html_charset(anc_str bytes);

/* What the declaration of an XML document says; empty when nothing. */
anc_str prs_xml_charset(anc_str bytes);

/* ---- emitting ---------------------------------------------------------------------------- */

typedef struct prs_emitter {
    const prs_sink *sink;
    prs_limits limits;
    anc_err *err;
    anc_status status;
    prs_block open;
    bool is_open;
    bool has_text; /* something else than marks and blanks is in the open block */
    bool blank_due, break_due;
    bool ends_blank; /* what was delivered last ends with white space */
    size_t cells;    /* of the open row, that were ended by " | " */
    size_t columns;  /* of the table at hand, so many of its header; 0: it has none */
    bool titled;
    bool unnamed;  /* a first heading named nothing: one that stands right below it may */
    bool nameless; /* and something else stood below it */
    anc_buf text;  /* of the open block, not yet delivered */
    anc_buf nfc;
    size_t blocks, text_bytes;
    size_t attached; /* attachments met, those that were passed over too */
    uint32_t page;
    uint32_t record;   /* of the next block */
    int lower;         /* by how many levels headings that are opened lie lower than they say */
    uint64_t unpacked; /* of the whole source */
    unsigned asked;    /* calls of prs_emit_may_go_on */
    bool spared;       /* something that is not needed was damaged */
} prs_emitter;

void prs_emitter_init(prs_emitter *e, const prs_limits *limits, const prs_sink *sink, anc_err *err);
void prs_emitter_done(prs_emitter *e);

/* Ends the parse with a failure; always false. */
bool prs_emit_fail(prs_emitter *e, anc_status status);

/* After a failure to read what the text does not need: where that was damaged it is said as the property "unread" (of
 * the first), the failure is forgotten, and true means to go on. */
bool prs_emit_spare(prs_emitter *e, const char *what);

/* Closes what is open and opens a block. Blocks in which no text arrives are never delivered. A row that ends
 * before the columns of the header above it do has empty cells for the rest of them. */
bool prs_emit_open(prs_emitter *e, prs_block_kind kind, unsigned level);
bool prs_emit_close(prs_emitter *e);

/* Adds to the open block. Text is valid UTF-8. */
bool prs_emit_text(prs_emitter *e, anc_str text);
bool prs_emit_blank(prs_emitter *e);              /* white space, wherever it matters */
bool prs_emit_break(prs_emitter *e);              /* a line break of the author's */
bool prs_emit_mark(prs_emitter *e, anc_str mark); /* "- ", " | ": as it is, and no text */

/* titles.c: a line that stands where a title does and names nothing: "PART I", "Table of contents", "Page 3". */
bool prs_names_nothing(anc_str line);

/* The first title stays; empty ones are none, and those that name nothing. */
bool prs_emit_title(prs_emitter *e, anc_str title);

/* A property of the document; blank values are none. */
bool prs_emit_property(prs_emitter *e, anc_str name, anc_str value);
bool prs_emit_attachment(prs_emitter *e, const prs_attachment *attachment);

/* The page of the blocks that are opened from now on. */
void prs_emit_page(prs_emitter *e, uint32_t page);

/* As prs_emit_page, and the open block goes on there: what comes next of it is on that page. */
bool prs_emit_turn_page(prs_emitter *e, uint32_t page);

/* The record that the blocks opened from now on are; 0: none. */
void prs_emit_record(prs_emitter *e, uint32_t number);

/* Marks the open block as the row that names the columns. */
void prs_emit_header_row(prs_emitter *e);

/* Asks the caller whether to go on: to be called in every loop over input. */
bool prs_emit_may_go_on(prs_emitter *e);
/* The same, each time: for what one round of takes long. */
bool prs_emit_ask(prs_emitter *e);

/* Counts bytes that were unpacked against the limits: `packed` and `unpacked` of one entry so far,
 * and `more` new ones. Names `what` when a limit is passed. */
bool prs_emit_unpacked(prs_emitter *e, const char *what, uint64_t packed, uint64_t unpacked,
                       uint64_t more);

/* ---- readers -----------------------------------------------------------------------------
 *
 * A reader takes decoded text (valid UTF-8) or, where its row in parse.c says so, the bytes as they
 * are. It gives false when the emitter has failed. */

bool prs_read_plain(anc_str text, prs_emitter *e);
enum { PRS_MARKDOWN_BYTES = 32 << 20 };
bool prs_read_markdown(anc_str text, prs_emitter *e); /* of so many bytes at most */
bool prs_read_html(anc_str text, prs_emitter *e);
/* HTML inside another format: everything is content, nothing is chosen or dropped by place. */
bool prs_read_html_fragment(anc_str text, prs_emitter *e);

bool prs_read_pdf(anc_str bytes, prs_emitter *e);
bool prs_read_eml(anc_str bytes, prs_emitter *e);
bool prs_read_rtf(anc_str bytes, prs_emitter *e);
bool prs_read_csv(anc_str text, prs_emitter *e);
bool prs_read_json(anc_str text, prs_emitter *e);
bool prs_read_ndjson(anc_str text, prs_emitter *e);
bool prs_read_feed(anc_str text, prs_emitter *e);
bool prs_read_xml(anc_str text, prs_emitter *e);
bool prs_read_xlsx(anc_str bytes, prs_emitter *e);
bool prs_read_ods(anc_str bytes, prs_emitter *e);
bool prs_read_epub(anc_str bytes, prs_emitter *e);
bool prs_read_docx(anc_str bytes, prs_emitter *e);
bool prs_read_odt(anc_str bytes, prs_emitter *e);
bool prs_read_pptx(anc_str bytes, prs_emitter *e);

/* ---- telling kinds apart: each looks at the first bytes only ----------------------------------- */

bool prs_is_pdf(anc_str bytes);
bool prs_is_mail(anc_str head);
bool prs_is_rtf(anc_str head);
/* Behind what may stand before it, an XML document begins with `ret_root` ("rdf:RDF"); empty where
 * there is none, as in the first bytes of a long comment. */
bool prs_is_xml(anc_str head, anc_str *ret_root);
bool prs_is_feed(anc_str head, anc_str root);
/* `whole`: nothing is behind `head`. `ret_lines`: a second value follows the first, as in NDJSON. */
bool prs_is_json(anc_str head, bool whole, bool *ret_lines);

#endif
