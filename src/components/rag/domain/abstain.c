/* abstain.c - when to say nothing, and the sentence that says it.
 *
 * Two things speak for an answer: how relevant the best passage is (the search component's calibrated
 * score), and how much of the question the chosen sentence speaks to (its confidence). They were
 * weighed by logistic regression on questions of an English and a French collection, each asked once
 * of the whole collection and once of the same without the article that answers. At the default
 * threshold one in twenty-five answerable English questions is declined, and more than nine in ten of
 * the others; the same of French with an English model: one in eight, and seven in ten.
 */
#include "rag/domain/abstain.h"

#include <math.h>
#include <string.h>

#include "base/str.h"

static const double PER_SCORE = 1.49;
static const double PER_CONFIDENCE = 2.03;
/* Of the square: one word in five that no document has is another way of putting it, half of them is
 * another question. Set by hand on the examples. */
static const double PER_UNREAD = 8;
static const double CONFIDENCE_ASKED = 0.94; /* where the best score just reaches the threshold */
static const double NEAR = 0.5;              /* a passage is more likely relevant than not */

static const anc_str nothing[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = ANC_STR_INIT("Nothing in your documents answers this."),
    [TXT_FR] = ANC_STR_INIT("Rien dans vos documents ne répond à cette question."),
    [TXT_DE] = ANC_STR_INIT("Nichts in Ihren Dokumenten beantwortet diese Frage."),
    [TXT_ES] = ANC_STR_INIT("Nada en sus documentos responde a esta pregunta."),
    [TXT_IT] = ANC_STR_INIT("Nulla nei vostri documenti risponde a questa domanda."),
    [TXT_PT] = ANC_STR_INIT("Nada nos seus documentos responde a esta pergunta."),
};

static const anc_str unclear[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = ANC_STR_INIT("No passage of your documents answers this clearly; the nearest are "
                            "among the sources."),
    [TXT_FR] =
        ANC_STR_INIT("Aucun passage de vos documents ne répond clairement à cette question ; "
                     "les plus proches sont parmi les sources."),
    [TXT_DE] = ANC_STR_INIT("Keine Stelle Ihrer Dokumente beantwortet diese Frage eindeutig; die "
                            "nächstliegenden sind unter den Quellen."),
    [TXT_ES] = ANC_STR_INIT("Ningún pasaje de sus documentos responde con claridad a esta "
                            "pregunta; los más cercanos están entre las fuentes."),
    [TXT_IT] = ANC_STR_INIT("Nessun passaggio dei vostri documenti risponde chiaramente a questa "
                            "domanda; i più vicini sono tra le fonti."),
    [TXT_PT] = ANC_STR_INIT("Nenhuma passagem dos seus documentos responde claramente a esta "
                            "pergunta; as mais próximas estão entre as fontes."),
};

/* Of languages that are known by their letters alone. */
static const struct {
    const char *code;
    anc_str said;
} nothing_elsewhere[] = {
    {"ja", ANC_STR_INIT("この質問に答える内容は、文書の中に見つかりませんでした。")},
    {"zh", ANC_STR_INIT("您的文档中没有回答此问题的内容。")},
    {"ko", ANC_STR_INIT("문서에서 이 질문에 대한 답을 찾을 수 없습니다.")},
    {"ru", ANC_STR_INIT("В ваших документах нет ответа на этот вопрос.")},
    {"el", ANC_STR_INIT("Τίποτα στα έγγραφά σας δεν απαντά σε αυτή την ερώτηση.")},
    {"ar", ANC_STR_INIT("لا يوجد في مستنداتك ما يجيب عن هذا السؤال.")},
};

static const anc_str sources_only[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] =
        ANC_STR_INIT("No answer could be written just now; the sources below are the passages "
                     "that were found for it."),
    [TXT_FR] = ANC_STR_INIT("Aucune réponse n'a pu être rédigée pour l'instant ; les sources "
                            "ci-dessous sont les passages trouvés à ce sujet."),
    [TXT_DE] =
        ANC_STR_INIT("Im Augenblick konnte keine Antwort geschrieben werden; die Quellen unten "
                     "sind die gefundenen Stellen."),
    [TXT_ES] = ANC_STR_INIT("Por ahora no se pudo redactar una respuesta; las fuentes de abajo son "
                            "los pasajes encontrados."),
    [TXT_IT] =
        ANC_STR_INIT("Per ora non è stato possibile scrivere una risposta; le fonti qui sotto "
                     "sono i passaggi trovati."),
    [TXT_PT] =
        ANC_STR_INIT("De momento não foi possível redigir uma resposta; as fontes abaixo são "
                     "as passagens encontradas."),
};

double rag_best_score(const rag_passage *passages, size_t n)
{
    double best = 0;
    for (size_t i = 0; i < n; i++)
        best = fmax(best, passages[i].score);
    return best;
}

static double logit(double p)
{
    const double inside = fmin(fmax(p, 1e-6), 1 - 1e-6);
    return log(inside / (1 - inside));
}

bool rag_choice_answers(const rag_choice *choice, double best_score, double unread,
                        double threshold)
{
    if (choice->n == 0)
        return false;
    if (threshold <= 0)
        return true;
    if (choice->beside_point || choice->confidence <= 0)
        return false;
    /* a passage full of rows is about many things, so its score says little of one of them */
    if (choice->exact)
        best_score = fmax(best_score, threshold);
    return PER_SCORE * (logit(best_score) - logit(threshold)) +
               PER_CONFIDENCE * (choice->confidence - CONFIDENCE_ASKED) -
               PER_UNREAD * unread * unread >=
           0;
}

static anc_str in_language(txt_language language, const anc_str *sentences)
{
    const anc_str sentence = sentences[language];
    return sentence.len != 0 ? sentence : sentences[TXT_EN];
}

static anc_str nothing_at_all(txt_language language, anc_str question)
{
    const char *code = language == TXT_UND ? txt_language_guess(question) : "";
    for (size_t i = 0; i < ANC_COUNT(nothing_elsewhere); i++)
        if (strcmp(code, nothing_elsewhere[i].code) == 0)
            return nothing_elsewhere[i].said;
    return in_language(language, nothing);
}

anc_str rag_nothing_found(txt_language language, anc_str question, double best_score)
{
    const bool said = language != TXT_UND && unclear[language].len != 0;
    return best_score >= NEAR && said ? unclear[language] : nothing_at_all(language, question);
}

anc_str rag_only_sources(txt_language language)
{
    return in_language(language, sources_only);
}

bool rag_is_refusal(anc_str answer)
{
    for (size_t i = 0; i < TXT_LANGUAGE_COUNT; i++)
        if (answer.len > 0 && (anc_str_eq(answer, nothing[i]) || anc_str_eq(answer, unclear[i]) ||
                               anc_str_eq(answer, sources_only[i])))
            return true;
    for (size_t i = 0; i < ANC_COUNT(nothing_elsewhere); i++)
        if (anc_str_eq(answer, nothing_elsewhere[i].said))
            return true;
    return false;
}
