/* tokenizer_frame.c - which special tokens stand around a text and between two, as published files
 * say it. */
#include "tokenizer_impl.h"

enum { PARTS_MAX = 8 };

/* One token or one text of a template. */
typedef struct part {
    anc_str name; /* of a special token */
    bool text;    /* a text stands here: 'A' or 'B' */
    char which;
    uint32_t id;
    uint8_t type;
} part;

typedef struct template
{
    part parts[PARTS_MAX];
    size_t n;
}
template;

/* An id as files give it; it counts in the tokenizer's size. */
static anc_status take_id(inf_tokenizer *tok, const json_value *v, anc_str name, uint32_t *ret,
                          anc_err *err)
{
    const int64_t id = json_int(v, -1);
    if (id < 0 || id >= INF_VOCABULARY_MAX)
        return ANC_FAIL(err, ANC_CORRUPT, "post_processor: the id of token \"%.*s\" is not 0 to %d",
                        ANC_FMT(name), INF_VOCABULARY_MAX - 1);
    *ret = (uint32_t)id;
    if (*ret >= tok->size)
        tok->size = *ret + 1;
    return ANC_OK;
}

/* ["[SEP]", 102] of BertProcessing and RobertaProcessing. */
static anc_status named_id(inf_tokenizer *tok, const json_value *pair, uint32_t *ret, anc_err *err)
{
    const anc_str name = json_str(json_element(pair, 0), ANC_STR("(none)"));
    return take_id(tok, json_element(pair, 1), name, ret, err);
}

static anc_status of_fixed(inf_tokenizer *tok, const json_value *object, bool twice, anc_err *err)
{
    inf_frame *frame = &tok->frame;
    ANC_TRY(named_id(tok, json_member(object, "cls"), &frame->first, err));
    ANC_TRY(named_id(tok, json_member(object, "sep"), &frame->last, err));
    frame->between[0] = frame->between[1] = frame->last;
    frame->n_between = twice ? 2 : 1;
    frame->second = twice ? 0 : 1;
    return ANC_OK;
}

static anc_status special_id(inf_tokenizer *tok, const json_value *tokens, anc_str name,
                             uint32_t *ret, anc_err *err)
{
    const json_value *token = NULL;
    anc_str key;
    for (size_t cursor = 0; json_each(tokens, &cursor, &key, &token);) {
        if (!anc_str_eq(key, name))
            continue;
        const json_value *ids = json_member(token, "ids");
        if (json_count(ids) != 1)
            return ANC_FAIL(err, ANC_UNSUPPORTED,
                            "post_processor: token \"%.*s\" has %zu ids, only one is known",
                            ANC_FMT(name), json_count(ids));
        return take_id(tok, json_element(ids, 0), name, ret, err);
    }
    return ANC_FAIL(err, ANC_CORRUPT, "post_processor: special_tokens has no \"%.*s\"",
                    ANC_FMT(name));
}

/* {"SpecialToken": {"id": "[CLS]", "type_id": 0}} or {"Sequence": {"id": "A", "type_id": 0}}. */
static anc_status read_part(inf_tokenizer *tok, const json_value *tokens, const json_value *v,
                            part *ret, anc_err *err)
{
    const json_value *special = json_member(v, "SpecialToken");
    const json_value *text = json_member(v, "Sequence");
    const json_value *object = special != NULL ? special : text;
    const int64_t type = json_int(json_member(object, "type_id"), -1);
    *ret =
        (part){.name = json_str(json_member(object, "id"), ANC_STR("")), .text = special == NULL};
    if (ret->name.len == 0 || type < 0 || type > 1)
        return ANC_FAIL(err, ANC_CORRUPT,
                        "post_processor: a part is no SpecialToken or Sequence of type 0 or 1");
    ret->type = (uint8_t)type;
    ret->which = ret->name.ptr[0];
    return ret->text ? ANC_OK : special_id(tok, tokens, ret->name, &ret->id, err);
}

