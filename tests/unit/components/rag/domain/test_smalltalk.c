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
    {"Vielen Dank!", "Gern geschehen."},
    {"Guten Tag zusammen", "Guten Tag."},
    {"¡Muchas gracias!", "De nada."},
    {"¿Quién eres?", "Respondo a preguntas"},
    {"Ciao a tutti", "Buongiorno."},
    {"Muito obrigada", "De nada."},
    {"Es regnet heute.", NULL},
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

typedef struct aside_row {
    const char *name; /* what is said */
    bool aside;
} aside_row;

static const aside_row asides[] = {
    {"ok", true},          {"Very good!", true}, {"It is raining today.", true},
    {"alles klar", true},  {"Thanks", false},    {"ok, the warranty", false},
    {"opening ok", false}, {"", false},          {"Is it raining?", false},
};

static void aside_is_told(void **state)
{
    const aside_row *row = *state;
    assert_int_equal(rag_is_aside(anc_str_of(row->name)), row->aside);
}

typedef struct lead_row {
    const char *name; /* what is said */
    const char *left;
} lead_row;

static const lead_row leads[] = {
    {"Es regnet heute. Was kostet ein Schlauch?", "Was kostet ein Schlauch?"},
    {"Thanks! And how long is it?", "And how long is it?"},
    {"Hello, what is the warranty?", "what is the warranty?"},
    {"Hi! Thank you. I have another question: how long is it?", "how long is it?"},
    {"I'm new here and a bit lost - where is the canteen?", "where is the canteen?"},
    {"Ich bin neu hier. Wo ist die Kantine?", "Wo ist die Kantine?"},
    {"I have a Skep 2 - how heavy is it?", "I have a Skep 2 - how heavy is it?"},
    {"Quick question: what does it cost?", "what does it cost?"},
    {"Merci beaucoup ! Et le mensuel ?", "Et le mensuel ?"},
    {"¡Gracias! ¿Y los niños?", "¿Y los niños?"},
    {"It\xe2\x80\x99s raining. Is the pool open?", "Is the pool open?"},
    {"Piove. Dove si tiene il corso?", "Dove si tiene il corso?"},
    {"Today, what is open?", "Today, what is open?"},
    {"I have a Skep 2. How heavy is it?", "I have a Skep 2. How heavy is it?"},
    {"Thanks!", "Thanks!"},
    {"Thanks! ...", "Thanks! ..."},
    {"", ""},
};

static void talk_is_taken_from_questions(void **state)
{
    const lead_row *row = *state;
    const anc_str left = rag_without_small_talk(anc_str_of(row->name));
    if (!anc_str_eq(left, anc_str_of(row->left)))
        fail_msg("%.*s", ANC_FMT(left));
}

int main(void)
{
    int failed = RUN_TABLE("leads", leads, talk_is_taken_from_questions) +
                 RUN_TABLE("asides", asides, aside_is_told);
    for (size_t i = 0; i < ANC_COUNT(talks); i++) {
        const struct CMUnitTest test[] = {
            {talks[i].text, talk_is_told_from_questions, NULL, NULL, (void *)(uintptr_t)&talks[i]}};
        failed += cmocka_run_group_tests(test, NULL, NULL);
    }
    return failed;
}
