/* parser.h - port: bytes of some format to text and structure.
 *
 * Adapters: parse (the formats of lib/parse). Contract: any thread but the loop; blocks and
 * parts come in the order of the text, each good during its callback; a sink's failure ends the parse and is given
 * back. INVALID when the bytes are not what their type says, UNSUPPORTED names the type of content
 * that nobody here understands, LIMIT what was passed; each with a text for people.
 */
#ifndef ANC_KNOWLEDGE_PORTS_PARSER_H
#define ANC_KNOWLEDGE_PORTS_PARSER_H

#include "kernel/domain/call.h"
#include "knowledge/domain/block.h"

typedef struct kno_source {
    anc_str bytes;
    anc_str content_type; /* as declared; may be empty: the content and the name decide */
    anc_str name;         /* of the file; may be empty */
} kno_source;

/* A document inside the document, such as what a mail has attached. */
typedef struct kno_part {
    anc_str name;         /* a bare file name; may be empty */
    anc_str content_type; /* as declared; may be empty */
    anc_str bytes;
} kno_part;

typedef struct kno_block_sink {
    void *arg;
    anc_status (*on_block)(void *arg, const kno_block *block, anc_err *err); /* start not set */
    /* KNO_PARTS times at the most; those behind them are counted. NULL: parts are not wanted, and passed over. */
    anc_status (*on_part)(void *arg, const kno_part *part, anc_err *err);
} kno_block_sink;

typedef enum kno_value_kind {
    KNO_VALUE_TEXT,
    KNO_VALUE_NUMBER, /* as JSON writes it */
    KNO_VALUE_BOOL,   /* "true", "false" */
    KNO_VALUE_NULL    /* empty */
} kno_value_kind;

/* A value of a record: a row's cell, an object's member ("address.city"). */
typedef struct kno_record_field {
    anc_str name; /* never empty */
    anc_str value;
    kno_value_kind kind; /* of a table: TEXT always */
} kno_record_field;

typedef struct kno_record_sink {
    void *arg;
    /* Records in order, counted from 1; fields [n] good during the call. */
    anc_status (*on_record)(void *arg, uint64_t number, const kno_record_field *fields, size_t n,
                            anc_err *err);
    /* A line of a file of lines that is broken and was passed over, and why; records are counted without it.
     * NULL: the first that is broken ends the reading. */
    anc_status (*on_broken)(void *arg, uint64_t line, anc_str why, anc_err *err);
} kno_record_sink;

/* What the parser learnt beside the text; views in call->mem. */
typedef struct kno_parsed {
    anc_str content_type; /* "text/html" */
    anc_str title;        /* the text's own; empty: none */
    anc_str metadata;     /* a JSON object of what was found (author, date, …); empty: nothing */
    anc_str
        damage;   /* in words, when text was got of it but not of all of its bytes; empty: of all */
    size_t parts; /* that there are; more than KNO_PARTS: only so many were handed out */
} kno_parsed;

typedef struct kno_parser_ops {
    const char *name;
    ANC_MUST_CHECK anc_status (*parse)(void *self, krn_call *call, const kno_source *source,
                                       const kno_block_sink *sink, kno_parsed *ret);
    /* The records of a table, a list of JSON or lines of it; INVALID when none of it is whole. *ret_has false,
     * and nothing was read, for a source of another kind; of `ret` the content type is set, and the damage. */
    ANC_MUST_CHECK anc_status (*records)(void *self, krn_call *call, const kno_source *source,
                                         const kno_record_sink *sink, kno_parsed *ret,
                                         bool *ret_has);
    /* Whether a source of this kind (kno_parsed.content_type) may have parts. */
    bool (*holds_parts)(void *self, anc_str content_type);
    void (*close)(void *self);
} kno_parser_ops;

typedef struct kno_parser {
    const kno_parser_ops *ops;
    void *self;
} kno_parser;

#endif
