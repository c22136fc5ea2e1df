/* unigram_read.c - the unigram model, its normaliser and its pre-tokeniser from a tokenizer.json. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "unigram_impl.h"

enum { PIECES_MAX = INF_TRIE_BASE + 1 };

static const double unknown_penalty = 10; /* below the least score, as the original has it */

static void unigram_cleanup(inf_unigram **u)
{
    inf_unigram_free(*u);
}

static anc_status no_memory(anc_err *err)
{
    return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the vocabulary");
}

static anc_str type_of(const json_value *object)
{
    return json_str(json_member(object, "type"), ANC_STR("(none)"));
}

static anc_status read_scheme(const json_value *object, inf_word_marks *marks, anc_err *err)
{
    static const struct {
        anc_str name;
        inf_prepend prepend;
    } schemes[] = {{ANC_STR_INIT("always"), INF_PREPEND_ALWAYS},
                   {ANC_STR_INIT("first"), INF_PREPEND_FIRST},
                   {ANC_STR_INIT("never"), INF_PREPEND_NEVER}};
    const json_value *scheme = json_member(object, "prepend_scheme");
    if (json_kind_of(scheme) == JSON_ABSENT) {
        const bool prefix = json_bool(json_member(object, "add_prefix_space"), true);
        marks->prepend = prefix ? INF_PREPEND_ALWAYS : INF_PREPEND_NEVER;
        return ANC_OK;
    }
    const anc_str name = json_str(scheme, ANC_STR("(none)"));
    for (size_t i = 0; i < ANC_COUNT(schemes); i++)
        if (anc_str_eq(name, schemes[i].name)) {
            marks->prepend = schemes[i].prepend;
            return ANC_OK;
        }
    return ANC_FAIL(err, ANC_UNSUPPORTED,
                    "the prepend_scheme \"%.*s\" is not \"always\", \"first\" or \"never\"",
                    ANC_FMT(name));
}

static anc_status read_metaspace(const json_value *object, inf_word_marks *marks, anc_err *err)
{
    const anc_str mark = json_str(json_member(object, "replacement"), ANC_STR("\xE2\x96\x81"));
    size_t bytes = 0;
    if (mark.len > 0)
        marks->mark = anc_utf8_at(mark, 0, &bytes);
    if (marks->mark == 0 || bytes != mark.len)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "the replacement \"%.*s\" is not one character",
                        ANC_FMT(mark));
    marks->split = json_bool(json_member(object, "split"), true);
    return read_scheme(object, marks, err);
}

/* Metaspace, WhitespaceSplit, or a Sequence of the second and the first. */
static anc_status read_marks(const json_value *v, bool in_sequence, inf_word_marks *marks,
                             anc_err *err)
{
    const anc_str type = type_of(v);
    if (anc_str_eq(type, ANC_STR("Metaspace")) && marks->mark == 0)
        return read_metaspace(v, marks, err);
    if (anc_str_eq(type, ANC_STR("WhitespaceSplit")) && marks->mark == 0) {
        marks->blanks = true;
        return ANC_OK;
    }
    if (!anc_str_eq(type, ANC_STR("Sequence")) || in_sequence)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "the pre_tokenizer \"%.*s\" is not known, or not in this place",
                        ANC_FMT(type));
    const json_value *parts = json_member(v, "pretokenizers");
    for (size_t i = 0; i < json_count(parts); i++)
        ANC_TRY(read_marks(json_element(parts, i), true, marks, err));
    return ANC_OK;
}

/* Marks in `special` the ids that no text may hold: special tokens and the unknown piece. */
static void find_special(const json_value *root, const inf_unigram *u, bool *special)
{
    const json_value *added = json_member(root, "added_tokens");
    special[u->unk] = true;
    for (size_t i = 0; i < json_count(added); i++) {
        const json_value *token = json_element(added, i);
        const int64_t id = json_int(json_member(token, "id"), -1);
        if (id >= 0 && id < u->size && json_bool(json_member(token, "special"), false))
            special[id] = true;
    }
}

