/* tokenizer_read.c - tokenizer.json, or vocab.txt with the small files beside it, as published. */
#include "os/file.h"
#include "settings_impl.h"
#include "tokenizer_impl.h"

enum { FILE_MAX_BYTES = 64 << 20 };

static void tokenizer_cleanup(inf_tokenizer **tok)
{
    inf_tokenizer_close(*tok);
}

static anc_status no_memory(anc_err *err)
{
    return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the vocabulary");
}

static anc_status find_unknown(inf_tokenizer *tok, anc_str unk, anc_err *err)
{
    if (!inf_tokenizer_find(tok, unk, &tok->unk))
        return ANC_FAIL(err, ANC_CORRUPT, "the vocabulary has no piece %.*s", ANC_FMT(unk));
    return ANC_OK;
}

/* `object`.type must be `expected`; `what` names the object in the message. */
static anc_status check_type(const json_value *object, const char *what, const char *expected,
                             anc_err *err)
{
    const anc_str type = json_str(json_member(object, "type"), ANC_STR("(none)"));
    if (!anc_str_eq(type, anc_str_of(expected)))
        return ANC_FAIL(err, ANC_UNSUPPORTED, "%s is \"%.*s\", only \"%s\" is known", what,
                        ANC_FMT(type), expected);
    return ANC_OK;
}

static inf_word_rules rules_of_json(const json_value *normalizer)
{
    const bool lower = json_bool(json_member(normalizer, "lowercase"), true);
    return (inf_word_rules){
        .clean = json_bool(json_member(normalizer, "clean_text"), true),
        .space_cjk = json_bool(json_member(normalizer, "handle_chinese_chars"), true),
        .strip_marks = json_bool(json_member(normalizer, "strip_accents"), lower),
        .lower = lower,
    };
}

static anc_status add_pieces(inf_tokenizer *tok, const json_value *vocab, anc_err *err)
{
    const json_value *v = NULL;
    anc_str piece;
    for (size_t cursor = 0; json_each(vocab, &cursor, &piece, &v);) {
        const int64_t id = json_int(v, -1);
        if (id < 0 || id >= INF_VOCABULARY_MAX)
            return ANC_FAIL(err, ANC_CORRUPT, "the id of piece \"%.*s\" is not 0 to %d",
                            ANC_FMT(piece), INF_VOCABULARY_MAX - 1);
        if (!inf_tokenizer_add(tok, piece, (uint32_t)id))
            return no_memory(err);
    }
    return ANC_OK;
}

/* What the model part must say for this code to read it as the reference does. */
static anc_status check_model(const json_value *model, anc_err *err)
{
    const anc_str prefix = json_str(json_member(model, "continuing_subword_prefix"), ANC_STR("##"));
    const int64_t chars =
        json_int(json_member(model, "max_input_chars_per_word"), INF_WORD_MAX_CHARS);
    if (!anc_str_eq(prefix, ANC_STR("##")))
        return ANC_FAIL(err, ANC_UNSUPPORTED, "continuing_subword_prefix \"%.*s\" is not \"##\"",
                        ANC_FMT(prefix));
    if (chars != INF_WORD_MAX_CHARS)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "max_input_chars_per_word %lld is not %d",
                        (long long)chars, INF_WORD_MAX_CHARS);
    return ANC_OK;
}

static anc_status wordpiece_of_json(const json_value *root, inf_tokenizer **ret, anc_err *err)
{
    const json_value *normalizer = json_member(root, "normalizer");
    const json_value *model = json_member(root, "model");
    const json_value *vocab = json_member(model, "vocab");
    ANC_TRY(check_model(model, err));
    ANC_TRY(check_type(normalizer, "the normalizer", "BertNormalizer", err));
    ANC_TRY(check_type(json_member(root, "pre_tokenizer"), "the pre_tokenizer", "BertPreTokenizer",
                       err));
    if (json_kind_of(vocab) != JSON_OBJECT || json_count(vocab) > INF_VOCABULARY_MAX)
        return ANC_FAIL(err, ANC_CORRUPT, "model.vocab is no object of at most %d pieces",
                        INF_VOCABULARY_MAX);
    ANC_CLEANUP(tokenizer_cleanup)
    inf_tokenizer *tok = inf_tokenizer_new(json_count(vocab), rules_of_json(normalizer));
    if (tok == NULL)
        return no_memory(err);
    ANC_TRY(add_pieces(tok, vocab, err));
    ANC_TRY(find_unknown(tok, json_str(json_member(model, "unk_token"), ANC_STR("[UNK]")), err));
    *ret = tok;
    tok = NULL;
    return ANC_OK;
}

