/* test_doubt.c - what is chosen and yet not believed. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/extract.h"

typedef struct doubt_row {
    const char *name, *text, *language, *question;
    bool believed;
} doubt_row;

static const doubt_row rows[] = {
    {"the name that was asked about", "The Ember weighs 2 kg.", "en",
     "How much does the Ember weigh?", true},
    {"another name", "The Skep weighs 8 kg.", "en", "How much does the Ember weigh?", false},
    {"but a name in another language", "La Balise écoute pendant deux minutes.", "fr",
     "How long is the warranty on the Balise?", false},
    {"more than a name in another language", "La garantie de la Balise est de quatre ans.", "fr",
     "Quelle est la garantie de la Balise ?", true},
    {"a language that is not known", "La Balise : warranty 4 ans.", "",
     "How long is the warranty on the Balise?", true},
    {"the first for the second", "The first scale was made of tin.", "en",
     "What was the second scale made of?", false},
    {"a number that says when", "Early in the first quarter Ware took the ball.", "en",
     "Who took the ball in the second quarter?", true},
    {"a signature", "Ida Vale", "en", "What does Ida Vale propose for the park?", false},
    {"a mail's header",
     "From: Ida Vale <i@vale.example>\nTo: clerk@vale.example\nDate: Mon, 3 Mar 2025", "en",
     "What does Ida Vale propose to the clerk?", false},
    {"when it was sent",
     "From: Ida Vale <i@vale.example>\nTo: clerk@vale.example\nDate: Mon, 3 Mar 2025", "en",
     "When did Ida Vale write to the clerk?", true},
    {"the second", "The second scale was made of tin.", "en", "What was the second scale made of?",
     true},
};

static void is_believed(void **state)
{
    const doubt_row *row = *state;
    ANC_ARENA(mem, 8 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const rag_passage passage = {.text = anc_str_of(row->text),
                                 .title = ANC_STR("Notes"),
                                 .language = anc_str_of(row->language),
                                 .score = 0.8};
    rag_extraction *x;
    ASSERT_OK(rag_extraction_new(mem, anc_str_of(row->question), &passage, 1, &x, &err), &err);
    const rag_choice choice = rag_extraction_choose(x);
    assert_int_equal(choice.n, 1);
    if ((choice.confidence > 0.6 && !choice.beside_point) != row->believed)
        fail_msg("confidence %g", choice.confidence);
}

int main(void)
{
    return RUN_TABLE("doubt", rows, is_believed);
}