/* Piece number `i` of the vocabulary: its text, and its score. */
static anc_status read_piece(const json_value *pair, uint32_t i, anc_str *ret, double *ret_score,
                             anc_err *err)
{
    *ret = json_str(json_element(pair, 0), ANC_STR_NONE);
    *ret_score = json_double(json_element(pair, 1), (double)NAN);
    if (ret->ptr == NULL || !isfinite(*ret_score))
        return ANC_FAIL(err, ANC_CORRUPT, "piece %u of model.vocab is no text with a score", i);
    if (ret->len > INF_UNIGRAM_PIECE_MAX_BYTES)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "piece %u of model.vocab has %zu bytes, at most %d",
                        i, ret->len, INF_UNIGRAM_PIECE_MAX_BYTES);
    if (ret->len > 0 && memchr(ret->ptr, '\0', ret->len) != NULL)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "piece %u of model.vocab holds a NUL", i);
    return ANC_OK;
}

/* Reads all pieces; `keys` gets those that a text may hold. */
static anc_status read_pieces(const json_value *vocab, inf_unigram *u, const bool *special,
                              inf_trie_key *keys, anc_err *err)
{
    double least = DBL_MAX;
    size_t n = 0;
    for (uint32_t i = 0; i < u->size; i++) {
        anc_str text;
        ANC_TRY(read_piece(json_element(vocab, i), i, &text, &u->scores[i], err));
        if (u->scores[i] < least)
            least = u->scores[i];
        if (!special[i] && text.len > 0)
            keys[n++] = (inf_trie_key){text, i};
    }
    u->unk_score = least - unknown_penalty;
    return inf_trie_build(keys, n, &u->pieces, err);
}

static anc_status add_pieces(const json_value *root, const json_value *vocab, inf_unigram *u,
                             anc_err *err)
{
    inf_trie_key *keys = malloc(u->size * sizeof *keys);
    bool *special = calloc(u->size, sizeof *special);
    u->scores = malloc(u->size * sizeof *u->scores);
    anc_status status;
    if (keys == NULL || special == NULL || u->scores == NULL) {
        status = no_memory(err);
    } else {
        find_special(root, u, special);
        status = read_pieces(vocab, u, special, keys, err);
    }
    free(keys);
    free(special);
    return status;
}

/* The ids of <0x00> to <0xFF>, which must all be there. */
static anc_status find_bytes(inf_unigram *u, anc_err *err)
{
    for (unsigned byte = 0; byte < INF_BYTE_VALUES; byte++) {
        char name[8];
        uint32_t base = inf_trie_root(&u->pieces);
        bool ends = false;
        (void)snprintf(name, sizeof name, "<0x%02X>", byte);
        for (const char *c = name; *c != '\0'; c++)
            if (!inf_trie_step(&u->pieces, &base, (unsigned char)*c, &ends))
                return ANC_FAIL(err, ANC_CORRUPT, "byte_fallback without a piece %s", name);
        if (!ends)
            return ANC_FAIL(err, ANC_CORRUPT, "byte_fallback without a piece %s", name);
        u->byte_ids[byte] = inf_trie_number(&u->pieces, base);
    }
    u->bytes = true;
    return ANC_OK;
}

anc_status inf_unigram_of_json(const json_value *root, inf_unigram **ret, anc_err *err)
{
    const json_value *model = json_member(root, "model");
    const json_value *vocab = json_member(model, "vocab");
    const int64_t unk = json_int(json_member(model, "unk_id"), -1);
    const size_t n = json_count(vocab);
    if (json_kind_of(vocab) != JSON_ARRAY || n == 0 || n > PIECES_MAX)
        return ANC_FAIL(err, ANC_CORRUPT, "model.vocab is no array of 1 to %d pieces", PIECES_MAX);
    if (unk < 0 || (uint64_t)unk >= n)
        return ANC_FAIL(err, ANC_CORRUPT, "model.unk_id is none of the %zu pieces", n);
    ANC_CLEANUP(unigram_cleanup) inf_unigram *u = calloc(1, sizeof *u);
    if (u == NULL)
        return no_memory(err);
    u->size = (uint32_t)n;
    u->unk = (uint32_t)unk;
    ANC_TRY(inf_steps_of_json(json_member(root, "normalizer"), &u->steps, err));
    const json_value *pre = json_member(root, "pre_tokenizer");
    u->marks.prepend = INF_PREPEND_NEVER;
    if (pre != NULL && json_kind_of(pre) != JSON_NULL)
        ANC_TRY(read_marks(pre, false, &u->marks, err));
    ANC_TRY(add_pieces(root, vocab, u, err));
    if (json_bool(json_member(model, "byte_fallback"), false))
        ANC_TRY(find_bytes(u, err));
    *ret = u;
    u = NULL;
    return ANC_OK;
}
