/* smalltalk.c - phrases that make up small talk, and the replies.
 *
 * A text is small talk when phrases of the table cover all of its words and one of them is more than
 * an ornament: "Hello, what is the warranty?" is a question.
 */
#include "rag/domain/smalltalk.h"

#include "base/str.h"
#include "text/language.h"

enum { TEXT_MAX_BYTES = 120 };

/* An aside is no talk by itself, and nothing that a question is about. */
typedef enum talk { ORNAMENT, ASIDE, GREETING, THANKS, FAREWELL, ABOUT, TALKS } talk;

typedef struct phrase_row {
    anc_str text; /* lower case, words with one blank between, no apostrophes */
    talk kind;
    txt_language language;
} phrase_row;

#define ROW(text, kind, language)              \
    {                                          \
        ANC_STR_INIT(text), (kind), (language) \
    }

static const phrase_row phrases[] = {
    ROW("good morning", GREETING, TXT_EN),
    ROW("good afternoon", GREETING, TXT_EN),
    ROW("good evening", GREETING, TXT_EN),
    ROW("good day", GREETING, TXT_EN),
    ROW("hello", GREETING, TXT_EN),
    ROW("hi", GREETING, TXT_EN),
    ROW("hey", GREETING, TXT_EN),
    ROW("how are you doing", GREETING, TXT_EN),
    ROW("how are you", GREETING, TXT_EN),
    ROW("how do you do", GREETING, TXT_EN),
    ROW("nice to meet you", GREETING, TXT_EN),
    ROW("thank you", THANKS, TXT_EN),
    ROW("thanks", THANKS, TXT_EN),
    ROW("cheers", THANKS, TXT_EN),
    ROW("good bye", FAREWELL, TXT_EN),
    ROW("goodbye", FAREWELL, TXT_EN),
    ROW("good night", FAREWELL, TXT_EN),
    ROW("bye bye", FAREWELL, TXT_EN),
    ROW("bye", FAREWELL, TXT_EN),
    ROW("see you later", FAREWELL, TXT_EN),
    ROW("see you", FAREWELL, TXT_EN),
    ROW("who are you", ABOUT, TXT_EN),
    ROW("what are you", ABOUT, TXT_EN),
    ROW("what can you do", ABOUT, TXT_EN),
    ROW("what can i ask", ABOUT, TXT_EN),
    ROW("how can you help me", ABOUT, TXT_EN),
    ROW("can you help me", ABOUT, TXT_EN),
    ROW("help me", ABOUT, TXT_EN),
    ROW("help", ABOUT, TXT_EN),
    ROW("it is raining", ASIDE, TXT_EN),
    ROW("it s raining", ASIDE, TXT_EN),
    ROW("it is snowing", ASIDE, TXT_EN),
    ROW("it s snowing", ASIDE, TXT_EN),
    ROW("it is sunny", ASIDE, TXT_EN),
    ROW("it s sunny", ASIDE, TXT_EN),
    ROW("it is cold", ASIDE, TXT_EN),
    ROW("it s cold", ASIDE, TXT_EN),
    ROW("it is hot", ASIDE, TXT_EN),
    ROW("it s hot", ASIDE, TXT_EN),
    ROW("it is late", ASIDE, TXT_EN),
    ROW("it s late", ASIDE, TXT_EN),
    ROW("nice weather", ASIDE, TXT_EN),
    ROW("i have a question", ASIDE, TXT_EN),
    ROW("i have another question", ASIDE, TXT_EN),
    ROW("excuse me", ASIDE, TXT_EN),
    ROW("sorry", ASIDE, TXT_EN),
    ROW("there", ORNAMENT, TXT_EN),
    ROW("everyone", ORNAMENT, TXT_EN),
    ROW("very much", ORNAMENT, TXT_EN),
    ROW("so much", ORNAMENT, TXT_EN),
    ROW("a lot", ORNAMENT, TXT_EN),
    ROW("for your help", ORNAMENT, TXT_EN),
    ROW("for the help", ORNAMENT, TXT_EN),
    ROW("today", ORNAMENT, TXT_EN),
    ROW("again", ORNAMENT, TXT_EN),
    ROW("outside", ORNAMENT, TXT_EN),
    ROW("ok", ORNAMENT, TXT_EN),
    ROW("okay", ORNAMENT, TXT_EN),
    ROW("great", ORNAMENT, TXT_EN),
    ROW("perfect", ORNAMENT, TXT_EN),
    ROW("good", ORNAMENT, TXT_EN),
    ROW("very good", ORNAMENT, TXT_EN),
    ROW("i see", ORNAMENT, TXT_EN),
    ROW("that helps", ORNAMENT, TXT_EN),
    ROW("and", ORNAMENT, TXT_EN),
    ROW("just", ORNAMENT, TXT_EN),
    ROW("one more", ORNAMENT, TXT_EN),
    ROW("now", ORNAMENT, TXT_EN),
    ROW("bonjour", GREETING, TXT_FR),
    ROW("bonsoir", GREETING, TXT_FR),
    ROW("salut", GREETING, TXT_FR),
    ROW("coucou", GREETING, TXT_FR),
    ROW("ça va", GREETING, TXT_FR),
    ROW("comment ça va", GREETING, TXT_FR),
    ROW("comment allez vous", GREETING, TXT_FR),
    ROW("comment vas tu", GREETING, TXT_FR),
    ROW("merci", THANKS, TXT_FR),
    ROW("au revoir", FAREWELL, TXT_FR),
    ROW("à bientôt", FAREWELL, TXT_FR),
    ROW("bonne journée", FAREWELL, TXT_FR),
    ROW("bonne soirée", FAREWELL, TXT_FR),
    ROW("bonne nuit", FAREWELL, TXT_FR),
    ROW("qui es tu", ABOUT, TXT_FR),
    ROW("qui êtes vous", ABOUT, TXT_FR),
    ROW("que sais tu faire", ABOUT, TXT_FR),
    ROW("que peux tu faire", ABOUT, TXT_FR),
    ROW("que pouvez vous faire", ABOUT, TXT_FR),
    ROW("aide moi", ABOUT, TXT_FR),
    ROW("aidez moi", ABOUT, TXT_FR),
    ROW("aide", ABOUT, TXT_FR),
    ROW("il pleut", ASIDE, TXT_FR),
    ROW("il neige", ASIDE, TXT_FR),
    ROW("il fait beau", ASIDE, TXT_FR),
    ROW("il fait froid", ASIDE, TXT_FR),
    ROW("il fait chaud", ASIDE, TXT_FR),
    ROW("il fait mauvais", ASIDE, TXT_FR),
    ROW("il est tard", ASIDE, TXT_FR),
    ROW("j ai une question", ASIDE, TXT_FR),
    ROW("j ai une autre question", ASIDE, TXT_FR),
    ROW("excusez moi", ASIDE, TXT_FR),
    ROW("pardon", ASIDE, TXT_FR),
    ROW("beaucoup", ORNAMENT, TXT_FR),
    ROW("bien", ORNAMENT, TXT_FR),
    ROW("pour votre aide", ORNAMENT, TXT_FR),
    ROW("pour ton aide", ORNAMENT, TXT_FR),
    ROW("à tous", ORNAMENT, TXT_FR),
    ROW("et", ORNAMENT, TXT_FR),
    ROW("aujourd hui", ORNAMENT, TXT_FR),
    ROW("d accord", ORNAMENT, TXT_FR),
    ROW("parfait", ORNAMENT, TXT_FR),
    ROW("super", ORNAMENT, TXT_FR),
    ROW("très bien", ORNAMENT, TXT_FR),
    ROW("hallo", GREETING, TXT_DE),
    ROW("guten tag", GREETING, TXT_DE),
    ROW("guten morgen", GREETING, TXT_DE),
    ROW("guten abend", GREETING, TXT_DE),
    ROW("moin", GREETING, TXT_DE),
    ROW("servus", GREETING, TXT_DE),
    ROW("grüß gott", GREETING, TXT_DE),
    ROW("wie geht es dir", GREETING, TXT_DE),
    ROW("wie geht es ihnen", GREETING, TXT_DE),
    ROW("wie geht s", GREETING, TXT_DE),
    ROW("danke", THANKS, TXT_DE),
    ROW("danke schön", THANKS, TXT_DE),
    ROW("vielen dank", THANKS, TXT_DE),
    ROW("besten dank", THANKS, TXT_DE),
    ROW("herzlichen dank", THANKS, TXT_DE),
    ROW("auf wiedersehen", FAREWELL, TXT_DE),
    ROW("tschüss", FAREWELL, TXT_DE),
    ROW("bis bald", FAREWELL, TXT_DE),
    ROW("bis später", FAREWELL, TXT_DE),
    ROW("gute nacht", FAREWELL, TXT_DE),
    ROW("wer bist du", ABOUT, TXT_DE),
    ROW("wer sind sie", ABOUT, TXT_DE),
    ROW("was kannst du", ABOUT, TXT_DE),
    ROW("was können sie", ABOUT, TXT_DE),
    ROW("kannst du mir helfen", ABOUT, TXT_DE),
    ROW("können sie mir helfen", ABOUT, TXT_DE),
    ROW("hilfe", ABOUT, TXT_DE),
    ROW("es regnet", ASIDE, TXT_DE),
    ROW("es schneit", ASIDE, TXT_DE),
    ROW("es ist kalt", ASIDE, TXT_DE),
    ROW("es ist warm", ASIDE, TXT_DE),
    ROW("es ist heiß", ASIDE, TXT_DE),
    ROW("es ist spät", ASIDE, TXT_DE),
    ROW("schönes wetter", ASIDE, TXT_DE),
    ROW("das wetter ist schön", ASIDE, TXT_DE),
    ROW("ich habe eine frage", ASIDE, TXT_DE),
    ROW("ich habe noch eine frage", ASIDE, TXT_DE),
    ROW("entschuldigung", ASIDE, TXT_DE),
    ROW("verzeihung", ASIDE, TXT_DE),
    ROW("heute", ORNAMENT, TXT_DE),
    ROW("draußen", ORNAMENT, TXT_DE),
    ROW("sehr", ORNAMENT, TXT_DE),
    ROW("für die hilfe", ORNAMENT, TXT_DE),
    ROW("für ihre hilfe", ORNAMENT, TXT_DE),
    ROW("für deine hilfe", ORNAMENT, TXT_DE),
    ROW("zusammen", ORNAMENT, TXT_DE),
    ROW("gut", ORNAMENT, TXT_DE),
    ROW("sehr gut", ORNAMENT, TXT_DE),
    ROW("prima", ORNAMENT, TXT_DE),
    ROW("alles klar", ORNAMENT, TXT_DE),
    ROW("und", ORNAMENT, TXT_DE),
    ROW("wieder", ORNAMENT, TXT_DE),
    ROW("hola", GREETING, TXT_ES),
    ROW("buenos días", GREETING, TXT_ES),
    ROW("buenas tardes", GREETING, TXT_ES),
    ROW("buenas noches", GREETING, TXT_ES),
    ROW("buenas", GREETING, TXT_ES),
    ROW("qué tal", GREETING, TXT_ES),
    ROW("cómo estás", GREETING, TXT_ES),
    ROW("cómo está usted", GREETING, TXT_ES),
    ROW("gracias", THANKS, TXT_ES),
    ROW("muchas gracias", THANKS, TXT_ES),
    ROW("mil gracias", THANKS, TXT_ES),
    ROW("adiós", FAREWELL, TXT_ES),
    ROW("hasta luego", FAREWELL, TXT_ES),
    ROW("hasta pronto", FAREWELL, TXT_ES),
    ROW("hasta mañana", FAREWELL, TXT_ES),
    ROW("quién eres", ABOUT, TXT_ES),
    ROW("quién es usted", ABOUT, TXT_ES),
    ROW("qué puedes hacer", ABOUT, TXT_ES),
    ROW("qué puede hacer", ABOUT, TXT_ES),
    ROW("puedes ayudarme", ABOUT, TXT_ES),
    ROW("puede ayudarme", ABOUT, TXT_ES),
    ROW("ayuda", ABOUT, TXT_ES),
    ROW("llueve", ASIDE, TXT_ES),
    ROW("está lloviendo", ASIDE, TXT_ES),
    ROW("nieva", ASIDE, TXT_ES),
    ROW("hace frío", ASIDE, TXT_ES),
    ROW("hace calor", ASIDE, TXT_ES),
    ROW("hace sol", ASIDE, TXT_ES),
    ROW("hace buen tiempo", ASIDE, TXT_ES),
    ROW("es tarde", ASIDE, TXT_ES),
    ROW("tengo una pregunta", ASIDE, TXT_ES),
    ROW("tengo otra pregunta", ASIDE, TXT_ES),
    ROW("perdón", ASIDE, TXT_ES),
    ROW("perdone", ASIDE, TXT_ES),
    ROW("disculpe", ASIDE, TXT_ES),
    ROW("hoy", ORNAMENT, TXT_ES),
    ROW("a todos", ORNAMENT, TXT_ES),
    ROW("por la ayuda", ORNAMENT, TXT_ES),
    ROW("por su ayuda", ORNAMENT, TXT_ES),
    ROW("por tu ayuda", ORNAMENT, TXT_ES),
    ROW("muy bien", ORNAMENT, TXT_ES),
    ROW("perfecto", ORNAMENT, TXT_ES),
    ROW("vale", ORNAMENT, TXT_ES),
    ROW("de acuerdo", ORNAMENT, TXT_ES),
    ROW("y", ORNAMENT, TXT_ES),
    ROW("ciao", GREETING, TXT_IT),
    ROW("buongiorno", GREETING, TXT_IT),
    ROW("buon giorno", GREETING, TXT_IT),
    ROW("buonasera", GREETING, TXT_IT),
    ROW("buona sera", GREETING, TXT_IT),
    ROW("salve", GREETING, TXT_IT),
    ROW("come stai", GREETING, TXT_IT),
    ROW("come sta", GREETING, TXT_IT),
    ROW("grazie", THANKS, TXT_IT),
    ROW("grazie mille", THANKS, TXT_IT),
    ROW("molte grazie", THANKS, TXT_IT),
    ROW("arrivederci", FAREWELL, TXT_IT),
    ROW("a presto", FAREWELL, TXT_IT),
    ROW("buona notte", FAREWELL, TXT_IT),
    ROW("buonanotte", FAREWELL, TXT_IT),
    ROW("buona giornata", FAREWELL, TXT_IT),
    ROW("chi sei", ABOUT, TXT_IT),
    ROW("che cosa sai fare", ABOUT, TXT_IT),
    ROW("cosa sai fare", ABOUT, TXT_IT),
    ROW("cosa puoi fare", ABOUT, TXT_IT),
    ROW("puoi aiutarmi", ABOUT, TXT_IT),
    ROW("può aiutarmi", ABOUT, TXT_IT),
    ROW("aiuto", ABOUT, TXT_IT),
    ROW("piove", ASIDE, TXT_IT),
    ROW("sta piovendo", ASIDE, TXT_IT),
    ROW("nevica", ASIDE, TXT_IT),
    ROW("fa freddo", ASIDE, TXT_IT),
    ROW("fa caldo", ASIDE, TXT_IT),
    ROW("fa bel tempo", ASIDE, TXT_IT),
    ROW("è tardi", ASIDE, TXT_IT),
    ROW("ho una domanda", ASIDE, TXT_IT),
    ROW("ho un altra domanda", ASIDE, TXT_IT),
    ROW("scusi", ASIDE, TXT_IT),
    ROW("scusa", ASIDE, TXT_IT),
    ROW("mi scusi", ASIDE, TXT_IT),
    ROW("oggi", ORNAMENT, TXT_IT),
    ROW("a tutti", ORNAMENT, TXT_IT),
    ROW("per l aiuto", ORNAMENT, TXT_IT),
    ROW("va bene", ORNAMENT, TXT_IT),
    ROW("molto bene", ORNAMENT, TXT_IT),
    ROW("perfetto", ORNAMENT, TXT_IT),
    ROW("d accordo", ORNAMENT, TXT_IT),
    ROW("e", ORNAMENT, TXT_IT),
    ROW("olá", GREETING, TXT_PT),
    ROW("oi", GREETING, TXT_PT),
    ROW("bom dia", GREETING, TXT_PT),
    ROW("boa tarde", GREETING, TXT_PT),
    ROW("boa noite", GREETING, TXT_PT),
    ROW("tudo bem", GREETING, TXT_PT),
    ROW("como está", GREETING, TXT_PT),
    ROW("obrigado", THANKS, TXT_PT),
    ROW("obrigada", THANKS, TXT_PT),
    ROW("muito obrigado", THANKS, TXT_PT),
    ROW("muito obrigada", THANKS, TXT_PT),
    ROW("adeus", FAREWELL, TXT_PT),
    ROW("até logo", FAREWELL, TXT_PT),
    ROW("até breve", FAREWELL, TXT_PT),
    ROW("até amanhã", FAREWELL, TXT_PT),
    ROW("quem és", ABOUT, TXT_PT),
    ROW("quem é você", ABOUT, TXT_PT),
    ROW("o que sabes fazer", ABOUT, TXT_PT),
    ROW("o que pode fazer", ABOUT, TXT_PT),
    ROW("pode ajudar me", ABOUT, TXT_PT),
    ROW("podes ajudar me", ABOUT, TXT_PT),
    ROW("ajuda", ABOUT, TXT_PT),
    ROW("chove", ASIDE, TXT_PT),
    ROW("está a chover", ASIDE, TXT_PT),
    ROW("está chovendo", ASIDE, TXT_PT),
    ROW("está frio", ASIDE, TXT_PT),
    ROW("está calor", ASIDE, TXT_PT),
    ROW("faz frio", ASIDE, TXT_PT),
    ROW("faz calor", ASIDE, TXT_PT),
    ROW("é tarde", ASIDE, TXT_PT),
    ROW("tenho uma pergunta", ASIDE, TXT_PT),
    ROW("tenho outra pergunta", ASIDE, TXT_PT),
    ROW("desculpe", ASIDE, TXT_PT),
    ROW("desculpa", ASIDE, TXT_PT),
    ROW("hoje", ORNAMENT, TXT_PT),
    ROW("a todos", ORNAMENT, TXT_PT),
    ROW("pela ajuda", ORNAMENT, TXT_PT),
    ROW("muito bem", ORNAMENT, TXT_PT),
    ROW("perfeito", ORNAMENT, TXT_PT),
    ROW("de acordo", ORNAMENT, TXT_PT),
    ROW("certo", ORNAMENT, TXT_PT),
};

