/* misspelt.c - see misspelt.h. The distance is Damerau's: letters left out, too many, others, or two in the wrong order. */
#include "rag/domain/misspelt.h"

#include "base/str.h"
#include "base/utf8.h"

enum {
    LETTERS_MAX = 32,
    ONE_FROM = 5, /* letters of a word of which one may be wrong */
    TWO_FROM = 8,
    SWAP_FROM = 3,  /* … of which two may be in the wrong order */
    ABROAD_FROM = 6 /* … in a passage that is not English */
};

typedef struct letters {
    uint32_t at[LETTERS_MAX];
    size_t n; /* 0: it has figures, or too many */
} letters;

static letters letters_of(anc_str word)
{
    letters l = {.n = 0};
    for (size_t i = 0, bytes = 0; i < word.len; i += bytes) {
        uint32_t c = anc_utf8_at(word, i, &bytes);
        c += c >= 'A' && c <= 'Z' ? 'a' - 'A' : 0;
        if (l.n == LETTERS_MAX || (c < 0x80 && (c < 'a' || c > 'z')))
            return (letters){.n = 0};
        l.at[l.n++] = c;
    }
    return l;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters are wrong; more than `most` is not told exactly. */
static size_t distance(const letters *a, const letters *b, size_t most)
{
    size_t rows[3][LETTERS_MAX + 1];
    if (a->n > b->n + most || b->n > a->n + most)
        return most + 1;
    for (size_t k = 0; k <= b->n; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= a->n; i++) {
        size_t *row = rows[i % 3];
        const size_t *before = rows[(i + 2) % 3];
        const size_t *twice = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t k = 1; k <= b->n; k++) {
            row[k] = least(least(before[k], row[k - 1]) + 1,
                           before[k - 1] + (a->at[i - 1] != b->at[k - 1]));
            if (i > 1 && k > 1 && a->at[i - 1] == b->at[k - 2] && a->at[i - 2] == b->at[k - 1])
                row[k] = least(row[k], twice[k - 2] + 1);
        }
    }
    return rows[a->n % 3][b->n];
}

/* Whether they are the same but for two letters in the wrong order. */
static bool is_swapped(const letters *a, const letters *b)
{
    size_t i = 0;
    while (a->n == b->n && i + 1 < a->n && a->at[i] == b->at[i])
        i++;
    if (a->n != b->n || i + 1 >= a->n || a->at[i] != b->at[i + 1] || a->at[i + 1] != b->at[i])
        return false;
    for (i += 2; i < a->n; i++)
        if (a->at[i] != b->at[i])
            return false;
    return true;
}

/* How many letters of the asked word are wrong where the other was meant; 0: it was not meant. */
static size_t wrong_in(const letters *asked, const letters *other, bool english)
{
    if (asked->n >= SWAP_FROM && other->n > 0 && is_swapped(asked, other))
        return asked->n > SWAP_FROM ? 1 : 0;
    if (asked->n < (english ? (size_t)ONE_FROM : (size_t)ABROAD_FROM) || other->n + 1 < ONE_FROM ||
        asked->at[0] != other->at[0] || asked->at[1] != other->at[1])
        return 0;
    const size_t most = english && asked->n >= TWO_FROM ? 2 : 1;
    const size_t wrong = distance(asked, other, most);
    const bool same_end = asked->at[asked->n - 1] == other->at[other->n - 1];
    return wrong > most || (!english && (asked->n == other->n || !same_end)) ? 0 : wrong;
}

/* "et" of "leitet": what the forms and derived words of a stem end with. */
static bool is_ending(const letters *l, size_t from)
{
    static const char endings[] =
        "s es ed er ers or ors ing ings ion ions al ally ly ment ments able ance ence "
        "e en et est st t te ten ter tes tem ern em in innen ung ungen lich bar "
        "é ée és ées ent ant ants eur eurs euse ation ations ement ements ait ez ons ir "
        "a o as os an ar ir ado ada ados adas ido ida idos idas ador adora ción ciones ante antes "
        "i are ire ere ato ata ati ate ito ita iti ite ano ono ore ori zione zioni "
        "am em ou eu iu ção ções";
    char ending[LETTERS_MAX * 4];
    size_t n = 0;
    for (size_t i = from; i < l->n; i++)
        n += anc_utf8_put(l->at[i], ending + n);
    return n == 0 || rag_is_any_of((anc_str){ending, n}, endings);
}

/* "Leitet" and "Leitung": two words of one stem, neither of which is a slip for another word. */
static bool is_of_one_stem(const letters *a, const letters *b)
{
    enum { STEM_MIN = 4 };
    size_t same = 0;
    while (same < a->n && same < b->n && a->at[same] == b->at[same])
        same++;
    while (same >= STEM_MIN && !(is_ending(a, same) && is_ending(b, same)))
        same--;
    return same >= STEM_MIN;
}

/* ---- which words ---------------------------------------------------------------------------------- */

/* A word of the question that no passage has, and the nearest of theirs. */
typedef struct wanted {
    anc_str word;
    uint64_t key;
    letters letters;
    size_t wrong; /* 0: none is near */
    uint64_t meant_key;
    anc_str meant;
    bool either; /* another is as near */
} wanted;

enum { WANTED_MAX = 16 };

static bool may_be_wrong(const rag_word *w, size_t i, txt_language language)
{
    return !w->stop && !w->digits && w->code == 0 && !w->whole &&
           (!w->capital || i == 0 || language == TXT_DE);
}

