/* tokenizer.c - pieces within their special tokens, one text or a pair. */
#include <string.h>

#include "tokenizer_impl.h"

anc_status inf_tokenizer_lower(inf_tokenizer *tok, anc_err *err)
{
    if (tok->unigram != NULL)
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "do_lower_case is not known of a tokenizer of the kind Unigram");
    tok->rules.lower = true;
    return ANC_OK;
}

uint32_t inf_tokenizer_size(const inf_tokenizer *tok)
{
    return tok->size;
}

/* At most `max` pieces of `text`, as inf_wordpiece_take. */
static size_t take(const inf_tokenizer *tok, anc_str text, size_t max, uint32_t *ids,
                   bool *ret_more)
{
    return tok->unigram != NULL ? inf_unigram_take(tok->unigram, text, max, ids, ret_more)
                                : inf_wordpiece_take(tok, text, max, ids, ret_more);
}

size_t inf_tokenizer_encode(const inf_tokenizer *tok, anc_str text, size_t max, uint32_t *ids,
                            bool *ret_cut)
{
    bool cut = max < 2;
    const size_t n = cut ? 0 : take(tok, text, max - 2, ids + 1, &cut);
    const size_t all = max < 2 ? max : n + 2;
    if (all > 0)
        ids[0] = tok->frame.first;
    if (all > 1)
        ids[all - 1] = tok->frame.last;
    if (ret_cut != NULL)
        *ret_cut = cut;
    return all;
}

size_t inf_tokenizer_count(const inf_tokenizer *tok, anc_str text, size_t max)
{
    bool more = false;
    const size_t n = take(tok, text, max, NULL, &more);
    return more ? max + 1 : n;
}

/* How many pieces of each text stay. */
typedef struct shares {
    size_t a, b;
} shares;

/* `a_longer` says which of two texts that are both longer than `room` is the longer one; `a` and
 * `b` may then stand for anything above `room`. */
static shares share(size_t a, size_t b, size_t room, bool a_longer)
{
    const bool both = a > room && b > room;
    const bool swap = both ? a_longer : a > b;
    const size_t shorter = a < b ? a : b;
    size_t few = shorter, many = room;
    if (!both)
        many = room - shorter > shorter ? room - shorter : shorter;
    if (both || few + many > room) {
        few = room / 2;
        many = room - few;
    }
    return swap ? (shares){many, few} : (shares){few, many};
}

static bool longer(const inf_tokenizer *tok, anc_str a, anc_str b)
{
    const size_t all = SIZE_MAX - 1;
    return inf_tokenizer_count(tok, a, all) > inf_tokenizer_count(tok, b, all);
}

static void put_types(const inf_frame *frame, size_t n_first, size_t n, uint8_t *types)
{
    for (size_t i = 0; i < n; i++)
        types[i] = i < n_first ? 0 : frame->second;
}

/* The text that is not the first one goes behind it: `used` pieces of that and the tokens between.
 */
static size_t take_second(const inf_tokenizer *tok, anc_str text, size_t used, size_t max,
                          uint32_t *ids, bool *ret_more)
{
    const inf_frame *frame = &tok->frame;
    for (size_t i = 0; i < frame->n_between; i++)
        ids[1 + used + i] = frame->between[i];
    return take(tok, text, max, ids + 1 + used + frame->n_between, ret_more);
}

size_t inf_tokenizer_encode_pair(const inf_tokenizer *tok, anc_str a, anc_str b, size_t max,
                                 uint32_t *ids, uint8_t *types, bool *ret_cut)
{
    const inf_frame *frame = &tok->frame;
    if (b.len == 0) {
        const size_t n = inf_tokenizer_encode(tok, a, max, ids, ret_cut);
        memset(types, 0, n);
        return n;
    }
    const size_t room = max - 2 - frame->n_between;
    bool more_a = false, more_b = false;
    size_t n_a = take(tok, a, room, ids + 1, &more_a);
    size_t n_b = take_second(tok, b, n_a, room - n_a, ids, &more_b);
    const bool cut = more_a || more_b;
    if (more_a || (more_b && n_a > room - n_a)) {
        const size_t all_a = more_a ? room + 1 : n_a;
        const size_t all_b = inf_tokenizer_count(tok, b, room);
        const bool tie = all_a > room && all_b > room && room % 2 == 1;
        const shares kept = share(all_a, all_b, room, tie && longer(tok, a, b));
        n_a = kept.a;
        n_b = take_second(tok, b, n_a, kept.b, ids, &more_b);
    }
    const size_t n_first = 1 + n_a + frame->n_between, n = n_first + n_b + 1;
    ids[0] = frame->first;
    ids[n - 1] = frame->last;
    put_types(frame, n_first, n, types);
    if (ret_cut != NULL)
        *ret_cut = cut;
    return n;
}
