/* model_table.c - the table. */
#include "embedding/domain/model_table.h"

#include "base/str.h"

static const emb_model_file all_minilm_l6_v2[] = {
    {.path = "config.json",
     .bytes = 612,
     .sha256 = "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"},
    {.path = "vocab.txt",
     .bytes = 231508,
     .sha256 = "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"},
    {.path = "tokenizer.json",
     .bytes = 466247,
     .sha256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"},
    {.path = "sentence_bert_config.json",
     .bytes = 53,
     .sha256 = "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"},
    {.path = "1_Pooling/config.json",
     .bytes = 190,
     .sha256 = "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"},
    {.path = "modules.json",
     .bytes = 349,
     .sha256 = "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"},
    {.path = "model.safetensors",
     .bytes = 90868376,
     .sha256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"},
};

/* Where a published folder has no prefixes and its card asks for some. */
static const char prompts_of_bge[] =
    "{\"prompts\": {\"query\": \"Represent this sentence for searching relevant passages: \", "
    "\"passage\": \"\"}}\n";
static const char prompts_of_e5[] =
    "{\"prompts\": {\"query\": \"query: \", \"passage\": \"passage: \"}}\n";

/* Files that all published folders of sentence-transformers have. */
#define SENTENCE_FILES                                                            \
    {.path = "config.json"}, {.path = "tokenizer.json"},                          \
        {.path = "tokenizer_config.json", .optional = true},                      \
        {.path = "sentence_bert_config.json"}, {.path = "1_Pooling/config.json"}, \
    {                                                                             \
        .path = "modules.json"                                                    \
    }
#define PROMPTS "config_sentence_transformers.json"
#define WEIGHTS "model.safetensors"

static const emb_model_file all_minilm_l12_v2[] = {
    SENTENCE_FILES,
    {.path = WEIGHTS, .bytes = 133466304},
};

static const emb_model_file bge_small_en[] = {
    SENTENCE_FILES,
    {.path = PROMPTS, .text = prompts_of_bge},
    {.path = WEIGHTS, .bytes = 133466304},
};

static const emb_model_file bge_base_en[] = {
    SENTENCE_FILES,
    {.path = PROMPTS, .text = prompts_of_bge},
    {.path = WEIGHTS, .bytes = 437955512},
};

static const emb_model_file arctic_embed_xs[] = {
    SENTENCE_FILES,
    {.path = PROMPTS},
    {.path = WEIGHTS, .bytes = 90272656},
};

static const emb_model_file arctic_embed_s[] = {
    SENTENCE_FILES,
    {.path = PROMPTS},
    {.path = WEIGHTS, .bytes = 132872368},
};

static const emb_model_file e5_small_v2[] = {
    SENTENCE_FILES,
    {.path = PROMPTS, .text = prompts_of_e5},
    {.path = WEIGHTS, .bytes = 133466304},
};

static const emb_model_file multilingual_e5_small[] = {
    SENTENCE_FILES,
    {.path = PROMPTS, .text = prompts_of_e5},
    {.path = WEIGHTS, .bytes = 470641600},
};

static const emb_model_file bge_m3[] = {
    SENTENCE_FILES,
    {.path = WEIGHTS, .bytes = 2271064456},
};

static const emb_model_file ms_marco_minilm_l6_v2[] = {
    {.path = "config.json"},
    {.path = "tokenizer.json"},
    {.path = "tokenizer_config.json", .optional = true},
    {.path = WEIGHTS, .bytes = 90870598},
};

static const emb_model_file bge_reranker_base[] = {
    {.path = "config.json"},
    {.path = "tokenizer.json"},
    {.path = "tokenizer_config.json", .optional = true},
    {.path = WEIGHTS, .bytes = 1112201932},
};

#define FILES(list) .files = (list), .n_files = ANC_COUNT(list)

static const emb_model_row models[] = {
    {.name = "all-MiniLM-L6-v2",
     .repository = "sentence-transformers/all-MiniLM-L6-v2",
     .revision = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
     .licence = "Apache-2.0",
     .about = "English, 384 dimensions, 256 tokens, 6 layers",
     FILES(all_minilm_l6_v2)},
    {.name = "all-MiniLM-L12-v2",
     .repository = "sentence-transformers/all-MiniLM-L12-v2",
     .revision = "c004d8e3e901237d8fa7e9fff12774962e391ce5",
     .licence = "Apache-2.0",
     .about = "English, 384 dimensions, 128 tokens, 12 layers",
     FILES(all_minilm_l12_v2)},
    {.name = "bge-small-en-v1.5",
     .repository = "BAAI/bge-small-en-v1.5",
     .revision = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a",
     .licence = "MIT",
     .about = "English, 384 dimensions, 512 tokens, 12 layers",
     FILES(bge_small_en)},
    {.name = "bge-base-en-v1.5",
     .repository = "BAAI/bge-base-en-v1.5",
     .revision = "a5beb1e3e68b9ab74eb54cfd186867f64f240e1a",
     .licence = "MIT",
     .about = "English, 768 dimensions, 512 tokens, 12 layers",
     FILES(bge_base_en)},
    {.name = "arctic-embed-xs",
     .repository = "Snowflake/snowflake-arctic-embed-xs",
     .revision = "d8c86521100d3556476a063fc2342036d45c106f",
     .licence = "Apache-2.0",
     .about = "English, 384 dimensions, 512 tokens, 6 layers",
     FILES(arctic_embed_xs)},
    {.name = "arctic-embed-s",
     .repository = "Snowflake/snowflake-arctic-embed-s",
     .revision = "e596f507467533e48a2e17c007f0e1dacc837b33",
     .licence = "Apache-2.0",
     .about = "English, 384 dimensions, 512 tokens, 12 layers",
     FILES(arctic_embed_s)},
    {.name = "e5-small-v2",
     .repository = "intfloat/e5-small-v2",
     .revision = "ffb93f3bd4047442299a41ebb6fa998a38507c52",
     .licence = "MIT",
     .about = "English, 384 dimensions, 512 tokens, 12 layers",
     FILES(e5_small_v2)},
    {.name = "multilingual-e5-small",
     .repository = "intfloat/multilingual-e5-small",
     .revision = "614241f622f53c4eeff9890bdc4f31cfecc418b3",
     .licence = "MIT",
     .about = "94 languages, 384 dimensions, 512 tokens, 12 layers",
     FILES(multilingual_e5_small)},
    /* Its weights are safetensors in a request for change only. */
    {.name = "bge-m3",
     .repository = "BAAI/bge-m3",
     .revision = "refs%2Fpr%2F130",
     .licence = "MIT",
     .about = "100 languages, 1024 dimensions, 8192 tokens, 24 layers",
     FILES(bge_m3)},
    {.name = "ms-marco-MiniLM-L-6-v2",
     .repository = "cross-encoder/ms-marco-MiniLM-L-6-v2",
     .revision = "c5ee24cb16019beea0893ab7796b1df96625c6b8",
     .licence = "Apache-2.0",
     .about = "English, reranks, 512 tokens, 6 layers",
     FILES(ms_marco_minilm_l6_v2)},
    {.name = "bge-reranker-base",
     .repository = "BAAI/bge-reranker-base",
     .revision = "2cfc18c9415c912f9d8155881c133215df768a70",
     .licence = "MIT",
     .about = "English and Chinese, reranks, 512 tokens, 12 layers",
     FILES(bge_reranker_base)},
};

const emb_model_row *emb_model_at(size_t i)
{
    return i < ANC_COUNT(models) ? &models[i] : NULL;
}

const emb_model_row *emb_model_find(anc_str name)
{
    for (size_t i = 0; i < ANC_COUNT(models); i++)
        if (anc_str_eq(name, anc_str_of(models[i].name)))
            return &models[i];
    return NULL;
}

uint64_t emb_model_bytes(const emb_model_row *row)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < row->n_files; i++)
        sum += row->files[i].bytes;
    return sum;
}
