/* steps_read.c - the `normalizer` of a tokenizer.json as a list of steps. */
#include <string.h>

#include "base/base64.h"
#include "base/utf8.h"
#include "steps_impl.h"

enum { DEPTH_MAX = 4 };

void inf_steps_done(inf_steps *steps)
{
    inf_charsmap_free(steps->map);
    *steps = (inf_steps){0};
}

static anc_str type_of(const json_value *object)
{
    return json_str(json_member(object, "type"), ANC_STR("(none)"));
}

static anc_status read_map(const json_value *object, inf_steps *steps, inf_step *step, anc_err *err)
{
    const anc_str text = json_str(json_member(object, "precompiled_charsmap"), ANC_STR(""));
    ANC_BUF(blob, INF_CHARSMAP_MAX_BYTES);
    anc_err inner = {0};
    if (steps->map != NULL)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "the normalizer has two of \"Precompiled\"");
    anc_status status = anc_base64_read(text, &blob, &inner);
    if (status == ANC_OK)
        status = inf_charsmap_read(anc_buf_view(&blob), &steps->map, &inner);
    if (status != ANC_OK)
        return ANC_FAIL(err, status == ANC_NO_MEMORY ? ANC_NO_MEMORY : ANC_CORRUPT,
                        "precompiled_charsmap: %s", inner.text);
    step->kind = INF_STEP_MAP;
    return ANC_OK;
}

static anc_status read_form(inf_steps *steps, inf_step *step, txt_form form, anc_err *err)
{
    if (steps->has_form)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "the normalizer has two normal forms");
    steps->has_form = true;
    step->kind = INF_STEP_FORM;
    step->form = form;
    return ANC_OK;
}

/* The code points of a literal pattern. */
static anc_status read_literal(anc_str text, inf_step *step, anc_err *err)
{
    step->kind = INF_STEP_REPLACE;
    for (size_t at = 0, bytes; at < text.len; at += bytes) {
        if (step->n_pattern == INF_PATTERN_MAX)
            return ANC_FAIL(err, ANC_UNSUPPORTED,
                            "the pattern \"%.*s\" of a Replace has more than %d characters",
                            ANC_FMT(text), INF_PATTERN_MAX);
        step->pattern[step->n_pattern++] = anc_utf8_at(text, at, &bytes);
    }
    if (step->n_pattern == 0)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "the pattern of a Replace is empty");
    return ANC_OK;
}

/* The regular expressions that are known: a character and "+", or a character and "{2,}". */
static anc_status read_regex(anc_str regex, inf_step *step, anc_err *err)
{
    static const anc_str special = ANC_STR_INIT("\\^$.|?*+()[]{}#");
    size_t bytes = 0;
    step->kind = INF_STEP_RUN;
    if (regex.len > 0)
        step->pattern[0] = anc_utf8_at(regex, 0, &bytes);
    const anc_str rest = anc_str_sub(regex, bytes, regex.len);
    const bool plain = bytes > 0 && anc_str_find(special, anc_str_sub(regex, 0, bytes)) == SIZE_MAX;
    if (anc_str_eq(rest, ANC_STR("+")))
        step->least = 1;
    else if (rest.len == 4 && rest.ptr[0] == '{' && rest.ptr[1] >= '1' && rest.ptr[1] <= '9' &&
             anc_str_ends(rest, ANC_STR(",}")))
        step->least = (size_t)(rest.ptr[1] - '0');
    if (!plain || step->least == 0)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "the expression \"%.*s\" of a Replace is not a character and \"+\" or "
                        "\"{N,}\"",
                        ANC_FMT(regex));
    return ANC_OK;
}

/* Steps that lengthen a text multiply. */
static anc_status check_growth(inf_steps *steps, const inf_step *step, anc_err *err)
{
    const size_t from = step->kind == INF_STEP_RUN ? step->least : step->n_pattern;
    const size_t to = anc_utf8_count((anc_str){step->content, step->n_content});
    if (steps->growth == 0)
        steps->growth = 1;
    if (to > from)
        steps->growth *= (to + from - 1) / from;
    if (steps->growth > INF_GROWTH_MAX)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "the steps Replace make a text more than %d times longer", INF_GROWTH_MAX);
    return ANC_OK;
}