static const anc_str replies[TALKS][TXT_LANGUAGE_COUNT] = {
    [GREETING] =
        {[TXT_EN] = ANC_STR_INIT("Hello. Ask me something that your documents may answer."),
         [TXT_FR] = ANC_STR_INIT(
             "Bonjour. Posez-moi une question à laquelle vos documents peuvent répondre."),
         [TXT_DE] = ANC_STR_INIT(
             "Guten Tag. Stellen Sie mir eine Frage, die Ihre Dokumente beantworten können."),
         [TXT_ES] =
             ANC_STR_INIT("Hola. Hágame una pregunta a la que puedan responder sus documentos."),
         [TXT_IT] = ANC_STR_INIT(
             "Buongiorno. Mi faccia una domanda a cui i vostri documenti possano rispondere."),
         [TXT_PT] =
             ANC_STR_INIT("Olá. Faça-me uma pergunta a que os seus documentos possam responder.")},
    [THANKS] = {[TXT_EN] = ANC_STR_INIT("You are welcome."),
                [TXT_FR] = ANC_STR_INIT("Je vous en prie."),
                [TXT_DE] = ANC_STR_INIT("Gern geschehen."),
                [TXT_ES] = ANC_STR_INIT("De nada."),
                [TXT_IT] = ANC_STR_INIT("Prego."),
                [TXT_PT] = ANC_STR_INIT("De nada.")},
    [FAREWELL] = {[TXT_EN] = ANC_STR_INIT("Goodbye."),
                  [TXT_FR] = ANC_STR_INIT("Au revoir."),
                  [TXT_DE] = ANC_STR_INIT("Auf Wiedersehen."),
                  [TXT_ES] = ANC_STR_INIT("Adiós."),
                  [TXT_IT] = ANC_STR_INIT("Arrivederci."),
                  [TXT_PT] = ANC_STR_INIT("Adeus.")},
    [ABOUT] =
        {[TXT_EN] = ANC_STR_INIT("I answer questions from your documents, and show where each "
                                 "answer stands. Ask me something that they may hold."),
         [TXT_FR] = ANC_STR_INIT(
             "Je réponds aux questions à partir de vos documents, et je montre où se trouve chaque "
             "réponse. Posez-moi une question sur ce qu'ils contiennent."),
         [TXT_DE] = ANC_STR_INIT("Ich beantworte Fragen aus Ihren Dokumenten und zeige, wo jede "
                                 "Antwort steht. Fragen Sie mich etwas, was darin stehen kann."),
         [TXT_ES] = ANC_STR_INIT("Respondo a preguntas a partir de sus documentos y muestro dónde "
                                 "está cada respuesta. Pregúnteme algo que puedan contener."),
         [TXT_IT] =
             ANC_STR_INIT("Rispondo alle domande in base ai vostri documenti e mostro dove si "
                          "trova ogni risposta. Mi chieda qualcosa che possano contenere."),
         [TXT_PT] = ANC_STR_INIT("Respondo a perguntas a partir dos seus documentos e mostro onde "
                                 "está cada resposta. Pergunte-me algo que possam conter.")},
};

