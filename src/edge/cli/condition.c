/* condition.c - reads one condition from left to right. */
#include "condition.h"

#include <string.h>

#define OPERATORS "=, !=, >, >=, <, <=, in, not in, contains, prefix, exists, not exists"

#define NO_FIELD "a field comes first, such as year>=2020"

typedef enum takes { ONE, LIST, TEXT, NOTHING } takes;

typedef struct operator_row {
    const char *shown;
    const char *op;
    takes takes;
} operator_row;

/* Of two that begin alike the longer comes first. */
static const operator_row operators[] = {
    {">=", "gte", ONE},
    {"<=", "lte", ONE},
    {"!=", "ne", ONE},
    {"==", "eq", ONE},
    {"=", "eq", ONE},
    {">", "gt", ONE},
    {"<", "lt", ONE},
    {"eq", "eq", ONE},
    {"ne", "ne", ONE},
    {"gte", "gte", ONE},
    {"gt", "gt", ONE},
    {"lte", "lte", ONE},
    {"lt", "lt", ONE},
    {"in", "in", LIST},
    {"nin", "nin", LIST},
    {"not in", "nin", LIST},
    {"contains", "contains", ONE},
    {"prefix", "prefix", TEXT},
    {"exists", "exists", NOTHING},
    {"not exists", "exists", NOTHING},
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void skip_blanks(anc_str *rest)
{
    while (rest->len > 0 && is_blank(rest->ptr[0]))
        *rest = anc_str_sub(*rest, 1, rest->len);
}

static anc_str take(anc_str *rest, size_t n)
{
    const anc_str taken = anc_str_sub(*rest, 0, n);
    *rest = anc_str_sub(*rest, n, rest->len);
    return taken;
}

/* Bytes of the quoted text that `s` begins with, with its quotes; 0: it has no end. */
static size_t quoted_length(anc_str s)
{
    for (size_t i = 1; i < s.len; i++) {
        if (s.ptr[i] == '\\')
            i++;
        else if (s.ptr[i] == '"')
            return i + 1;
    }
    return 0;
}

static anc_status take_quoted(anc_str *rest, anc_str *ret, anc_err *err)
{
    json_doc *doc = NULL;
    const size_t n = quoted_length(*rest);
    if (n == 0)
        return ANC_FAIL(err, ANC_INVALID, "a quote is not closed");
    *ret = take(rest, n);
    if (json_parse(*ret, &doc, NULL) != ANC_OK)
        return ANC_FAIL(err, ANC_INVALID, "%.*s is no text as JSON has it", ANC_FMT(*ret));
    json_doc_free(doc);
    return ANC_OK;
}

static anc_status write_field(anc_str *rest, json_writer *w, anc_err *err)
{
    size_t n = 0;
    skip_blanks(rest);
    json_name(w, "field");
    if (rest->len > 0 && rest->ptr[0] == '"') {
        anc_str quoted;
        ANC_TRY(take_quoted(rest, &quoted, err));
        if (quoted.len == 2)
            return ANC_FAIL(err, ANC_INVALID, NO_FIELD);
        json_write_raw(w, quoted);
        return ANC_OK;
    }
    while (n < rest->len && !is_blank(rest->ptr[n]) && strchr("=!<>", rest->ptr[n]) == NULL)
        n++;
    if (n == 0)
        return ANC_FAIL(err, ANC_INVALID, NO_FIELD);
    json_write_str(w, take(rest, n));
    return ANC_OK;
}

/* A word ends with a blank, or with the condition. */
static bool begins_with(anc_str rest, const operator_row *row)
{
    const anc_str shown = anc_str_of(row->shown);
    const bool word = row->shown[0] >= 'a';
    return anc_str_starts(rest, shown) &&
           (!word || rest.len == shown.len || is_blank(rest.ptr[shown.len]));
}

static anc_status take_operator(anc_str *rest, const operator_row **ret, anc_err *err)
{
    size_t n = 0;
    skip_blanks(rest);
    for (size_t i = 0; i < ANC_COUNT(operators); i++)
        if (begins_with(*rest, &operators[i])) {
            (void)take(rest, strlen(operators[i].shown));
            skip_blanks(rest);
            *ret = &operators[i];
            return ANC_OK;
        }
    while (n < rest->len && !is_blank(rest->ptr[n]))
        n++;
    if (n == 0)
        return ANC_FAIL(err, ANC_INVALID, "an operator is missing; there are " OPERATORS);
    return ANC_FAIL(err, ANC_INVALID, "'%.*s' is no operator; there are " OPERATORS,
                    ANC_FMT(anc_str_sub(*rest, 0, n)));
}

/* What JSON has as a number or a boolean is one. */
static void write_plain(anc_str value, bool as_text, json_writer *w)
{
    json_doc *doc = NULL;
    json_kind kind = JSON_STRING;
    if (!as_text && json_parse(value, &doc, NULL) == ANC_OK)
        kind = json_kind_of(json_root(doc));
    json_doc_free(doc);
    if (kind == JSON_INT || kind == JSON_REAL || kind == JSON_BOOL)
        json_write_raw(w, value);
    else
        json_write_str(w, value);
}

/* The value up to a comma, or to the end of the condition where there is no list. */
static anc_status write_value(anc_str *rest, const operator_row *row, json_writer *w, anc_err *err)
{
    size_t n = 0;
    anc_str value;
    skip_blanks(rest);
    if (rest->len > 0 && rest->ptr[0] == '"') {
        ANC_TRY(take_quoted(rest, &value, err));
        json_write_raw(w, value);
        skip_blanks(rest);
        return ANC_OK;
    }
    while (n < rest->len && (row->takes != LIST || rest->ptr[n] != ','))
        n++;
    value = anc_str_trim(take(rest, n));
    if (value.len == 0)
        return ANC_FAIL(err, ANC_INVALID, "a value is missing behind %s", row->shown);
    write_plain(value, row->takes == TEXT, w);
    return ANC_OK;
}

/* The list without the brackets around it. */
static anc_str inner(anc_str list)
{
    const anc_str s = anc_str_trim(list);
    const bool bracketed = s.len >= 2 && ((s.ptr[0] == '(' && s.ptr[s.len - 1] == ')') ||
                                          (s.ptr[0] == '[' && s.ptr[s.len - 1] == ']'));
    return bracketed ? anc_str_sub(s, 1, s.len - 2) : s;
}

static anc_status write_list(anc_str *rest, const operator_row *row, json_writer *w, anc_err *err)
{
    anc_str list = inner(*rest);
    *rest = ANC_STR_NONE;
    json_open_array(w);
    for (;;) {
        ANC_TRY(write_value(&list, row, w, err));
        if (list.len == 0)
            break;
        if (list.ptr[0] != ',')
            return ANC_FAIL(err, ANC_INVALID, "'%.*s' stands behind a quoted value", ANC_FMT(list));
        (void)take(&list, 1);
    }
    json_close_array(w);
    return ANC_OK;
}

anc_status cli_condition_write(anc_str text, json_writer *w, anc_err *err)
{
    const operator_row *row = NULL;
    anc_str rest = anc_str_trim(text);
    json_open_object(w);
    ANC_TRY(write_field(&rest, w, err));
    ANC_TRY(take_operator(&rest, &row, err));
    json_put_str(w, "op", anc_str_of(row->op));
    json_name(w, "value");
    if (row->takes == NOTHING)
        json_write_bool(w, row->shown[0] != 'n');
    else if (row->takes == LIST)
        ANC_TRY(write_list(&rest, row, w, err));
    else
        ANC_TRY(write_value(&rest, row, w, err));
    if (rest.len > 0)
        return ANC_FAIL(err, ANC_INVALID, "'%.*s' stands behind %s", ANC_FMT(rest),
                        row->takes == NOTHING ? row->shown : "a quoted value");
    json_close_object(w);
    return ANC_OK;
}
