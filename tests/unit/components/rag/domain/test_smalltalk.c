/* test_smalltalk.c - what asks nothing of the documents, and what only begins like that. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/smalltalk.h"

typedef struct talk_row {
    const char *text;
    const char *reply; /* beginning; NULL: it is a question */
} talk_row;

static const talk_row talks[] = {
    {"Hello!", "Hello."},
    {"hi there", "Hello."},
    {"Good morning, how are you today?", "Hello."},
    {"Thank you very much", "You are welcome."},
    {"OK, thanks a lot for your help!", "You are welcome."},
    {"Bye bye", "Goodbye."},
    {"Who are you?", "I answer questions"},
    {"Hi, what can you do?", "I answer questions"},
    {"Bonjour, ça va ?", "Bonjour."},
    {"Merci beaucoup !", "Je vous en prie."},
    {"À BIENTÔT", "Au revoir."},
    {"Qui êtes-vous ?", "Je réponds"},
    {"Hello, what is the warranty?", NULL},
    {"Thanks to whom was it built?", NULL},
    {"What helps against mites?", NULL},
    {"Who are you going to call?", NULL},
    {"help desk hours", NULL},
    {"ok", NULL},
    {"?", NULL},
    {"", NULL},
    {"Bonjour, quel est le prix du Calame ?", NULL},
    {"日本", NULL},
    {"hello hello hello hello hello hello hello hello hello hello hello hello hello hello hello "
     "hello "
     "hello hello hello hello hello",
     NULL},
};

static void talk_is_told_from_questions(void **state)
{
    const talk_row *row = *state;
    const anc_str reply = rag_small_talk_reply(anc_str_of(row->text));
    if (row->reply == NULL)
        assert_null(reply.ptr);
    else if (!anc_str_starts(reply, anc_str_of(row->reply)))
        fail_msg("%.*s", ANC_FMT(reply));
}

int main(void)
{
    int failed = 0;
    for (size_t i = 0; i < ANC_COUNT(talks); i++) {
        const struct CMUnitTest test[] = {
            {talks[i].text, talk_is_told_from_questions, NULL, NULL, (void *)(uintptr_t)&talks[i]}};
        failed += cmocka_run_group_tests(test, NULL, NULL);
    }
    return failed;
}
