/* fuzz_wordpiece.c - the first byte chooses: a text for a fixed vocabulary, a tokenizer.json, or a
 * vocab.txt. A text must give as many ids as counting says, all of them known; a pair must fill what
 * it is cut to. */
#include "../tokenizer_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const anc_str vocab = ANC_STR_INIT("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\nc\n##a\n##b\nab\n##"
                                          "ab\n,\n.\n[\n]\n\xE5\xA5\xBD\nthe\n##e\n");

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t ids[TOKENIZER_WINDOW];
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
        (void)tokenizer_check(tok, rest, ids);
    inf_tokenizer_close(tok);
    return 0;
}