static anc_status read_template(inf_tokenizer *tok, const json_value *object, const char *member,
                                template *ret, anc_err *err)
{
    const json_value *parts = json_member(object, member);
    const json_value *tokens = json_member(object, "special_tokens");
    ret->n = json_count(parts);
    if (json_kind_of(parts) != JSON_ARRAY || ret->n > PARTS_MAX)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "post_processor: %s is no array of at most %d parts",
                        member, PARTS_MAX);
    for (size_t i = 0; i < ret->n; i++)
        ANC_TRY(read_part(tok, tokens, json_element(parts, i), &ret->parts[i], err));
    return ANC_OK;
}

/* token, A, token */
static bool is_single(const template *t)
{
    return t->n == 3 && !t->parts[0].text && t->parts[1].text && t->parts[1].which == 'A' &&
           !t->parts[2].text;
}

/* token, A, one or two tokens, B, token; all types 0 up to B, one type from there on. */
static bool is_pair(const template *t)
{
    if (t->n < 5 || t->n > 4 + INF_BETWEEN_MAX)
        return false;
    const size_t second = t->n - 2;
    for (size_t i = 0; i < t->n; i++) {
        const part *p = &t->parts[i];
        if (p->text != (i == 1 || i == second) || (i < second && p->type != 0))
            return false;
    }
    return t->parts[1].which == 'A' && t->parts[second].which == 'B' &&
           t->parts[second].type == t->parts[second + 1].type;
}

static anc_status of_template(inf_tokenizer *tok, const json_value *object, anc_err *err)
{
    template single, pair;
    inf_frame *frame = &tok->frame;
    ANC_TRY(read_template(tok, object, "single", &single, err));
    ANC_TRY(read_template(tok, object, "pair", &pair, err));
    if (!is_single(&single) || !is_pair(&pair) || pair.parts[0].id != single.parts[0].id ||
        pair.parts[pair.n - 1].id != single.parts[2].id)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "post_processor: the templates are not those of a BERT or a RoBERTa model");
    frame->first = single.parts[0].id;
    frame->last = single.parts[2].id;
    frame->n_between = pair.n - 4;
    for (size_t i = 0; i < frame->n_between; i++)
        frame->between[i] = pair.parts[2 + i].id;
    frame->second = pair.parts[pair.n - 1].type;
    return ANC_OK;
}

anc_status inf_frame_of_json(inf_tokenizer *tok, const json_value *post_processor, anc_err *err)
{
    const bool none = post_processor == NULL || json_kind_of(post_processor) == JSON_NULL;
    if (none && tok->unigram != NULL)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "a unigram tokenizer without a post_processor");
    if (none)
        return inf_frame_of_names(tok, ANC_STR("[CLS]"), ANC_STR("[SEP]"), false, err);
    const anc_str type = json_str(json_member(post_processor, "type"), ANC_STR("(none)"));
    if (anc_str_eq(type, ANC_STR("TemplateProcessing")))
        return of_template(tok, post_processor, err);
    if (anc_str_eq(type, ANC_STR("BertProcessing")))
        return of_fixed(tok, post_processor, false, err);
    if (anc_str_eq(type, ANC_STR("RobertaProcessing")))
        return of_fixed(tok, post_processor, true, err);
    return ANC_FAIL(err, ANC_UNSUPPORTED,
                    "the post_processor is \"%.*s\", only \"TemplateProcessing\", "
                    "\"BertProcessing\" and \"RobertaProcessing\" are known",
                    ANC_FMT(type));
}

anc_status inf_frame_of_names(inf_tokenizer *tok, anc_str first, anc_str last, bool twice,
                              anc_err *err)
{
    inf_frame *frame = &tok->frame;
    const struct {
        anc_str piece;
        uint32_t *id;
    } named[] = {{first, &frame->first}, {last, &frame->last}};
    for (size_t i = 0; i < ANC_COUNT(named); i++)
        if (!inf_tokenizer_find(tok, named[i].piece, named[i].id))
            return ANC_FAIL(err, ANC_CORRUPT, "the vocabulary has no piece %.*s",
                            ANC_FMT(named[i].piece));
    frame->between[0] = frame->between[1] = frame->last;
    frame->n_between = twice ? 2 : 1;
    frame->second = twice ? 0 : 1;
    return ANC_OK;
}
