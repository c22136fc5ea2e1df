/* recorded.c - see recorded.h. A record in an answer is a line of fields "name: value" with semicolons between them. */
#include "rag/domain/recorded.h"

#include "base/str.h"
#include "rag/domain/cues.h"
#include "text/normalize.h"

enum { FIELDS_MIN = 3, KEY_MAX_BYTES = 80, ASKED_MAX = 2 };

/* The line without its marker; empty: something stands behind it. */
static anc_str record_of(anc_str text)
{
    const size_t marker = anc_str_find(text, ANC_STR(" [1]"));
    if (marker == SIZE_MAX || txt_trim(anc_str_sub(text, marker + 4, text.len)).len > 0 ||
        anc_str_find(text, ANC_STR("\n")) != SIZE_MAX)
        return ANC_STR("");
    return anc_str_sub(text, 0, marker);
}

/* "Telefon" of "Telefonnummer". */
static bool begins_with(anc_str word, anc_str name)
{
    enum { LETTERS_MIN = 5 };
    return name.len >= LETTERS_MIN && word.len > name.len &&
           anc_str_eq_nocase(anc_str_sub(word, 0, name.len), name);
}

/* Whether a word of the question is one of the name of a field, bytes [from, to) of the answer. */
static bool is_asked(const rag_spoken *s, const rag_spoken *answered, size_t from, size_t to)
{
    for (size_t i = 0; i < answered->words.n; i++) {
        const rag_word *w = &answered->words.items[i];
        if (w->start < from || w->end > to || w->stop)
            continue;
        for (size_t k = 0; k < s->words.n; k++)
            if (rag_spoken_is_noun(s, k) &&
                (s->words.items[k].key == w->key ||
                 anc_str_eq_nocase(rag_spoken_word(s, k), rag_spoken_word(answered, i)) ||
                 begins_with(rag_spoken_word(s, k), rag_spoken_word(answered, i))))
                return true;
    }
    return false;
}

/* Nothing in it points at, or names, what it is about, and little is asked. */
static bool is_bare(const rag_spoken *s)
{
    const size_t content = rag_spoken_content(s, 0);
    for (size_t i = 0; i < s->words.n; i++) {
        const rag_word *w = &s->words.items[i];
        const bool noun = s->language == TXT_DE && i > 0 && rag_spoken_is_article(s, i - 1);
        if (rag_spoken_is_pronoun(s, i) || w->digits || w->code != 0 ||
            (i > 0 && w->capital && !noun))
            return false;
    }
    return content > 0 && content <= ASKED_MAX;
}

/* What it asks for has an article: "what is the supplier?" */
static bool asks_field(const rag_spoken *s)
{
    bool article = false;
    for (size_t i = 1; i < s->words.n; i++) {
        article = article || rag_spoken_is_article(s, i);
        if (rag_spoken_is_preposition(s, i))
            return false;
    }
    return article;
}

/* "How many are on hand?": it asks by the whole name of a field, and says nothing besides ("which teacher is in the gym?"). */
static bool asks_by_name(const rag_spoken *s, anc_str name)
{
    bool asks = false;
    for (size_t i = 0; i < s->words.n; i++)
        if (rag_spoken_is_noun(s, i) && !rag_phrase_in(name, rag_spoken_word(s, i)))
            return false;
    for (size_t i = 0; i < s->words.n && !asks; i++)
        asks = rag_spoken_is_asking(s, i) && !rag_spoken_is_article(s, i);
    return asks && rag_phrase_in(s->text, name);
}

