/* smalltalk.c - phrases that make up small talk, and the replies.
 *
 * A text is small talk when phrases of the table cover all of its words and one of them is more than
 * an ornament: "Hello, what is the warranty?" is a question.
 */
#include "rag/domain/smalltalk.h"

#include "base/str.h"

enum { TEXT_MAX_BYTES = 120 };

typedef enum talk { ORNAMENT, GREETING, THANKS, FAREWELL, ABOUT, TALKS } talk;

typedef struct phrase_row {
    anc_str text; /* lower case, words with one blank between */
    talk kind;
    bool french;
} phrase_row;

#define ROW(text, kind, french)              \
    {                                        \
        ANC_STR_INIT(text), (kind), (french) \
    }

/* Longer phrases before shorter ones that they begin with. */
static const phrase_row phrases[] = {
    ROW("good morning", GREETING, false),
    ROW("good afternoon", GREETING, false),
    ROW("good evening", GREETING, false),
    ROW("good day", GREETING, false),
    ROW("hello", GREETING, false),
    ROW("hallo", GREETING, false),
    ROW("hi", GREETING, false),
    ROW("hey", GREETING, false),
    ROW("how are you doing", GREETING, false),
    ROW("how are you", GREETING, false),
    ROW("how do you do", GREETING, false),
    ROW("nice to meet you", GREETING, false),
    ROW("thank you", THANKS, false),
    ROW("thanks", THANKS, false),
    ROW("cheers", THANKS, false),
    ROW("good bye", FAREWELL, false),
    ROW("goodbye", FAREWELL, false),
    ROW("good night", FAREWELL, false),
    ROW("bye bye", FAREWELL, false),
    ROW("bye", FAREWELL, false),
    ROW("see you later", FAREWELL, false),
    ROW("see you", FAREWELL, false),
    ROW("who are you", ABOUT, false),
    ROW("what are you", ABOUT, false),
    ROW("what can you do", ABOUT, false),
    ROW("what can i ask", ABOUT, false),
    ROW("how can you help me", ABOUT, false),
    ROW("can you help me", ABOUT, false),
    ROW("help me", ABOUT, false),
    ROW("help", ABOUT, false),
    ROW("there", ORNAMENT, false),
    ROW("everyone", ORNAMENT, false),
    ROW("very much", ORNAMENT, false),
    ROW("so much", ORNAMENT, false),
    ROW("a lot", ORNAMENT, false),
    ROW("for your help", ORNAMENT, false),
    ROW("for the help", ORNAMENT, false),
    ROW("today", ORNAMENT, false),
    ROW("again", ORNAMENT, false),
    ROW("ok", ORNAMENT, false),
    ROW("okay", ORNAMENT, false),
    ROW("great", ORNAMENT, false),
    ROW("and", ORNAMENT, false),
    ROW("bonjour", GREETING, true),
    ROW("bonsoir", GREETING, true),
    ROW("salut", GREETING, true),
    ROW("coucou", GREETING, true),
    ROW("ça va", GREETING, true),
    ROW("comment ça va", GREETING, true),
    ROW("comment allez vous", GREETING, true),
    ROW("comment vas tu", GREETING, true),
    ROW("merci", THANKS, true),
    ROW("au revoir", FAREWELL, true),
    ROW("à bientôt", FAREWELL, true),
    ROW("bonne journée", FAREWELL, true),
    ROW("bonne soirée", FAREWELL, true),
    ROW("bonne nuit", FAREWELL, true),
    ROW("qui es tu", ABOUT, true),
    ROW("qui êtes vous", ABOUT, true),
    ROW("que sais tu faire", ABOUT, true),
    ROW("que peux tu faire", ABOUT, true),
    ROW("que pouvez vous faire", ABOUT, true),
    ROW("aide moi", ABOUT, true),
    ROW("aidez moi", ABOUT, true),
    ROW("aide", ABOUT, true),
    ROW("beaucoup", ORNAMENT, true),
    ROW("bien", ORNAMENT, true),
    ROW("pour votre aide", ORNAMENT, true),
    ROW("pour ton aide", ORNAMENT, true),
    ROW("à tous", ORNAMENT, true),
    ROW("et", ORNAMENT, true),
};

static const anc_str replies[TALKS][2] = {
    [GREETING] = {ANC_STR_INIT("Hello. Ask me something that your documents may answer."),
                  ANC_STR_INIT("Bonjour. Posez-moi une question à laquelle vos documents peuvent "
                               "répondre.")},
    [THANKS] = {ANC_STR_INIT("You are welcome."), ANC_STR_INIT("Je vous en prie.")},
    [FAREWELL] = {ANC_STR_INIT("Goodbye."), ANC_STR_INIT("Au revoir.")},
    [ABOUT] = {ANC_STR_INIT("I answer questions from your documents, and show where each answer "
                            "stands. Ask me something that they may hold."),
               ANC_STR_INIT(
                   "Je réponds aux questions à partir de vos documents, et je montre où se "
                   "trouve chaque réponse. Posez-moi une question sur ce qu'ils "
                   "contiennent.")},
};

static bool is_sign(char c)
{
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
    return !letter && !(c >= '0' && c <= '9');
}

/* Words in lower case (É and À too) with one blank between; false when it is too long for talk. */
static bool words_of(anc_str text, anc_buf *out)
{
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.ptr[i];
        if (is_sign(c)) {
            blank = out->len > 0;
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

static const phrase_row *phrase_at(anc_str rest)
{
    for (size_t i = 0; i < ANC_COUNT(phrases); i++) {
        const anc_str p = phrases[i].text;
        if (anc_str_starts(rest, p) && (rest.len == p.len || rest.ptr[p.len] == ' '))
            return &phrases[i];
    }
    return NULL;
}

anc_str rag_small_talk_reply(anc_str question)
{
    const phrase_row *said = NULL;
    ANC_BUF(words, TEXT_MAX_BYTES);
    if (question.len > TEXT_MAX_BYTES || !words_of(question, &words))
        return ANC_STR_NONE;
    anc_str rest = anc_buf_view(&words);
    while (rest.len > 0) {
        const phrase_row *row = phrase_at(rest);
        if (row == NULL)
            return ANC_STR_NONE;
        if (row->kind != ORNAMENT && (said == NULL || row->kind == ABOUT))
            said = row;
        rest = anc_str_sub(rest, row->text.len + 1, rest.len);
    }
    return said != NULL ? replies[said->kind][said->french ? 1 : 0] : ANC_STR_NONE;
}