/* Bytes of a sign that is no part of a word; 0: there is none. */
static size_t sign_bytes(anc_str text, size_t i)
{
    static const anc_str marks[] = {ANC_STR_INIT("\xe2\x80\x99"), ANC_STR_INIT("\xc2\xa1"),
                                    ANC_STR_INIT("\xc2\xbf"), ANC_STR_INIT("\xc2\xa0"),
                                    ANC_STR_INIT("\xe2\x80\xaf")};
    const char c = text.ptr[i];
    const bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      (unsigned char)c >= 0x80;
    for (size_t k = 0; k < ANC_COUNT(marks); k++)
        if (anc_str_starts(anc_str_sub(text, i, text.len), marks[k]))
            return marks[k].len;
    return word ? 0 : 1;
}

/* Words in lower case (É and À too) with one blank between; false when it is too long for talk. */
static bool words_of(anc_str text, anc_buf *out)
{
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        const size_t sign = sign_bytes(text, i);
        if (sign > 0) {
            blank = out->len > 0;
            i += sign - 1;
            continue;
        }
        if (blank)
            (void)anc_buf_add_char(out, ' ');
        blank = false;
        const bool accent = i > 0 && text.ptr[i - 1] == '\xc3' && (unsigned char)c < 0x9f;
        (void)anc_buf_add_char(out, c >= 'A' && c <= 'Z' ? (char)(c + 32)
                                    : accent             ? (char)(c + 0x20)
                                                         : c);
    }
    return !out->refused;
}

