/* architecture.c - the table. */
#include "architecture_impl.h"

static const inf_size_names usual_sizes = {"hidden_size", "num_attention_heads",
                                           "num_hidden_layers", "intermediate_size", "hidden_act"};

static const inf_size_names distilbert_sizes = {"dim", "n_heads", "n_layers", "hidden_dim",
                                                "activation"};

static const inf_layer_names bert_layer = {.before = "encoder.layer.",
                                           .query = "attention.self.query",
                                           .key = "attention.self.key",
                                           .value = "attention.self.value",
                                           .out = "attention.output.dense",
                                           .after_attention = "attention.output.LayerNorm",
                                           .up = "intermediate.dense",
                                           .down = "output.dense",
                                           .after_feed = "output.LayerNorm"};

static const inf_layer_names distilbert_layer = {.before = "transformer.layer.",
                                                 .query = "attention.q_lin",
                                                 .key = "attention.k_lin",
                                                 .value = "attention.v_lin",
                                                 .out = "attention.out_lin",
                                                 .after_attention = "sa_layer_norm",
                                                 .up = "ffn.lin1",
                                                 .down = "ffn.lin2",
                                                 .after_feed = "output_layer_norm"};

static const inf_layer_names mpnet_layer = {.before = "encoder.layer.",
                                            .query = "attention.attn.q",
                                            .key = "attention.attn.k",
                                            .value = "attention.attn.v",
                                            .out = "attention.attn.o",
                                            .after_attention = "attention.LayerNorm",
                                            .up = "intermediate.dense",
                                            .down = "output.dense",
                                            .after_feed = "output.LayerNorm"};

static const inf_architecture rows[] = {
    {.model_type = "bert",
     .prefix = "bert.",
     .sizes = &usual_sizes,
     .layer = &bert_layer,
     .judge = {"bert.pooler.dense", "classifier"},
     .types = true},
    {.model_type = "distilbert",
     .prefix = "distilbert.",
     .sizes = &distilbert_sizes,
     .layer = &distilbert_layer},
    {.model_type = "mpnet",
     .prefix = "mpnet.",
     .sizes = &usual_sizes,
     .layer = &mpnet_layer,
     .places = INF_PLACES_PAST_1,
     .distances = "encoder.relative_attention_bias.weight",
     .buckets = "relative_attention_num_buckets"},
    {.model_type = "xlm-roberta",
     .prefix = "roberta.",
     .sizes = &usual_sizes,
     .layer = &bert_layer,
     .judge = {"classifier.dense", "classifier.out_proj"},
     .places = INF_PLACES_PAST_PAD,
     .types = true},
};

const inf_architecture *inf_architecture_find(anc_str model_type)
{
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (anc_str_eq(model_type, anc_str_of(rows[i].model_type)))
            return &rows[i];
    return NULL;
}

void inf_architecture_list(anc_buf *out)
{
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        (void)anc_buf_printf(out, "%s%s", i > 0 ? ", " : "", rows[i].model_type);
}
