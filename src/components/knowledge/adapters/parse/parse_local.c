/* parse_local.c - lib/parse's blocks handed on in the port's words. */
#include "parse_local.h"

#include "base/utf8.h"
#include "knowledge/domain/limits.h"
#include "os/clock.h"
#include "parse_impl.h"
#include "json/json.h"

enum { PROPERTY_BYTES = 4096, PROPERTIES_BYTES = 64 << 10 };

typedef struct handover {
    krn_call *call;
    prs_result result;
    const kno_block_sink *sink;
    anc_str title;      /* in call->mem */
    anc_buf properties; /* a JSON object without its end; owned */
    json_writer properties_writer;
} handover;

static kno_block_kind kind_of(prs_block_kind kind)
{
    switch (kind) {
    case PRS_HEADING:
        return KNO_HEADING;
    case PRS_LIST_ITEM:
        return KNO_LIST_ITEM;
    case PRS_TABLE_ROW:
        return KNO_TABLE_ROW;
    case PRS_CODE:
        return KNO_CODE;
    case PRS_QUOTE:
        return KNO_QUOTE;
    case PRS_PARAGRAPH:
    default:
        return KNO_PARAGRAPH;
    }
}

static anc_status on_block(void *self, const prs_block *block, anc_err *err)
{
    const handover *h = self;
    const kno_block out = {.kind = kind_of(block->kind),
                           .level = block->level,
                           .page = block->page,
                           .record = block->record,
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

static anc_status on_property(void *self, anc_str name, anc_str value, anc_err *err)
{
    handover *h = self;
    const anc_str text = anc_str_sub(
        value, 0, anc_utf8_floor(value, value.len < PROPERTY_BYTES ? value.len : PROPERTY_BYTES));
    /* each byte takes at most six; what no longer fits is no reason to refuse a document */
    if (text.len == 0 || h->properties.len + 6 * (name.len + text.len) + 16 > PROPERTIES_BYTES)
        return ANC_OK;
    json_name_str(&h->properties_writer, name);
    json_write_str(&h->properties_writer, text);
    return anc_buf_status(&h->properties, "what a file says of itself", err);
}

static anc_status on_attachment(void *self, const prs_attachment *attachment, anc_err *err)
{
    const handover *h = self;
    const kno_part part = {.name = attachment->name,
                           .content_type = attachment->content_type,
                           .bytes = attachment->bytes};
    return h->sink->on_part(h->sink->arg, &part, err);
}

static anc_status may_go_on(void *arg, anc_err *err)
{
    const krn_call *call = arg;
    if (atomic_load_explicit(call->cancelled, memory_order_relaxed))
        return ANC_FAIL(err, ANC_CANCELLED, "the caller left");
    if (call->deadline_ns != INT64_MAX && os_mono_ns() >= call->deadline_ns)
        return ANC_FAIL(err, ANC_DEADLINE, "the deadline passed");
    return ANC_OK;
}

prs_limits kno_parse_limits(krn_call *call)
{
    prs_limits limits = prs_limits_default();
    limits.attachments = KNO_PARTS;
    limits.may_go_on = may_go_on;
    limits.arg = call;
    return limits;
}

anc_status kno_parse_damage(krn_call *call, const char *encoding, bool damaged, anc_str *ret)
{
    *ret = ANC_STR_NONE;
    if (!damaged)
        return ANC_OK;
    *ret = anc_arena_printf(call->mem, "some of its bytes do not read as text in %s", encoding);
    if (ret->ptr == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for what is damaged");
    return ANC_OK;
}

static anc_status parse_into(handover *h, prs_kind kind, const kno_source *source, anc_err *err)
{
    const prs_sink to = {.block = on_block,
                         .title = on_title,
                         .property = on_property,
                         .attachment = h->sink->on_part != NULL ? on_attachment : NULL,
                         .self = h};
    const prs_limits limits = kno_parse_limits(h->call);
    ANC_TRY(prs_parse(kind, source->bytes, &limits, &to, &h->result, err));
    json_close_object(&h->properties_writer);
    return anc_buf_status(&h->properties, "what a file says of itself", err);
}

static anc_status parse(void *self, krn_call *call, const kno_source *source,
                        const kno_block_sink *sink, kno_parsed *ret)
{
    (void)self;
    prs_kind kind;
    ANC_TRY(prs_detect(source->bytes, source->name, source->content_type, &kind, call->err));
    handover h = {.call = call, .sink = sink, .properties = anc_buf_init(PROPERTIES_BYTES)};
    h.properties_writer = json_writer_of(&h.properties);
    json_open_object(&h.properties_writer);
    anc_status status = parse_into(&h, kind, source, call->err);
    const anc_str properties =
        status == ANC_OK ? anc_arena_copy(call->mem, anc_buf_view(&h.properties)) : ANC_STR_NONE;
    anc_buf_done(&h.properties);
    if (status == ANC_OK && properties.ptr == NULL)
        status = ANC_FAIL(call->err, anc_arena_refusal(call->mem), "no room for properties");
    ANC_TRY(status);
    *ret = (kno_parsed){.content_type = anc_str_of(prs_kind_content_type(kind)),
                        .title = h.title,
                        .metadata = properties,
                        .parts = h.result.attached};
    return kno_parse_damage(call, h.result.encoding, h.result.damaged, &ret->damage);
}

static bool holds_parts(void *self, anc_str content_type)
{
    (void)self;
    return anc_str_eq(content_type, anc_str_of(prs_kind_content_type(PRS_MAIL)));
}

static void close_parser(void *self)
{
    (void)self;
}

static const kno_parser_ops ops = {.name = "local",
                                   .parse = parse,
                                   .records = kno_parse_records,
                                   .holds_parts = holds_parts,
                                   .close = close_parser};

kno_parser kno_parse_local(void)
{
    return (kno_parser){&ops, NULL};
}
