/* tongue.c - the tables of tongue.h. Letters with marks are listed in both cases where a question may begin with them. */
#include "rag/domain/tongue.h"

#include "base/str.h"
#include "rag/domain/words.h"

typedef struct gender_row {
    unsigned gender;
    const char *words;
} gender_row;

enum { GENDERS_MAX = 8 };

typedef struct tongue {
    const char *roles[RAG_WORD_COUNT];
    gender_row genders[GENDERS_MAX];
    const char *for_what, *of_what;
} tongue;

static const char german_prepositions[] =
    "in im ins an am ans auf aus bei beim mit nach von vom zu zum zur für fürs über unter vor "
    "durch gegen ohne um seit bis während wegen pro ab je zwischen hinter neben";
static const char german_asking[] =
    "was wer wen wem wessen wann wo woher wohin wie warum wieso weshalb weswegen wozu womit "
    "wofür wovon woran worin wobei welche welcher welches welchen welchem wieviel wieviele "
    "ist sind war waren hat haben hatte hatten kann können konnte muss müssen musste darf "
    "dürfen soll sollen sollte will wollen wird werden wurde wurden gibt gilt gelten lässt "
    "man viel viele lange oft hoch groß schwer teuer weit alt breit tief schnell heißt kostet "
    "kosten liegt genau denn noch auch mehr nicht sich";
static const char german_pronouns[] =
    "er sie es ihr ihre ihren ihrem ihrer ihres ihn ihm ihnen sein seine seinen seinem seiner "
    "seines dort da damit dafür davon darin dazu daran darauf dabei daraus dies";

static const char spanish_asking[] =
    "qué que quién quien quiénes quienes cuándo cuando dónde donde adónde cuál cual cuáles "
    "cuales cuánto cuanto cuánta cuanta cuántos cuantos cuántas cuantas cómo como porqué es "
    "son fue fueron era está están hay había tiene tienen tenía puede pueden puedo debe deben "
    "debo ha han hora se me nos no ser hace y o";
static const char spanish_prepositions[] =
    "a al ante bajo con contra de del desde durante en entre hacia hasta para por según sin "
    "sobre tras";

static const char italian_asking[] =
    "chi che cosa cos quando dove dov come com perché quale quali qual quanto quant quanta "
    "quanti quante è È sono era erano ha hanno aveva può possono posso deve devono devo c ora "
    "si mi ci non e ed o fa serve essere";
static const char italian_prepositions[] =
    "di del dello della dei degli delle a al allo alla ai agli alle all da dal dallo dalla "
    "dai dagli dalle in nel nello nella nei negli nelle con su sul sullo sulla sui sugli "
    "sulle per tra fra durante senza d dell nell sull dall";
static const char italian_of[] = "di del dello della dei degli delle d dell";

static const char portuguese_asking[] =
    "quem que quê quando onde aonde qual quais quanto quanta quantos quantas como porque "
    "porquê é É são foi foram era está estão há havia tem têm tinha pode podem posso deve "
    "devem devo hora horas se me nos não ser faz fica e ou";
static const char portuguese_prepositions[] =
    "a ao aos à às até com contra de do da dos das desde durante em no na nos nas entre para "
    "por pelo pela pelos pelas sem sob sobre num numa";