static anc_status read_replace(const json_value *object, inf_steps *steps, inf_step *step,
                               anc_err *err)
{
    const json_value *pattern = json_member(object, "pattern");
    const json_value *literal = json_member(pattern, "String");
    const json_value *regex = json_member(pattern, "Regex");
    const anc_str content = json_str(json_member(object, "content"), ANC_STR_NONE);
    if (content.ptr == NULL || content.len > INF_CONTENT_MAX_BYTES)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "the content of a Replace is no text of at most %d "
                        "bytes",
                        INF_CONTENT_MAX_BYTES);
    if (content.len > 0)
        memcpy(step->content, content.ptr, content.len);
    step->n_content = content.len;
    if (json_kind_of(literal) == JSON_STRING)
        ANC_TRY(read_literal(json_str(literal, ANC_STR("")), step, err));
    else
        ANC_TRY(read_regex(json_str(regex, ANC_STR("")), step, err));
    return check_growth(steps, step, err);
}

static anc_status read_strip(const json_value *object, inf_steps *steps, inf_step *step,
                             anc_err *err)
{
    step->kind = INF_STEP_STRIP;
    step->left = json_bool(json_member(object, "strip_left"), true);
    step->right = json_bool(json_member(object, "strip_right"), true);
    steps->strips += step->right;
    if (steps->strips > INF_STRIPS_MAX)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "the normalizer has more than %d of \"Strip\"",
                        INF_STRIPS_MAX);
    return ANC_OK;
}

static anc_status read_step(const json_value *object, inf_steps *steps, anc_err *err)
{
    static const anc_str forms[] = {[TXT_NFC] = ANC_STR_INIT("NFC"),
                                    [TXT_NFD] = ANC_STR_INIT("NFD"),
                                    [TXT_NFKC] = ANC_STR_INIT("NFKC"),
                                    [TXT_NFKD] = ANC_STR_INIT("NFKD")};
    const anc_str type = type_of(object);
    if (steps->n == INF_STEPS_MAX)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "the normalizer has more than %d steps",
                        INF_STEPS_MAX);
    inf_step *step = &steps->step[steps->n++];
    *step = (inf_step){0};
    for (unsigned i = 0; i < ANC_COUNT(forms); i++)
        if (anc_str_eq(type, forms[i]))
            return read_form(steps, step, (txt_form)i, err);
    if (anc_str_eq(type, ANC_STR("Precompiled")))
        return read_map(object, steps, step, err);
    if (anc_str_eq(type, ANC_STR("Replace")))
        return read_replace(object, steps, step, err);
    if (anc_str_eq(type, ANC_STR("Strip")))
        return read_strip(object, steps, step, err);
    if (anc_str_eq(type, ANC_STR("Lowercase")))
        step->kind = INF_STEP_LOWER;
    else if (anc_str_eq(type, ANC_STR("StripAccents")))
        step->kind = INF_STEP_UNMARK;
    else
        return ANC_FAIL(err, ANC_UNSUPPORTED, "the normalizer \"%.*s\" is not known",
                        ANC_FMT(type));
    return ANC_OK;
}

static anc_status read_steps(const json_value *v, unsigned depth, inf_steps *steps, anc_err *err)
{
    if (!anc_str_eq(type_of(v), ANC_STR("Sequence")))
        return read_step(v, steps, err);
    if (depth == DEPTH_MAX)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "the normalizer has sequences %d deep", DEPTH_MAX);
    const json_value *parts = json_member(v, "normalizers");
    for (size_t i = 0; i < json_count(parts); i++)
        ANC_TRY(read_steps(json_element(parts, i), depth + 1, steps, err));
    return ANC_OK;
}

anc_status inf_steps_of_json(const json_value *normalizer, inf_steps *ret, anc_err *err)
{
    *ret = (inf_steps){0};
    if (normalizer == NULL || json_kind_of(normalizer) == JSON_NULL)
        return ANC_OK;
    return read_steps(normalizer, 0, ret, err);
}
