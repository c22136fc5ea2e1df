/* smalltalk_table.c - what is said to a machine without asking anything of the documents, and the replies.
 *
 * A row has the phrases of one kind in one language. Of two phrases that a text may begin with the longer counts, of the
 * same in two languages the first: a phrase is added at the end of its row.
 */
#include "base/str.h"
#include "smalltalk_impl.h"

/* clang-format off: a line of phrases stays a line */
const phrase_row rag_talk_phrases[] = {
    /* English */
    {TXT_EN, GREETING,
     "good morning|good afternoon|good evening|good day|hello|hi|hey|how are you doing|"
     "how are you|how do you do|nice to meet you"},
    {TXT_EN, THANKS, "thank you|thanks|cheers"},
    {TXT_EN, FAREWELL, "good bye|goodbye|good night|bye bye|bye|see you later|see you"},
    {TXT_EN, ABOUT,
     "who are you|what are you|what can you do|what can i ask|how can you help me|"
     "can you help me|help me|help"},
    {TXT_EN, ASIDE,
     "it is raining|it s raining|it is snowing|it s snowing|it is sunny|it s sunny|"
     "it is cold|it s cold|it is hot|it s hot|it is late|it s late|nice weather|"
     "i have a question|i have another question|excuse me|sorry|i m new here|i am new here|"
     "i m new|i am new|i m a bit lost|i am a bit lost|i m lost|i am lost|a bit lost|a little lost|"
     "i m a bit confused|i m confused|a bit confused|i just started here|i just started|"
     "i m not sure|i am not sure|quick question|a quick question|one question|just one question|"
     "i was wondering|i hope you can help|i hope you can help me"},
    {TXT_EN, ORNAMENT,
     "there|everyone|very much|so much|a lot|for your help|for the help|today|again|"
     "outside|ok|okay|great|perfect|good|very good|i see|that helps|and|just|one more|now"},
    /* French */
    {TXT_FR, GREETING,
     "bonjour|bonsoir|salut|coucou|ça va|comment ça va|comment allez vous|comment vas tu"},
    {TXT_FR, THANKS, "merci"},
    {TXT_FR, FAREWELL, "au revoir|à bientôt|bonne journée|bonne soirée|bonne nuit"},
    {TXT_FR, ABOUT,
     "qui es tu|qui êtes vous|que sais tu faire|que peux tu faire|que pouvez vous faire|"
     "aide moi|aidez moi|aide"},
    {TXT_FR, ASIDE,
     "il pleut|il neige|il fait beau|il fait froid|il fait chaud|il fait mauvais|"
     "il est tard|j ai une question|j ai une autre question|excusez moi|pardon|"
     "je suis nouveau ici|je suis nouvelle ici|je suis nouveau|je suis nouvelle|"
     "je suis un peu perdu|je suis un peu perdue|un peu perdu|un peu perdue|petite question|"
     "une petite question|je viens d arriver"},
    {TXT_FR, ORNAMENT,
     "beaucoup|bien|pour votre aide|pour ton aide|à tous|et|aujourd hui|d accord|parfait|"
     "super|très bien"},
    /* German */
    {TXT_DE, GREETING,
     "hallo|guten tag|guten morgen|guten abend|moin|servus|grüß gott|wie geht es dir|"
     "wie geht es ihnen|wie geht s"},
    {TXT_DE, THANKS, "danke|danke schön|vielen dank|besten dank|herzlichen dank"},
    {TXT_DE, FAREWELL, "auf wiedersehen|tschüss|bis bald|bis später|gute nacht"},
    {TXT_DE, ABOUT,
     "wer bist du|wer sind sie|was kannst du|was können sie|kannst du mir helfen|"
     "können sie mir helfen|hilfe"},
    {TXT_DE, ASIDE,
     "es regnet|es schneit|es ist kalt|es ist warm|es ist heiß|es ist spät|schönes wetter|"
     "das wetter ist schön|ich habe eine frage|ich habe noch eine frage|entschuldigung|"
     "verzeihung|ich bin neu hier|ich bin neu|ich bin etwas verwirrt|etwas verwirrt|"
     "kurze frage|eine kurze frage|ich habe eine kurze frage|eine frage|"
     "ich kenne mich hier nicht aus|ich kenne mich noch nicht aus"},
    {TXT_DE, ORNAMENT,
     "heute|draußen|sehr|für die hilfe|für ihre hilfe|für deine hilfe|zusammen|gut|"
     "sehr gut|prima|alles klar|und|wieder"},
    /* Spanish */
    {TXT_ES, GREETING,
     "hola|buenos días|buenas tardes|buenas noches|buenas|qué tal|cómo estás|"
     "cómo está usted"},
    {TXT_ES, THANKS, "gracias|muchas gracias|mil gracias"},
    {TXT_ES, FAREWELL, "adiós|hasta luego|hasta pronto|hasta mañana"},
    {TXT_ES, ABOUT,
     "quién eres|quién es usted|qué puedes hacer|qué puede hacer|puedes ayudarme|"
     "puede ayudarme|ayuda"},
    {TXT_ES, ASIDE,
     "llueve|está lloviendo|nieva|hace frío|hace calor|hace sol|hace buen tiempo|es tarde|"
     "tengo una pregunta|tengo otra pregunta|perdón|perdone|disculpe|"
     "soy nuevo aquí|soy nueva aquí|soy nuevo|soy nueva|estoy un poco perdido|"
     "estoy un poco perdida|un poco perdido|un poco perdida|una pregunta|una pregunta rápida|"
     "acabo de llegar"},
    {TXT_ES, ORNAMENT,
     "hoy|a todos|por la ayuda|por su ayuda|por tu ayuda|muy bien|perfecto|vale|de acuerdo|"
     "y"},
    /* Italian */
    {TXT_IT, GREETING, "ciao|buongiorno|buon giorno|buonasera|buona sera|salve|come stai|come sta"},
    {TXT_IT, THANKS, "grazie|grazie mille|molte grazie"},
    {TXT_IT, FAREWELL, "arrivederci|a presto|buona notte|buonanotte|buona giornata"},
    {TXT_IT, ABOUT,
     "chi sei|che cosa sai fare|cosa sai fare|cosa puoi fare|puoi aiutarmi|può aiutarmi|"
     "aiuto"},
    {TXT_IT, ASIDE,
     "piove|sta piovendo|nevica|fa freddo|fa caldo|fa bel tempo|è tardi|ho una domanda|"
     "ho un altra domanda|scusi|scusa|mi scusi|sono nuovo qui|sono nuova qui|sono nuovo|"
     "sono nuova|sono un po confuso|sono un po confusa|un po confuso|un po confusa|"
     "una domanda|una domanda veloce|sono appena arrivato|sono appena arrivata"},
    {TXT_IT, ORNAMENT, "oggi|a tutti|per l aiuto|va bene|molto bene|perfetto|d accordo|e"},
    /* Portuguese */
    {TXT_PT, GREETING, "olá|oi|bom dia|boa tarde|boa noite|tudo bem|como está"},
    {TXT_PT, THANKS, "obrigado|obrigada|muito obrigado|muito obrigada"},
    {TXT_PT, FAREWELL, "adeus|até logo|até breve|até amanhã"},
    {TXT_PT, ABOUT,
     "quem és|quem é você|o que sabes fazer|o que pode fazer|pode ajudar me|"
     "podes ajudar me|ajuda"},
    {TXT_PT, ASIDE,
     "chove|está a chover|está chovendo|está frio|está calor|faz frio|faz calor|é tarde|"
     "tenho uma pergunta|tenho outra pergunta|desculpe|desculpa|sou novo aqui|sou nova aqui|"
     "sou novo|sou nova|estou um pouco perdido|estou um pouco perdida|um pouco perdido|"
     "um pouco perdida|uma pergunta|uma pergunta rápida|acabei de chegar"},
    {TXT_PT, ORNAMENT, "hoje|a todos|pela ajuda|muito bem|perfeito|de acordo|certo"},
};
/* clang-format on */

const size_t rag_talk_phrases_n = ANC_COUNT(rag_talk_phrases);

const anc_str rag_talk_replies[TALKS][TXT_LANGUAGE_COUNT] = {
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