static anc_status unigram_of_json(const json_value *root, inf_tokenizer **ret, anc_err *err)
{
    ANC_CLEANUP(tokenizer_cleanup)
    inf_tokenizer *tok = inf_tokenizer_new(0, (inf_word_rules){0});
    if (tok == NULL)
        return no_memory(err);
    ANC_TRY(inf_unigram_of_json(root, &tok->unigram, err));
    tok->size = tok->unigram->size;
    *ret = tok;
    tok = NULL;
    return ANC_OK;
}

/* The kind of a model. Old files do not say it, but for those known here their vocabularies do. */
static anc_str kind_of(const json_value *model)
{
    const json_value *vocab = json_member(model, "vocab");
    const json_value *type = json_member(model, "type");
    if (type != NULL)
        return json_str(type, ANC_STR("(none)"));
    if (json_kind_of(vocab) == JSON_ARRAY)
        return ANC_STR("Unigram");
    const bool merges = json_member(model, "merges") != NULL;
    return json_kind_of(vocab) == JSON_OBJECT && !merges ? ANC_STR("WordPiece") : ANC_STR("(none)");
}

anc_status inf_tokenizer_of_json(anc_str json, inf_tokenizer **ret, anc_err *err)
{
    ANC_CLEANUP(inf_settings_cleanup) json_doc *doc = NULL;
    ANC_CLEANUP(tokenizer_cleanup) inf_tokenizer *tok = NULL;
    anc_err inner = {0};
    const anc_status parsed = json_parse(json, &doc, &inner);
    if (parsed != ANC_OK)
        return ANC_FAIL(err, parsed == ANC_NO_MEMORY ? ANC_NO_MEMORY : ANC_CORRUPT, "%s",
                        inner.text);
    const json_value *root = json_root(doc);
    const anc_str type = kind_of(json_member(root, "model"));
    if (anc_str_eq(type, ANC_STR("Unigram")))
        ANC_TRY(unigram_of_json(root, &tok, err));
    else if (anc_str_eq(type, ANC_STR("WordPiece")))
        ANC_TRY(wordpiece_of_json(root, &tok, err));
    else
        return ANC_FAIL(err, ANC_UNSUPPORTED,
                        "the tokenizer's model is \"%.*s\", only \"WordPiece\" and \"Unigram\" are "
                        "known",
                        ANC_FMT(type));
    ANC_TRY(inf_frame_of_json(tok, json_member(root, "post_processor"), err));
    *ret = tok;
    tok = NULL;
    return ANC_OK;
}

/* What the files beside a vocab.txt say about it. */
typedef struct vocab_flags {
    inf_word_rules rules;
    anc_str cls, sep, unk;
    bool twice; /* two separators between the texts of a pair */
} vocab_flags;

static anc_status read_vocab(anc_str vocab, const vocab_flags *flags, inf_tokenizer **ret,
                             anc_err *err)
{
    size_t lines = 1;
    if (anc_str_ends(vocab, ANC_STR("\n")))
        vocab.len--;
    for (size_t i = 0; i < vocab.len; i++)
        lines += vocab.ptr[i] == '\n';
    if (lines > INF_VOCABULARY_MAX)
        return ANC_FAIL(err, ANC_CORRUPT, "%zu lines, at most %d", lines, INF_VOCABULARY_MAX);
    ANC_CLEANUP(tokenizer_cleanup) inf_tokenizer *tok = inf_tokenizer_new(lines, flags->rules);
    if (tok == NULL)
        return no_memory(err);
    anc_str line;
    for (uint32_t id = 0; anc_str_split(&vocab, '\n', &line); id++) {
        if (anc_str_ends(line, ANC_STR("\r")))
            line.len--;
        if (!inf_tokenizer_add(tok, line, id))
            return no_memory(err);
    }
    ANC_TRY(find_unknown(tok, flags->unk, err));
    ANC_TRY(inf_frame_of_names(tok, flags->cls, flags->sep, flags->twice, err));
    *ret = tok;
    tok = NULL;
    return ANC_OK;
}