/* The longest phrase that `rest` begins with. */
static const phrase_row *phrase_at(anc_str rest)
{
    const phrase_row *longest = NULL;
    for (size_t i = 0; i < ANC_COUNT(phrases); i++) {
        const anc_str p = phrases[i].text;
        if (anc_str_starts(rest, p) && (rest.len == p.len || rest.ptr[p.len] == ' ') &&
            (longest == NULL || p.len > longest->text.len))
            longest = &phrases[i];
    }
    return longest;
}

/* Whether phrases cover all of it; `ret`: the one that is most of talk, of which an ornament is least. */
static bool is_talk(anc_str text, const phrase_row **ret)
{
    ANC_BUF(words, TEXT_MAX_BYTES);
    *ret = NULL;
    if (text.len > TEXT_MAX_BYTES || !words_of(text, &words) || words.len == 0)
        return false;
    for (anc_str rest = anc_buf_view(&words); rest.len > 0;) {
        const phrase_row *row = phrase_at(rest);
        if (row == NULL)
            return false;
        if (*ret == NULL || (*ret)->kind < GREETING ||
            (row->kind == ABOUT && (*ret)->kind != ABOUT))
            *ret = *ret == NULL || row->kind > (*ret)->kind ? row : *ret;
        rest = anc_str_sub(rest, row->text.len + 1, rest.len);
    }
    return true;
}