static const tongue tongues[TXT_LANGUAGE_COUNT] = {
    [TXT_DE] = {.roles = {[RAG_WORD_ARTICLE] =
                              "der die das den dem des ein eine einen einem einer eines mein "
                              "meine unser unsere",
                          [RAG_WORD_PREPOSITION] = german_prepositions,
                          [RAG_WORD_GENITIVE] = "von vom des der",
                          [RAG_WORD_OF_PLACE] = "in im an am aus auf nach",
                          [RAG_WORD_ASKING] = german_asking,
                          [RAG_WORD_PRONOUN] = german_pronouns,
                          [RAG_WORD_THING] =
                              "es dies damit dafür davon darin dazu daran darauf dabei daraus",
                          [RAG_WORD_THERE] = "dort da",
                          [RAG_WORD_CLITIC] = "",
                          [RAG_WORD_WHO] = "wer wem wen wessen",
                          [RAG_WORD_COPULA] = "ist sind war waren heißt"},
                .genders = {{RAG_MAY_HE, "er ihn einen"},
                            {RAG_MAY_IT, "es das ins ans fürs"},
                            {RAG_MAY_HE | RAG_MAY_IT,
                             "dem des ein einem eines im am zum vom beim sein seine seinen seinem "
                             "seiner seines ihm mein "
                             "unser"},
                            {RAG_MAY_SHE | RAG_MAY_MANY,
                             "die sie ihr ihre ihren ihrem ihrer ihres meine unsere"},
                            {RAG_MAY_SHE, "eine einer zur"},
                            {RAG_MAY_HE | RAG_MAY_MANY, "den"},
                            {RAG_MAY_MANY, "ihnen"}},
                .for_what = "für",
                .of_what = "von"},
    [TXT_ES] = {.roles = {[RAG_WORD_ARTICLE] =
                              "el la los las un una unos unas mi mis nuestro nuestra",
                          [RAG_WORD_PREPOSITION] = spanish_prepositions,
                          [RAG_WORD_GENITIVE] = "de del",
                          [RAG_WORD_OF_PLACE] = "en desde hacia",
                          [RAG_WORD_ASKING] = spanish_asking,
                          [RAG_WORD_PRONOUN] =
                              "él Él ella ellos ellas ello eso esto su sus suyo suya allí ahí allá",
                          [RAG_WORD_THING] = "ello eso esto",
                          [RAG_WORD_THERE] = "allí ahí allá",
                          [RAG_WORD_CLITIC] = "lo la los las le les",
                          [RAG_WORD_WHO] = "quién quien quiénes quienes",
                          [RAG_WORD_COPULA] = "es son fue era",
                          [RAG_WORD_TELLING] = "cuesta cuestan cierra cierran empieza hay"},
                .genders = {{RAG_MAY_HE, "el un del al él Él lo nuestro"},
                            {RAG_MAY_SHE, "la una ella nuestra"},
                            {RAG_MAY_MANY,
                             "los las unos unas ellos ellas les cuántos cuántas mis"}},
                .for_what = "para",
                .of_what = "de"},
    [TXT_IT] =
        {.roles = {[RAG_WORD_ARTICLE] = "il lo la i gli le l un uno una mio mia nostro nostra",
                   [RAG_WORD_PREPOSITION] = italian_prepositions,
                   [RAG_WORD_GENITIVE] = italian_of,
                   [RAG_WORD_OF_PLACE] = "in nel nella a al alla da",
                   [RAG_WORD_ASKING] = italian_asking,
                   [RAG_WORD_PRONOUN] =
                       "lui lei loro esso essa essi esse ciò questo suo sua suoi sue lì là",
                   [RAG_WORD_THING] = "esso ciò questo",
                   [RAG_WORD_THERE] = "lì là",
                   [RAG_WORD_CLITIC] = "lo la li le",
                   [RAG_WORD_WHO] = "chi",
                   [RAG_WORD_COPULA] = "è È sono era",
                   [RAG_WORD_TELLING] =
                       "costa costano apre aprono chiude chiudono inizia trova trovano"},
         .genders =
             {{RAG_MAY_HE,
               "il lo un uno del dello al allo dal dallo nel nello sul sullo lui esso mio nostro"},
              {RAG_MAY_SHE, "la una della alla dalla nella sulla lei essa mia nostra"},
              {RAG_MAY_MANY,
               "i gli le li dei degli delle ai agli alle dai dagli dalle nei negli nelle sui sugli "
               "sulle loro essi esse quanti quante"}},
         .for_what = "per",
         .of_what = "di"},
    [TXT_PT] =
        {.roles = {[RAG_WORD_ARTICLE] = "o a os as um uma uns umas meu minha nosso nossa",
                   [RAG_WORD_PREPOSITION] = portuguese_prepositions,
                   [RAG_WORD_GENITIVE] = "de do da dos das",
                   [RAG_WORD_OF_PLACE] = "em no na nos nas",
                   [RAG_WORD_ASKING] = portuguese_asking,
                   [RAG_WORD_PRONOUN] =
                       "ele ela eles elas seu sua seus suas dele dela deles delas isso isto "
                       "lá ali nele nela",
                   [RAG_WORD_THING] = "isso isto",
                   [RAG_WORD_THERE] = "lá ali nele nela",
                   [RAG_WORD_CLITIC] = "o a os as lhe",
                   [RAG_WORD_WHO] = "quem",
                   [RAG_WORD_COPULA] = "é É são foi era",
                   [RAG_WORD_TELLING] = "custa custam fecha fecham começa fica ficam"},
         .genders =
             {{RAG_MAY_HE, "o um do no ao pelo num ele dele nele meu nosso"},
              {RAG_MAY_SHE, "a uma da na à pela numa ela dela nela minha nossa"},
              {RAG_MAY_MANY,
               "os as uns umas dos das nos nas aos às pelos pelas eles elas deles delas quantos "
               "quantas"}},
         .for_what = "para",
         .of_what = "de"},
};

