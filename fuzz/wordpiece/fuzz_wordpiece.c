/* fuzz_wordpiece.c - the first byte chooses: a text for a fixed vocabulary, a tokenizer.json, or a
 * vocab.txt. A text must give as many ids as counting says, all of them known; a pair must fill what
 * it is cut to. */
#include <stdlib.h>
#include <string.h>

#include "infer/tokenizer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WINDOW = 64 };

static const anc_str vocab = ANC_STR_INIT("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\n##a\n##b\nab\n##"
                                          "ab\n,\n.\n[\n]\n\xE5\xA5\xBD\nthe\n##e\n");

static void check_pair(const inf_tokenizer *tok, anc_str a, anc_str b)
{
    uint32_t ids[WINDOW];
    uint8_t types[WINDOW];
    bool cut = false;
    const size_t n = inf_tokenizer_encode_pair(tok, a, b, WINDOW, ids, types, &cut);
    if (n < 2 || n > WINDOW || (cut && n != WINDOW))
        abort();
    for (size_t i = 0; i < n; i++)
        if (ids[i] >= inf_tokenizer_size(tok) || types[i] > 1)
            abort();
}

static void check(const inf_tokenizer *tok, anc_str text)
{
    uint32_t ids[WINDOW];
    bool cut = false;
    const size_t n = inf_tokenizer_encode(tok, text, WINDOW, ids, &cut);
    const size_t counted = inf_tokenizer_count(tok, text, WINDOW);
    if (n < 2 || n > WINDOW || cut != (counted > WINDOW - 2) || (!cut && counted != n - 2))
        abort();
    for (size_t i = 0; i < n; i++)
        if (ids[i] >= inf_tokenizer_size(tok))
            abort();
    check_pair(tok, text, anc_str_sub(text, text.len / 2, text.len));
    check_pair(tok, anc_str_sub(text, 0, text.len / 3), text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inf_tokenizer *tok = NULL;
    anc_status status = ANC_INVALID;
    if (size == 0)
        return 0;
    const anc_str rest = {(const char *)data + 1, size - 1};
    switch (data[0]) {
    case 'j':
        status = inf_tokenizer_of_json(rest, &tok, NULL);
        break;
    case 'v':
        status = inf_tokenizer_of_vocab(rest, true, &tok, NULL);
        break;
    default:
        status = inf_tokenizer_of_vocab(vocab, data[0] % 2 == 0, &tok, NULL);
        break;
    }
    if (status == ANC_OK)
        check(tok, rest);
    inf_tokenizer_close(tok);
    return 0;
}
