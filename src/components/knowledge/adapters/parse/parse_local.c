/* parse_local.c - lib/parse's blocks handed on in the port's words. */
#include "parse_local.h"

#include "parse/parse.h"

typedef struct handover {
    krn_call *call;
    const kno_block_sink *sink;
    anc_str title; /* in call->mem */
} handover;

static kno_block_kind kind_of(prs_block_kind kind)
{
    switch (kind) {
    case PRS_HEADING:
        return KNO_BLOCK_HEADING;
    case PRS_LIST_ITEM:
        return KNO_BLOCK_LIST_ITEM;
    case PRS_TABLE_ROW:
        return KNO_BLOCK_TABLE_ROW;
    case PRS_CODE:
        return KNO_BLOCK_CODE;
    case PRS_QUOTE:
        return KNO_BLOCK_QUOTE;
    case PRS_PARAGRAPH:
    default:
        return KNO_BLOCK_PARAGRAPH;
    }
}

static anc_status on_block(void *self, const prs_block *block, anc_err *err)
{
    const handover *h = self;
    const kno_block out = {.kind = kind_of(block->kind),
                           .level = block->level,
                           .page = block->page,
                           .header = block->header,
                           .continues = block->continues,
                           .text = block->text};
    return h->sink->on_block(h->sink->arg, &out, err);
}

static anc_status on_title(void *self, anc_str title, anc_err *err)
{
    handover *h = self;
    h->title = anc_arena_copy(h->call->mem, title);
    if (h->title.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(h->call->mem), "no room for a title");
    return ANC_OK;
}

static anc_status parse(void *self, krn_call *call, const kno_source *source,
                        const kno_block_sink *sink, kno_parsed *ret)
{
    (void)self;
    prs_kind kind;
    ANC_TRY(prs_detect(source->bytes, source->name, source->content_type, &kind, call->err));
    handover h = {.call = call, .sink = sink};
    const prs_sink to = {.block = on_block, .title = on_title, .self = &h};
    const prs_limits limits = prs_limits_default();
    prs_result result;
    ANC_TRY(prs_parse(kind, source->bytes, &limits, &to, &result, call->err));
    *ret = (kno_parsed){.content_type = anc_str_of(prs_kind_content_type(kind)), .title = h.title};
    return ANC_OK;
}

static void close_parser(void *self)
{
    (void)self;
}

static const kno_parser_ops ops = {.name = "local", .parse = parse, .close = close_parser};

kno_parser kno_parse_local(void)
{
    return (kno_parser){&ops, NULL};
}
