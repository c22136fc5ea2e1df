/* model_table.c - the table. */
#include "embedding/domain/model_table.h"

#include "base/str.h"

static const emb_model_file all_minilm_l6_v2[] = {
    {"config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"},
    {"vocab.txt", 231508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"},
    {"tokenizer.json", 466247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"},
    {"sentence_bert_config.json", 53,
     "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"},
    {"1_Pooling/config.json", 190,
     "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"},
    {"modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"},
    {"model.safetensors", 90868376,
     "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"},
};

static const emb_model_row models[] = {
    {.name = "all-MiniLM-L6-v2",
     .repository = "sentence-transformers/all-MiniLM-L6-v2",
     .revision = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
     .licence = "Apache-2.0",
     .about = "English, 384 dimensions, 256 tokens, 6 layers",
     .files = all_minilm_l6_v2,
     .n_files = ANC_COUNT(all_minilm_l6_v2)},
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