/* English and French share no function word that does two things, so they stand together; a language that is not known is read
 * by them. */
static const tongue both = {
    .roles = {[RAG_WORD_ARTICLE] = "the a an my your our le la les l un une mon ma mes vos nos",
              [RAG_WORD_PREPOSITION] =
                  "in at for of on from to with by per during under over about into en à au "
                  "aux dans pour de du des d chez sur avec par sous sans depuis",
              [RAG_WORD_GENITIVE] = "of de du des d",
              [RAG_WORD_OF_PLACE] = "in at from en à au aux dans",
              [RAG_WORD_ASKING] =
                  "what which who whom whose when where why how is are was were do does did "
                  "can could may must shall should will would has have had much many long "
                  "often que quel quelle quels quelles qui quand où pourquoi comment combien "
                  "est sont était a ont peut faut doit y t qu quoi ce",
              [RAG_WORD_PRONOUN] =
                  "it its they them their he him his she her this that these those one il ils "
                  "elle elles lui leur leurs son sa ses celui celle ceux cela ça",
              [RAG_WORD_THING] = "it its this that cela ça",
              [RAG_WORD_PLURAL] = "they them their these those ils elles leur leurs ceux",
              [RAG_WORD_PERSON] = "he him his she her lui",
              [RAG_WORD_CLITIC] = "le la les",
              [RAG_WORD_WHO] = "who whom whose qui",
              [RAG_WORD_COPULA] = "is was are were est était s"}};

bool rag_tongue_knows(txt_language language)
{
    return tongues[language].for_what != NULL;
}

bool rag_tongue_has(txt_language language, rag_word_role role, anc_str word)
{
    const tongue *table = rag_tongue_knows(language) ? &tongues[language] : &both;
    const char *words = table->roles[role];
    return words != NULL && rag_is_any_of(word, words);
}

unsigned rag_tongue_gender(txt_language language, anc_str word)
{
    const gender_row *rows = tongues[language].genders;
    for (size_t i = 0; i < GENDERS_MAX && rows[i].words != NULL; i++)
        if (rag_is_any_of(word, rows[i].words))
            return rows[i].gender;
    return RAG_MAY_ANY;
}

const char *rag_tongue_for(txt_language language)
{
    return rag_tongue_knows(language) ? tongues[language].for_what
           : language == TXT_FR       ? "pour"
                                      : "for";
}

const char *rag_tongue_of(txt_language language)
{
    return rag_tongue_knows(language) ? tongues[language].of_what
           : language == TXT_FR       ? "pour"
                                      : "of";
}

bool rag_tongue_contracts_alike(anc_str a, anc_str b)
{
    static const char *const one[] = {
        "à au aux",
        "in im ins",
        "an am",
        "zu zum zur",
        "bei beim",
        "a al",
        "in nel nello nella nei negli nelle nell",
        "a al allo alla ai agli alle all",
        "da dal dallo dalla dai dagli dalle dall",
        "su sul sullo sulla sui sugli sulle sull",
        "em no na nos nas num numa",
        "ao aos à às", /* "a" is an article as well */
        "por pelo pela pelos pelas",
    };
    for (size_t i = 0; i < ANC_COUNT(one); i++)
        if (rag_is_any_of(a, one[i]) && rag_is_any_of(b, one[i]))
            return true;
    return false;
}
