/* fuzz_unigram.c - the first byte chooses: a tokenizer.json, a charsmap (a text for it behind a
 * 0xFF byte), or a text for one of a few fixed tokenizers. A text must give as many ids as counting
 * says, all of them known, and more room only more of the same; a pair must fit. */
#include <stdlib.h>
#include <string.h>

#include "../tokenizer_check.h"
#include "base/base64.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { JSON_MAX_BYTES = 8 << 20 };

#define VOCAB                                                                              \
    "[[\"<s>\",0],[\"</s>\",0],[\"<unk>\",0],[\"\xE2\x96\x81\",-2],[\"a\",-3],[\"b\",-3]," \
    "[\"ab\",-5],[\"aaaaaaaaaaaaaaaa\",-5],[\"\xE2\x96\x81\x61\",-4],[\"\xC3\xA9\",-5],"   \
    "[\"\xE5\xA5\xBD\xE5\xA5\xBD\",-5],[\"e\xCC\x81\",-4],[\"...\",-4]]"
#define TAIL(pre)                                                                              \
    ",\"pre_tokenizer\":" pre ",\"model\":{\"type\":\"Unigram\",\"unk_id\":2,\"vocab\":" VOCAB \
    "},\"post_processor\":{\"type\":\"RobertaProcessing\",\"sep\":[\"</s>\",1],\"cls\":["      \
    "\"<s>\",0]}}"
#define META  "{\"type\":\"Metaspace\"}"
#define SPLIT "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"WhitespaceSplit\"}," META "]}"

static const char *const tokenizers[] = {
    "{\"normalizer\":null" TAIL(META),
    "{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"NFKC\"},{\"type\":"
    "\"Lowercase\"},{\"type\":\"Strip\"}]}" TAIL(SPLIT),
    "{\"normalizer\":{\"type\":\"Sequence\",\"normalizers\":[{\"type\":\"Strip\",\"strip_left\":"
    "false},{\"type\":\"Replace\",\"pattern\":{\"Regex\":\" {2,}\"},\"content\":\"b\"},{\"type\":"
    "\"Replace\",\"pattern\":{\"String\":\"aab\"},\"content\":\"\"},{\"type\":\"StripAccents\"}]"
    "}" TAIL("{\"type\":\"Metaspace\",\"prepend_scheme\":\"never\",\"split\":false}"),
};

static void check(const inf_tokenizer *tok, anc_str text)
{
    uint32_t ids[TOKENIZER_WINDOW], fewer[TOKENIZER_WINDOW / 2];
    const size_t n = tokenizer_check(tok, text, ids);
    const size_t less = inf_tokenizer_encode(tok, text, TOKENIZER_WINDOW / 2, fewer, NULL);
    if (less > n || memcmp(fewer, ids, (less - 1) * sizeof *ids) != 0)
        abort();
}

static anc_status of_charsmap(anc_str blob, inf_tokenizer **ret)
{
    ANC_BUF(json, JSON_MAX_BYTES);
    (void)anc_buf_add(&json, ANC_STR("{\"normalizer\":{\"type\":\"Precompiled\","
                                     "\"precompiled_charsmap\":\""));
    anc_base64_put(&json, blob);
    (void)anc_buf_add(&json, ANC_STR("\"}" TAIL(META)));
    return inf_tokenizer_of_json(anc_buf_view(&json), ret, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inf_tokenizer *tok = NULL;
    anc_status status = ANC_INVALID;
    if (size == 0)
        return 0;
    const anc_str rest = {(const char *)data + 1, size - 1};
    anc_str text = rest;
    if (data[0] == 'j') {
        status = inf_tokenizer_of_json(rest, &tok, NULL);
    } else if (data[0] == 'c') {
        anc_str blob;
        (void)anc_str_split(&text, '\xFF', &blob);
        status = of_charsmap(size > 1 ? blob : rest, &tok);
    } else {
        const char *json = tokenizers[data[0] % ANC_COUNT(tokenizers)];
        status = inf_tokenizer_of_json(anc_str_of(json), &tok, NULL);
        if (status != ANC_OK && status != ANC_NO_MEMORY)
            abort();
    }
    if (status == ANC_OK)
        check(tok, text);
    inf_tokenizer_close(tok);
    return 0;
}
