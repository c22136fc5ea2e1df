/* openings.c - how a question says that it goes on from the one before. */
#include "rag/domain/openings.h"

/* Longer ones before those that they begin with; each with its blank. */
static const anc_str openings[] = {
    ANC_STR_INIT("and what about "),
    ANC_STR_INIT("and how about "),
    ANC_STR_INIT("what about "),
    ANC_STR_INIT("how about "),
    ANC_STR_INIT("same question for "),
    ANC_STR_INIT("the same for "),
    ANC_STR_INIT("same for "),
    ANC_STR_INIT("and also "),
    ANC_STR_INIT("and "),
    ANC_STR_INIT("or "),
    ANC_STR_INIT("but "),
    ANC_STR_INIT("also "),
    ANC_STR_INIT("then "),
    ANC_STR_INIT("et qu'en est-il de "),
    ANC_STR_INIT("et qu’en est-il de "),
    ANC_STR_INIT("qu'en est-il de "),
    ANC_STR_INIT("qu’en est-il de "),
    ANC_STR_INIT("qu'en est-il des "),
    ANC_STR_INIT("qu’en est-il des "),
    ANC_STR_INIT("qu'en est-il du "),
    ANC_STR_INIT("qu’en est-il du "),
    ANC_STR_INIT("quid de "),
    ANC_STR_INIT("quid des "),
    ANC_STR_INIT("quid du "),
    ANC_STR_INIT("même question pour "),
    ANC_STR_INIT("et "),
    ANC_STR_INIT("ou "),
    ANC_STR_INIT("mais "),
    ANC_STR_INIT("und was ist mit "),
    ANC_STR_INIT("und wie ist es mit "),
    ANC_STR_INIT("und wie sieht es mit "),
    ANC_STR_INIT("was ist mit "),
    ANC_STR_INIT("wie ist es mit "),
    ANC_STR_INIT("und auch "),
    ANC_STR_INIT("und "),
    ANC_STR_INIT("oder "),
    ANC_STR_INIT("aber "),
    ANC_STR_INIT("y qué hay de "),
    ANC_STR_INIT("qué hay de "),
    ANC_STR_INIT("y qué pasa con "),
    ANC_STR_INIT("qué pasa con "),
    ANC_STR_INIT("y "),
    ANC_STR_INIT("pero "),
    ANC_STR_INIT("e per quanto riguarda "),
    ANC_STR_INIT("e che dire di "),
    ANC_STR_INIT("e invece "),
    ANC_STR_INIT("ma "),
    ANC_STR_INIT("e quanto a "),
    ANC_STR_INIT("e que tal "),
    ANC_STR_INIT("mas "),
    ANC_STR_INIT("e "),
};

size_t rag_opening_bytes(anc_str question)
{
    static const anc_str mark = ANC_STR_INIT("¿");
    const size_t from = anc_str_starts(question, mark) ? mark.len : 0;
    for (size_t i = 0; i < ANC_COUNT(openings); i++)
        if (anc_str_eq_nocase(anc_str_sub(question, from, openings[i].len), openings[i]))
            return from + openings[i].len;
    return 0;
}
