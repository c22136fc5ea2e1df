/* inventory.c - what documents there are, told from the catalog without any search. On a pool. */
#include "rag/domain/inventory.h"
#include "base/str.h"
#include "service_impl.h"

enum { TITLES = 8, COLLECTIONS_TOLD = 50, ANSWER_BYTES = 16 << 10 };

static bool is_asked_for(const rag_turn *turn, anc_str collection)
{
    for (size_t i = 0; i < turn->collections.n; i++)
        if (anc_str_eq(turn->collections.items[i], collection))
            return true;
    return turn->collections.n == 0;
}

static anc_status add_titles(rag_turn *turn, anc_str collection, anc_str *titles, size_t *n)
{
    kno_document *found = NULL;
    size_t n_found = 0;
    ANC_TRY(kno_document_list(turn->rag->with.knowledge, &turn->call, collection, ANC_STR(""),
                              ANC_STR(""), TITLES - *n, &found, &n_found));
    for (size_t i = 0; i < n_found; i++)
        titles[(*n)++] = found[i].title.len > 0 ? found[i].title : found[i].id;
    return ANC_OK;
}

anc_status rag_inventory_take(rag_turn *turn)
{
    kno_stats_row *stats = NULL;
    rag_inventory_row rows[COLLECTIONS_TOLD];
    anc_str titles[TITLES];
    size_t n_stats = 0;
    size_t n = 0;
    size_t n_titles = 0;
    uint64_t documents = 0;
    ANC_TRY(kno_stats(turn->rag->with.knowledge, &turn->call, &stats, &n_stats));
    for (size_t i = 0; i < n_stats && n < COLLECTIONS_TOLD; i++) {
        if (!is_asked_for(turn, stats[i].collection))
            continue;
        rows[n++] = (rag_inventory_row){stats[i].collection, stats[i].documents};
        documents += stats[i].documents;
        if (n_titles < TITLES && stats[i].documents > 0)
            ANC_TRY(add_titles(turn, stats[i].collection, titles, &n_titles));
    }
    ANC_BUF(out, ANSWER_BYTES);
    rag_inventory_tell(turn->question, rows, n, titles, n_titles, documents > n_titles, &out);
    ANC_TRY(anc_buf_status(&out, "answer", &turn->err));
    turn->reply = anc_arena_copy(turn->mem, anc_buf_view(&out));
    if (turn->reply.ptr == NULL)
        return ANC_FAIL(&turn->err, anc_arena_refusal(turn->mem), "no room for an answer");
    return ANC_OK;
}