anc_str rag_recorded(const rag_spoken *s, const rag_spoken *answered)
{
    anc_str rest = record_of(answered->text);
    anc_str known = ANC_STR("");
    size_t fields = 0;
    bool asked = false;
    if (rest.len == 0 || !is_bare(s))
        return ANC_STR("");
    const bool field_asked = asks_field(s);
    while (rest.len > 0) {
        const size_t end = anc_str_find(rest, ANC_STR("; "));
        const anc_str field = anc_str_sub(rest, 0, end);
        const size_t colon = anc_str_find(field, ANC_STR(": "));
        const size_t from = (size_t)(field.ptr - answered->text.ptr);
        if (colon == SIZE_MAX)
            return ANC_STR("");
        const anc_str value = anc_str_sub(field, colon + 2, field.len);
        if (fields++ == 0)
            known = value;
        else
            asked = asked || (field_asked && is_asked(s, answered, from, from + colon)) ||
                    asks_by_name(s, anc_str_sub(field, 0, colon));
        rest = end == SIZE_MAX ? ANC_STR("") : anc_str_sub(rest, end + 2, rest.len);
    }
    return fields >= FIELDS_MIN && asked && known.len <= KEY_MAX_BYTES ? known : ANC_STR("");
}

/* The record behind the sentence that ends before its first colon: "9000. Department: Allotments". */
static anc_str behind_sentence(anc_str record, size_t colon)
{
    for (size_t i = colon; i > 1; i--)
        if (record.ptr[i - 2] == '.' && record.ptr[i - 1] == ' ')
            return anc_str_sub(record, i, record.len);
    return record;
}

/* The record without what may be told before it; empty: there is none, or more than one. */
static anc_str only_record(anc_str answer)
{
    const size_t marker = anc_str_find(answer, ANC_STR(" [1]"));
    if (marker == SIZE_MAX || txt_trim(anc_str_sub(answer, marker + 4, answer.len)).len > 0)
        return ANC_STR("");
    anc_str record = anc_str_sub(answer, 0, marker);
    for (size_t line; (line = anc_str_find(record, ANC_STR("\n"))) != SIZE_MAX;)
        record = txt_trim(anc_str_sub(record, line + 1, record.len));
    for (;;) {
        const anc_str first = anc_str_sub(record, 0, anc_str_find(record, ANC_STR("; ")));
        const size_t colon = anc_str_find(first, ANC_STR(": "));
        if (colon == SIZE_MAX || first.len == record.len)
            return ANC_STR("");
        if (anc_str_find(anc_str_sub(first, colon + 2, first.len), ANC_STR(": ")) == SIZE_MAX)
            return behind_sentence(record, colon);
        record = anc_str_sub(record, colon + 2, record.len);
    }
}

/* The first field of `rest`, which is behind it then. */
static bool next_field(anc_str *rest, rag_field *ret)
{
    const size_t end = anc_str_find(*rest, ANC_STR("; "));
    const anc_str field = anc_str_sub(*rest, 0, end);
    const size_t colon = anc_str_find(field, ANC_STR(": "));
    if (colon == SIZE_MAX)
        return false;
    *ret = (rag_field){anc_str_sub(field, 0, colon), anc_str_sub(field, colon + 2, field.len)};
    *rest = end == SIZE_MAX ? ANC_STR("") : anc_str_sub(*rest, end + 2, rest->len);
    return true;
}

bool rag_record_key(anc_str answer, rag_field *ret)
{
    anc_str rest = only_record(answer);
    return next_field(&rest, ret) && ret->value.len <= KEY_MAX_BYTES &&
           ret->name.len <= KEY_MAX_BYTES;
}

/* "Department" and "departments": all but a short end. */
static bool is_form_of(anc_str a, anc_str b)
{
    enum { STEM_MIN = 4, END_MAX = 2 };
    size_t same = 0;
    while (same < a.len && same < b.len &&
           anc_str_eq_nocase(anc_str_sub(a, same, 1), anc_str_sub(b, same, 1)))
        same++;
    return anc_str_eq_nocase(a, b) ||
           (same >= STEM_MIN && a.len - same <= END_MAX && b.len - same <= END_MAX);
}

bool rag_record_field(anc_str answer, anc_str name, rag_field *ret)
{
    anc_str rest = only_record(answer);
    while (next_field(&rest, ret))
        if (is_form_of(ret->name, name) && ret->value.len <= KEY_MAX_BYTES)
            return true;
    return false;
}
