/* words.c - normalising and cutting as the BERT tokenizers do, ASCII on a short way. */
#include "words_impl.h"

#include "base/utf8.h"
#include "text/unicode.h"

enum { REPLACEMENT = 0xFFFD, BLANK = ' ', DOTTED_CAPITAL_I = 0x130, DOT_ABOVE = 0x307 };

inf_words inf_words_of(anc_str text, inf_word_rules rules)
{
    return (inf_words){.text = text, .rules = rules};
}

static bool is_ascii_punctuation(uint32_t c)
{
    return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '`') ||
           (c >= '{' && c <= '~');
}

bool inf_is_blank(uint32_t c)
{
    if (c < 0x80)
        return c == BLANK || (c >= '\t' && c <= '\r');
    return c == 0x85 || txt_category_is_separator(txt_category_of(c));
}

static bool is_punctuation(uint32_t c)
{
    if (c < 0x80)
        return is_ascii_punctuation(c);
    return txt_category_is_punctuation(inf_word_category(c));
}

static bool is_dropped(uint32_t c)
{
    if (c == '\t' || c == '\n' || c == '\r')
        return false;
    if (c < 0x80)
        return c < 0x20 || c == 0x7f;
    const txt_category category = inf_word_category(c);
    return c == REPLACEMENT || category == TXT_CC || category == TXT_CF || category == TXT_CO;
}

static bool is_cjk(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        {0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
        {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F},
    };
    if (c < 0x3400)
        return false;
    for (size_t i = 0; i < ANC_COUNT(ranges); i++)
        if (c >= ranges[i][0] && c <= ranges[i][1])
            return true;
    return false;
}

static void queue_add(inf_words *w, uint32_t c)
{
    if (w->queued < INF_WORD_QUEUE)
        w->queue[w->queued++] = c;
}

static void queue_lower(inf_words *w, uint32_t c)
{
    if (!w->rules.lower) {
        queue_add(w, c);
    } else if (c == DOTTED_CAPITAL_I) { /* the one lower case of two code points */
        queue_add(w, 'i');
        queue_add(w, DOT_ABOVE);
    } else {
        queue_add(w, txt_lower(c));
    }
}

static void queue_mapped(inf_words *w, uint32_t c)
{
    uint32_t parts[TXT_DECOMPOSED] = {c};
    const size_t n = w->rules.strip_marks ? txt_decompose(c, parts) : 1;
    for (size_t i = 0; i < n; i++)
        if (!w->rules.strip_marks || inf_word_category(parts[i]) != TXT_MN)
            queue_lower(w, parts[i]);
}

/* The code point at the cursor, which moves behind it. */
static uint32_t take(inf_words *w)
{
    const anc_str rest = {w->text.ptr + w->at, w->text.len - w->at};
    size_t bytes = 1;
    uint32_t c = (unsigned char)rest.ptr[0];
    if (c >= 0x80) {
        const anc_str head = {rest.ptr, rest.len < 4 ? rest.len : 4};
        c = anc_utf8_valid_prefix(head) > 0 ? anc_utf8_at(head, 0, &bytes) : REPLACEMENT;
    }
    w->at += bytes;
    return c;
}

/* Refills the queue from the next code points of the text. False at the end of the text. */
static bool refill(inf_words *w)
{
    w->queued = w->next = 0;
    while (w->queued == 0) {
        if (w->at >= w->text.len)
            return false;
        const uint32_t c = take(w);
        if (w->rules.clean && is_dropped(c))
            continue;
        if (inf_is_blank(c) && w->rules.clean) {
            queue_add(w, BLANK);
        } else if (w->rules.space_cjk && is_cjk(c)) {
            queue_add(w, BLANK);
            queue_mapped(w, c);
            queue_add(w, BLANK);
        } else {
            queue_mapped(w, c);
        }
    }
    return true;
}

static void word_add(inf_word *word, uint32_t c)
{
    if (word->chars < INF_WORD_MAX_CHARS) {
        const size_t from = word->chars > 0 ? word->end[word->chars - 1] : 0;
        size_t n = 1;
        if (c < 0x80)
            word->bytes[from] = (char)c;
        else
            n = anc_utf8_put(c, word->bytes + from);
        word->end[word->chars] = (uint16_t)(from + n);
    }
    word->chars++;
}

/* Letters and digits of ASCII at the cursor go straight into the word. */
static void take_plain(inf_words *w, inf_word *word)
{
    while (w->at < w->text.len) {
        const unsigned char c = (unsigned char)w->text.ptr[w->at];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            word_add(word, c);
        else if (c >= 'A' && c <= 'Z')
            word_add(word, w->rules.lower ? c + 32u : c);
        else
            return;
        w->at++;
    }
}

bool inf_words_next(inf_words *w, inf_word *ret)
{
    ret->chars = 0;
    for (;;) {
        if (w->next == w->queued) {
            take_plain(w, ret);
            if (!refill(w))
                return ret->chars > 0;
        }
        const uint32_t c = w->queue[w->next];
        if (is_punctuation(c)) {
            if (ret->chars > 0)
                return true; /* the mark waits in the queue */
            word_add(ret, c);
            w->next++;
            return true;
        }
        w->next++;
        if (!inf_is_blank(c))
            word_add(ret, c);
        else if (ret->chars > 0)
            return true;
    }
}
