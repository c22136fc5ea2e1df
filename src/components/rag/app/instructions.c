/* instructions.c - what a language model is told beside the passages, and how its last message is laid out.
 *
 * The question's own instructions come first, then those of the collection that all of its sources are of,
 * then the configured ones. Where sources come from several collections none of these speaks for the
 * others.
 */
#include "base/str.h"
#include "service_impl.h"

anc_status rag_prompt_template_check(anc_str text, anc_err *err)
{
    return text.len == 0 ? ANC_OK : rag_prompt_layout_check(text, err);
}

/* The collection that all sources are of; "" where there are several, or none. */
static anc_str only_collection(const rag_turn *turn)
{
    const srch_hit *sources = turn->answer.sources;
    for (size_t i = 1; i < turn->answer.n_sources; i++)
        if (!anc_str_eq(sources[i].collection, sources[0].collection))
            return ANC_STR("");
    return turn->answer.n_sources > 0 ? sources[0].collection : ANC_STR("");
}

/* A template that was stored before templates were checked is passed over. */
static void take_layout(rag_turn *turn, const kno_collection *c)
{
    anc_err why = {.code = ANC_OK};
    if (c->prompt_template.len == 0)
        return;
    if (rag_prompt_layout_check(c->prompt_template, &why) == ANC_OK)
        turn->layout = c->prompt_template;
    else
        krn_log_write(turn->rag->with.log, KRN_WARN, "rag", "a collection's template is not used",
                      KRN_STR("collection", c->name), KRN_STR("error", anc_str_of(why.text)));
}

static bool asks_outside(const rag_turn *turn)
{
    const rag_service *rag = turn->rag;
    return turn->n_tries > 0 && turn->tries[0].link != &rag->links[rag->n_links - 1];
}

anc_status rag_instructions_take(rag_turn *turn)
{
    const rag_config *config = &turn->rag->with.config;
    const anc_str name = only_collection(turn);
    kno_collection c = {.system_prompt = ANC_STR("")};
    turn->layout = config->prompt_template;
    if (name.len > 0 && asks_outside(turn)) {
        const anc_status status =
            kno_collection_find(turn->rag->with.knowledge, &turn->call, name, &c);
        if (status == ANC_NOT_FOUND) /* deleted meanwhile */
            anc_err_clear(&turn->err);
        else if (status != ANC_OK)
            return status;
        else
            take_layout(turn, &c);
    }
    if (turn->system_prompt.len == 0)
        turn->system_prompt = c.system_prompt.len > 0 ? c.system_prompt : config->system_prompt;
    return ANC_OK;
}