anc_str rag_small_talk_reply(anc_str question)
{
    const phrase_row *said;
    if (!is_talk(question, &said) || said->kind < GREETING)
        return ANC_STR_NONE;
    return replies[said->kind][said->language];
}

/* Where the first sentence ends, or what a comma parts from the rest: the byte behind its mark; 0: nothing follows it. */
static size_t first_end(anc_str text, bool *ret_comma)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        *ret_comma = c == ',';
        if (c == '.' || c == '!' || c == '?' || c == ',' || c == ';' || c == '\n')
            return i + 1;
    }
    return 0;
}

static bool has_word(anc_str text)
{
    for (size_t i = 0; i < text.len; i += sign_bytes(text, i))
        if (sign_bytes(text, i) == 0)
            return true;
    return false;
}

anc_str rag_without_small_talk(anc_str question)
{
    anc_str rest = question;
    for (;;) {
        const phrase_row *said;
        bool comma = false;
        const size_t end = first_end(rest, &comma);
        const anc_str behind = anc_str_trim(anc_str_sub(rest, end, rest.len));
        if (end == 0 || !has_word(behind) || !is_talk(anc_str_sub(rest, 0, end), &said) ||
            (comma && said->kind == ORNAMENT) || said->kind == ABOUT)
            return rest;
        rest = behind;
    }
}