static vocab_flags plain_flags(bool lower)
{
    return (vocab_flags){
        .rules = {.clean = true, .space_cjk = true, .strip_marks = lower, .lower = lower},
        .cls = ANC_STR("[CLS]"),
        .sep = ANC_STR("[SEP]"),
        .unk = ANC_STR("[UNK]"),
    };
}

anc_status inf_tokenizer_of_vocab(anc_str vocab, bool lower, inf_tokenizer **ret, anc_err *err)
{
    const vocab_flags flags = plain_flags(lower);
    return read_vocab(vocab, &flags, ret, err);
}

/* A special token: its text, or an object with it as "content". A copy in `mem`. */
static anc_str token_text(anc_arena *mem, const json_value *v, anc_str otherwise)
{
    const json_value *text = json_kind_of(v) == JSON_OBJECT ? json_member(v, "content") : v;
    return anc_arena_copy(mem, json_str(text, otherwise));
}

static bool is_mpnet(anc_str class)
{
    return anc_str_eq(class, ANC_STR("MPNetTokenizer")) ||
           anc_str_eq(class, ANC_STR("MPNetTokenizerFast"));
}

/* The special tokens that `root` names; the others stay. */
static anc_status read_tokens(anc_arena *mem, const json_value *root, vocab_flags *flags,
                              anc_err *err)
{
    flags->cls = token_text(mem, json_member(root, "cls_token"), flags->cls);
    flags->sep = token_text(mem, json_member(root, "sep_token"), flags->sep);
    flags->unk = token_text(mem, json_member(root, "unk_token"), flags->unk);
    if (flags->cls.ptr == NULL || flags->sep.ptr == NULL || flags->unk.ptr == NULL)
        return no_memory(err);
    return ANC_OK;
}

/* The flags and tokens of tokenizer_config.json, and the tokens of special_tokens_map.json that the
 * first does not name. */
static anc_status read_flags(anc_arena *mem, anc_str folder, vocab_flags *ret, anc_err *err)
{
    ANC_CLEANUP(inf_settings_cleanup) json_doc *config = NULL;
    ANC_CLEANUP(inf_settings_cleanup) json_doc *tokens = NULL;
    ANC_TRY(inf_settings_read(mem, folder, "tokenizer_config.json", &config, err));
    ANC_TRY(inf_settings_read(mem, folder, "special_tokens_map.json", &tokens, err));
    const json_value *root = config != NULL ? json_root(config) : NULL;
    const bool lower = json_bool(json_member(root, "do_lower_case"), true);
    *ret = plain_flags(lower);
    ret->rules.space_cjk = json_bool(json_member(root, "tokenize_chinese_chars"), true);
    ret->rules.strip_marks = json_bool(json_member(root, "strip_accents"), lower);
    ret->twice = is_mpnet(json_str(json_member(root, "tokenizer_class"), ANC_STR("")));
    if (ret->twice) {
        ret->cls = ANC_STR("<s>");
        ret->sep = ANC_STR("</s>");
    }
    if (tokens != NULL)
        ANC_TRY(read_tokens(mem, json_root(tokens), ret, err));
    return read_tokens(mem, root, ret, err);
}

/* Puts the name of the file before the text of a failure. */
static anc_status name_file(anc_status status, const anc_err *inner, anc_str path, anc_err *err)
{
    if (status == ANC_OK)
        return ANC_OK;
    return ANC_FAIL(err, status, "%.*s: %.300s", ANC_FMT(path), inner->text);
}

anc_status inf_tokenizer_open(anc_str folder, inf_tokenizer **ret, anc_err *err)
{
    ANC_ARENA(mem, 2 * FILE_MAX_BYTES);
    if (mem == NULL)
        return no_memory(err);
    anc_err inner = {0};
    anc_str text;
    anc_str path = os_path_join(mem, folder, ANC_STR("tokenizer.json"));
    if (path.ptr != NULL && os_exists(path)) {
        ANC_TRY(os_file_read(mem, path, FILE_MAX_BYTES, &text, err));
        return name_file(inf_tokenizer_of_json(text, ret, &inner), &inner, path, err);
    }
    path = os_path_join(mem, folder, ANC_STR("vocab.txt"));
    if (path.ptr == NULL)
        return no_memory(err);
    vocab_flags flags;
    ANC_TRY(read_flags(mem, folder, &flags, err));
    ANC_TRY(os_file_read(mem, path, FILE_MAX_BYTES, &text, err));
    return name_file(read_vocab(text, &flags, ret, &inner), &inner, path, err);
}
