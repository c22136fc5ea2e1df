/* parse.h - bytes of a document to blocks of text with their structure.
 *
 * The kind is told from the content first. Blocks are pushed to a sink while the bytes are read, in
 * reading order; nothing but the piece at hand is kept, so a document may be far larger than
 * memory allows for its text. The exceptions, said where they stand: a source that is not UTF-8 is
 * decoded as a whole, md4c keeps tables of the size of its input, and of HTML up to 16 MiB of what was
 * read are kept until it is known where the content lies.
 *
 * PDF is read by a child in a sandbox (os/child.h).
 *
 * Text of a block is valid UTF-8 in NFC. Except in code, runs of white space are one blank, and a
 * line break stands only where the author set one (<br>, short lines of an address). Nothing here
 * touches the network or writes to the disk; no entity is expanded that HTML does not name.
 */
#ifndef ANC_PARSE_PARSE_H
#define ANC_PARSE_PARSE_H

#include "base/str.h"

typedef enum prs_kind {
    PRS_TEXT,
    PRS_MARKDOWN,
    PRS_HTML,
    PRS_PDF,
    PRS_MAIL,
    PRS_RTF,
    PRS_CSV,
    PRS_JSON,
    PRS_NDJSON,
    PRS_FEED, /* RSS, Atom */
    PRS_XML,
    PRS_XLSX,
    PRS_DOCX,
    PRS_ODS,
    PRS_EPUB,
    PRS_ODT,
    PRS_PPTX,
    /* source code, a kind a language */
    PRS_C,
    PRS_CPP,
    PRS_CSHARP,
    PRS_GO,
    PRS_JAVA,
    PRS_JAVASCRIPT,
    PRS_TYPESCRIPT,
    PRS_KOTLIN,
    PRS_SWIFT,
    PRS_RUST,
    PRS_PHP,
    PRS_PYTHON,
    PRS_RUBY,
    PRS_LUA,
    PRS_SHELL,
    PRS_SQL,
    PRS_YAML, /* from here on without symbols */
    PRS_TOML,
    PRS_INI,
    PRS_MAKEFILE,
    PRS_DOCKERFILE,
    PRS_KINDS
} prs_kind;

typedef enum prs_block_kind {
    PRS_HEADING,   /* level 1 to 6 */
    PRS_PARAGRAPH, /* level 0 */
    PRS_LIST_ITEM, /* level: depth from 1; the text begins with its mark, "- " or "3. " */
    PRS_TABLE_ROW, /* cells with " | " between; with a tab where they follow from gaps in print (PDF) */
    PRS_CODE,      /* white space as it was */
    PRS_QUOTE
} prs_block_kind;

enum { PRS_PIECE_BYTES = 64 << 10 };

typedef struct prs_block {
    prs_block_kind kind;
    unsigned level;
    uint32_t page; /* from 1; 0 where the format has none */
    uint32_t
        record; /* its number where a file is record after record (NDJSON), from 1; 0: it is none */
    bool header;    /* a row that names the columns of the rows below it */
    bool continues; /* more of the block before: set right behind it, nothing between */
    anc_str text;   /* at most PRS_PIECE_BYTES, never empty; good during the call */
} prs_block;

/* A document inside the document: what a mail has attached. Views good during the call. */
typedef struct prs_attachment {
    anc_str name;         /* as given, a bare file name without any folder; may be empty */
    anc_str content_type; /* as declared; may be empty */
    anc_str bytes;
} prs_attachment;

/* What takes the blocks. A status other than ANC_OK ends the parse with it. */
typedef struct prs_sink {
    anc_status (*block)(void *self, const prs_block *block, anc_err *err);
    anc_status (*title)(void *self, anc_str title,
                        anc_err *err); /* may be NULL; at most one call */
    /* What the document says of itself: "author", "created", "modified" (RFC 3339), "subject",
     * "keywords", "from", "to", …; "unread": what of it could not be read. May be NULL: not wanted; each name at most once, value UTF-8. */
    anc_status (*property)(void *self, anc_str name, anc_str value, anc_err *err);
    /* May be NULL: attachments are not wanted, and passed over. */
    anc_status (*attachment)(void *self, const prs_attachment *attachment, anc_err *err);
    void *self;
} prs_sink;

typedef struct prs_limits {
    size_t text_bytes; /* of all blocks together */
    size_t blocks;
    unsigned depth;        /* of nested elements, archives, mails */
    size_t attachments;    /* of one source; those behind them are passed over, and told */
    size_t unpacked_bytes; /* of all that is unpacked out of one source, attachments too */
    unsigned ratio;        /* unpacked to packed bytes of one entry, past its first MiB */
    size_t child_bytes;    /* memory of a child that reads for us */
    unsigned child_ms;     /* its time, of its cores and of the clock */
    /* The time of its cores before its first page, and as much beside it as a page may take on the mean of
     * those that it has read: a file that is made to keep it busy ends there. 0: child_ms alone. */
    unsigned child_first_ms, child_page_ms;
    /* Asked every now and then; another answer than OK ends the parse with it. NULL: never. */
    anc_status (*may_go_on)(void *arg, anc_err *err);
    void *arg;
} prs_limits;

/* 64 MiB of text, 2,000,000 blocks, 1,000 levels, 1,000 attachments, 512 MiB unpacked, a ratio of 200, a child of 1 GiB
 * and 60 seconds, of them 4 and one a page. */
prs_limits prs_limits_default(void);

typedef struct prs_result {
    const char *encoding; /* what the bytes were read as: "UTF-8", "windows-1252", …; static */
    bool damaged;         /* some bytes did not decode and were replaced */
    size_t blocks;
    size_t text_bytes;
    size_t
        attached; /* attachments that there are; more than limits.attachments: only so many were handed over */
} prs_result;

/* Tells the kind of `bytes`; `name` (a file name) and `content_type` (as declared) may be empty and
 * decide only between kinds of text. UNSUPPORTED for anything else, naming what it looks like. */
anc_status prs_detect(anc_str bytes, anc_str name, anc_str content_type, prs_kind *ret,
                      anc_err *err) ANC_MUST_CHECK;

/* "text/plain", "text/markdown", "text/html", … */
const char *prs_kind_content_type(prs_kind kind);

/* What people call it: "plain text", "Markdown", "HTML", … */
const char *prs_kind_name(prs_kind kind);

/* A program that reading needs and this machine lacks, with the package that brings it; NULL when all
 * are there. */
const char *prs_missing_program(void);

/* Reads `bytes` as `kind` into `sink`. LIMIT names the limit that was reached; INVALID says in plain
 * words how the bytes are not what they seem (cut short, encrypted, without a text layer);
 * NO_MEMORY; what the sink or may_go_on gave. Broken Markdown and HTML are read as far as they make
 * sense and are no error. */
anc_status prs_parse(prs_kind kind, anc_str bytes, const prs_limits *limits, const prs_sink *sink,
                     prs_result *ret, anc_err *err) ANC_MUST_CHECK;

#endif