/* A function word with two letters in the wrong order: "teh". */
static anc_status take_function_word(anc_arena *mem, txt_language language, wanted *w, anc_err *err)
{
    char swapped[LETTERS_MAX];
    if (w->word.len < SWAP_FROM || w->word.len > SWAP_FROM + 1 || w->letters.n != w->word.len)
        return ANC_OK;
    for (size_t i = 0; i + 1 < w->word.len && w->wrong == 0; i++) {
        rag_words words;
        for (size_t k = 0; k < w->word.len; k++)
            swapped[k] = w->word.ptr[k == i ? i + 1 : k == i + 1 ? i : k];
        const anc_str text = anc_arena_copy(mem, (anc_str){swapped, w->word.len});
        if (text.ptr == NULL)
            return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a word");
        ANC_TRY(rag_words_of(mem, text, language, &words, err));
        if (words.n != 1 || !words.items[0].stop)
            continue;
        w->wrong = 1;
        w->meant = text;
    }
    return ANC_OK;
}

static void compare(wanted *w, anc_str word, uint64_t key, const letters *other, bool english)
{
    const size_t wrong = wrong_in(&w->letters, other, english);
    if (wrong == 0 || (w->wrong > 0 && wrong > w->wrong))
        return;
    if (w->wrong == 0 || wrong < w->wrong) {
        w->wrong = wrong;
        w->meant = word;
        w->meant_key = key;
        w->either = false;
    } else if (key != w->meant_key) {
        w->either = true;
    }
}

/* What is known of a text: the words of one in another language than the question are not meant, "passport" for "passiert". */
typedef enum origin { ENGLISH, OTHER, FOREIGN } origin;

/* Compares all that are left with the words of a text; those that stand in it are taken away. */
static anc_status look_in(anc_arena *mem, anc_str text, txt_language language, origin of,
                          wanted *all, size_t *n, anc_err *err)
{
    rag_words words;
    ANC_TRY(rag_words_of(mem, text, language, &words, err));
    for (size_t k = 0; k<words.n && * n> 0; k++) {
        const rag_word *other = &words.items[k];
        const anc_str word = rag_word_text(text, other);
        const letters is = other->stop || other->whole ? (letters){.n = 0} : letters_of(word);
        for (size_t i = 0; i < *n;) {
            if (other->key == all[i].key || anc_str_eq_nocase(word, all[i].word) ||
                is_of_one_stem(&all[i].letters, &is)) {
                for (size_t m = i + 1; m < *n; m++)
                    all[m - 1] = all[m];
                --*n;
                continue;
            }
            if (of != FOREIGN)
                compare(&all[i], word, other->key, &is, of == ENGLISH);
            i++;
        }
    }
    return ANC_OK;
}

static anc_status look_in_passage(anc_arena *mem, const rag_passage *p, txt_language language,
                                  wanted *all, size_t *n, anc_err *err)
{
    txt_language own;
    const bool known = txt_language_find(p->language, &own) && own != TXT_UND;
    const origin of = known && language != TXT_UND && own != language ? FOREIGN
                      : known && own == TXT_EN                        ? ENGLISH
                                                                      : OTHER;
    const anc_str texts[] = {p->title, p->heading, p->columns, p->text};
    for (size_t i = 0; i < ANC_COUNT(texts); i++)
        ANC_TRY(look_in(mem, texts[i], language, of, all, n, err));
    return ANC_OK;
}

anc_status rag_misspelt_find(anc_arena *mem, anc_str question, txt_language language,
                             const rag_passage *passages, size_t n,
                             rag_misspelling out[RAG_MISSPELT_MAX], size_t *ret, anc_err *err)
{
    wanted all[WANTED_MAX];
    size_t left = 0;
    rag_words words;
    *ret = 0;
    ANC_TRY(rag_words_of(mem, question, language, &words, err));
    for (size_t i = 0; i < words.n && left < WANTED_MAX; i++) {
        const anc_str word = rag_word_text(question, &words.items[i]);
        if (may_be_wrong(&words.items[i], i, language))
            all[left++] =
                (wanted){.word = word, .key = words.items[i].key, .letters = letters_of(word)};
    }
    for (size_t i = 0; i < n && left > 0; i++)
        ANC_TRY(look_in_passage(mem, &passages[i], language, all, &left, err));
    for (size_t i = 0; i < left && *ret < RAG_MISSPELT_MAX; i++) {
        if (all[i].wrong == 0)
            ANC_TRY(take_function_word(mem, language, &all[i], err));
        if (all[i].wrong > 0 && !all[i].either)
            out[(*ret)++] = (rag_misspelling){all[i].word, all[i].meant};
    }
    return ANC_OK;
}

anc_status rag_misspelt_mend(anc_arena *mem, anc_str question, const rag_misspelling *found,
                             size_t n, anc_str *ret, anc_err *err)
{
    anc_str text = ANC_STR("");
    size_t at = 0;
    for (size_t i = 0; i <= n && text.ptr != NULL; i++) {
        const size_t to = i < n ? (size_t)(found[i].word.ptr - question.ptr) : question.len;
        text = anc_arena_printf(mem, "%.*s%.*s%.*s", ANC_FMT(text),
                                ANC_FMT(anc_str_sub(question, at, to - at)),
                                ANC_FMT(i < n ? found[i].meant : ANC_STR("")));
        at = i < n ? to + found[i].word.len : to;
    }
    if (text.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for a question");
    *ret = text;
    return ANC_OK;
}
