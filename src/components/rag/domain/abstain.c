/* abstain.c - the sentence that is said instead of a guess. */
#include "rag/domain/abstain.h"

static const double CONFIDENT = 0.5; /* share of the question that a pick must speak to */

static const anc_str said[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = ANC_STR_INIT("Nothing in your documents answers this."),
    [TXT_FR] = ANC_STR_INIT("Rien dans vos documents ne répond à cette question."),
    [TXT_DE] = ANC_STR_INIT("Nichts in Ihren Dokumenten beantwortet diese Frage."),
    [TXT_ES] = ANC_STR_INIT("Nada en sus documentos responde a esta pregunta."),
    [TXT_IT] = ANC_STR_INIT("Nulla nei vostri documenti risponde a questa domanda."),
    [TXT_PT] = ANC_STR_INIT("Nada nos seus documentos responde a esta pergunta."),
};

bool rag_passages_relevant(const rag_passage *passages, size_t n, double threshold)
{
    for (size_t i = 0; i < n; i++)
        if (passages[i].score >= threshold)
            return true;
    return false;
}

bool rag_choice_weak(const rag_choice *choice)
{
    return choice->n == 0 || choice->confidence < CONFIDENT;
}

anc_str rag_nothing_found(anc_str question)
{
    const anc_str sentence = said[txt_language_detect(question)];
    return sentence.len != 0 ? sentence : said[TXT_EN];
}
