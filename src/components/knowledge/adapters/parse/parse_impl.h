/* parse_impl.h - what the two sides of the adapter share. */
#ifndef ANC_KNOWLEDGE_ADAPTERS_PARSE_PARSE_IMPL_H
#define ANC_KNOWLEDGE_ADAPTERS_PARSE_PARSE_IMPL_H

#include "knowledge/ports/parser.h"
#include "parse/parse.h"

/* Limits that ask the call whether to go on. */
prs_limits kno_parse_limits(krn_call *call);

/* kno_parsed.damage of bytes that were read as `encoding`, in call->mem. */
anc_status kno_parse_damage(krn_call *call, const char *encoding, bool damaged,
                            anc_str *ret) ANC_MUST_CHECK;

/* kno_parser_ops.records */
anc_status kno_parse_records(void *self, krn_call *call, const kno_source *source,
                             const kno_record_sink *sink, kno_parsed *ret,
                             bool *ret_has) ANC_MUST_CHECK;

#endif
