/* test_followup.c - what a question means after the ones before it, in English and French. */
#include "support/test.h"

#include "base/str.h"
#include "base/utf8.h"
#include "rag/domain/followup.h"

typedef struct row {
    const char *name;
    const char *before; /* NULL: no conversation */
    const char *answer; /* of it; NULL: any */
    const char *question, *meant;
} row;

static const row rows[] = {
    {"no conversation", NULL, NULL, "And in France?", "And in France?"},
    {"stands alone", "How heavy is the Skep 2?", NULL, "Where is the head office of the company?",
     "Where is the head office of the company?"},
    {"words without a sentence stand alone", "How heavy is the Skep 2?", NULL,
     "minimum password length", "minimum password length"},

    /* a part in another one's place */
    {"year for year", "What was the revenue in 2021?", NULL, "and in 2022?",
     "What was the revenue in 2022?"},
    {"year alone", "What was the revenue in 2021?", NULL, "2022?", "What was the revenue in 2022?"},
    {"code for code", "What does error E07 mean?", NULL, "And E11?", "What does error E11 mean?"},
    {"name for name", "How heavy is the Skep 2?", NULL, "And the Tilia?",
     "How heavy is the Tilia?"},
    {"what about a name", "What does the Skep 2 cost?", NULL, "What about the Murmur?",
     "What does the Murmur cost?"},
    {"place for place", "What is the delivery time in Great Britain?", NULL, "and in France?",
     "What is the delivery time in France?"},
    {"thing at the end", "What is the deposit for houses?", NULL, "what about flats?",
     "What is the deposit for flats?"},
    {"same preposition", "What is the deposit for houses?", NULL, "And for large flats?",
     "What is the deposit for large flats?"},
    {"a word of both", "How many days of leave do full-time staff get?", NULL,
     "and part-time staff?", "How many days of leave do part-time staff get?"},
    {"no place for it", "How much does a house survey cost?", NULL, "what about flats?",
     "How much does a house survey cost for flats?"},
    {"a new place", "What is the price of the Tilia?", NULL, "And in France?",
     "What is the price of the Tilia in France?"},
    {"none asked for it", "How long is the warranty?", NULL, "for scales?",
     "How long is the warranty for scales?"},

    /* another thing of what was named */
    {"an attribute", "What is the price of the Tilia in France?", NULL, "And the warranty?",
     "What is the warranty of the Tilia?"},
    {"an attribute of how", "How long is the warranty on the Skep 2?", NULL, "And the weight?",
     "the weight on the Skep 2?"},
    {"an attribute of what has none yet", "How heavy is the Skep 2?", NULL,
     "What about the warranty?", "the warranty of the Skep 2?"},
    {"un attribut", "Quelle est l'autonomie de la Balise sans soleil ?", NULL, "Et la garantie ?",
     "Quelle est la garantie de la Balise ?"},
    {"ce qui s'y ajoute", "Quelle est l'autonomie de la Balise ?", NULL, "Et sans soleil ?",
     "Quelle est l'autonomie de la Balise sans soleil ?"},

    /* what was asked of a thing, in the place of what is asked of it */
    {"the rent", "How much is the service charge of unit 14?", NULL, "And the rent?",
     "How much is the rent of unit 14?"},
    {"two words for one", "How much is the rent of unit 14?", NULL, "And the service charge?",
     "How much is the service charge of unit 14?"},
    {"without an article", "How much is the rent of unit 14?", NULL, "And deposit?",
     "How much is the deposit of unit 14?"},
    {"of a thing without a number", "How much is the deposit of the flat?", NULL, "And the rent?",
     "How much is the rent of the flat?"},
    {"a thing, not what is asked of it", "How much is the deposit of the flat?", NULL,
     "And the house?", "How much is the deposit of the house?"},
    {"a year behind it", "What was the revenue of the company in 2021?", NULL, "And the profit?",
     "What was the profit of the company in 2021?"},
    {"a word behind it", "When is the rent of unit 14 due?", NULL, "And the service charge?",
     "When is the service charge of unit 14 due?"},
    {"of another kind", "How long is the lease of unit 14?", NULL, "And the rent?",
     "the rent of unit 14?"},
    {"who, not how much", "How much is the rent of unit 14?", NULL, "And the landlord?",
     "the landlord of unit 14?"},
    {"whose salary", "What is the salary of the director?", NULL, "And the treasurer?",
     "What is the salary of the treasurer?"},
    {"another number", "How much is the rent of unit 14?", NULL, "And unit 15?",
     "How much is the rent of unit 15?"},
    {"what the lease says", "What does the lease of unit 14 say about pets?", NULL,
     "And the garden?", "What does the lease of unit 14 say about garden?"},
    {"les charges", "Combien coûte le loyer de l'appartement 14 ?", NULL, "Et les charges ?",
     "Combien coûte les charges de l'appartement 14 ?"},
    {"le loyer", "Quelles sont les charges du lot 14 ?", NULL, "Et le loyer ?",
     "Quelles sont le loyer du lot 14 ?"},
    {"le montant", "Quel est le montant du loyer du lot 14 ?", NULL, "Et la caution ?",
     "Quel est le montant de la caution du lot 14 ?"},
    {"those who get it", "How much is the lunch voucher for volunteers worth?", NULL,
     "And how old must they be?", "And how old must they (volunteers) be?"},

    {"a field of the record by its name", "Who supplies the Saddle gel?",
     "SKU: BL-1005; Article: Saddle gel; Supplier: Kesteven; On hand: 30; Price: 28.5 [1]",
     "how many are on hand?", "how many are on hand of BL-1005?"},
    {"a month that may be a verb", "What was the revenue in January?", NULL, "and in May?",
     "What was the revenue in May?"},
    {"a thing with a word more", "How many days of leave do we get?", NULL,
     "what about parental leave?", "How many days of parental leave do we get?"},
    {"ce que dit le verbe", "Combien coûte le ravalement ?", NULL, "Quand commencent-ils ?",
     "Quand commencent-ils (le ravalement) ?"},
    {"ce que dit le verbe après quand", "Quand commencent les travaux ?", NULL,
     "Combien de temps ça dure ?", "Combien de temps ça (les travaux) dure ?"},

    {"what breaks off behind an article", "Combien coûte la", NULL, "Et l'abonnement ?",
     "Combien coûte la pour abonnement ?"},

    /* another of the same kind */
    {"the second one", "What was the first hive scale made of?", NULL, "What about the second one?",
     "What was the second hive scale made of?"},
    {"one that had no number", "Who broke the hive scale?", NULL, "And the third one?",
     "Who broke the third hive scale?"},
    {"le deuxième", "Qui a construit le premier atelier ?", NULL, "Et le deuxième ?",
     "Qui a construit le deuxième atelier ?"},

    /* pronouns */
    {"it with the noun behind a name", "What does the Skep 2 warranty cover?", NULL,
     "How long does it last?", "How long does it (the Skep 2 warranty) last?"},
    {"it without the verb", "What does the Skep 2 weigh?", NULL, "What does it cost?",
     "What does it (the Skep 2) cost?"},
    {"it without what it is made of", "What was the first hive scale made of?", NULL,
     "Who destroyed it?", "Who destroyed it (the first hive scale)?"},
    {"no date is a person", "Who founded Melivane?",
     "Melivane was founded on 3 October 2009 by Isolde Fenwick and Bastien Roumégas, who had met "
     "in "
     "Delft. [1]",
     "Where was she born?", "Where was she (Isolde Fenwick) born?"},
    {"it", "What is the Skep 2 made of?", NULL, "How heavy is it?",
     "How heavy is it (the Skep 2)?"},
    {"its", "What is the weight of the Skep 2?", NULL, "And its battery?",
     "What is the battery of the Skep 2?"},
    {"without a name", "Who assembled the first hive scale?", NULL, "How heavy was it?",
     "How heavy was it (the first hive scale)?"},
    {"a person of the answer", "Who founded Melivane?",
     "Melivane was founded in 1987 by Edmund Pell in a barn. [1]", "When did he sell it?",
     "When did he (Edmund Pell) sell it (Melivane)?"},
    {"a pronoun in a full question", "Who is Ada?", NULL,
     "How long does it take to assemble a hive scale from parts?",
     "How long does it take to assemble a hive scale from parts?"},

    {"they are no place", "How many days of leave do staff in Crest get?", NULL,
     "Can I carry them over?", "Can I carry them (days of leave) over?"},
    {"it is no place", "What is the deposit for a flat in Hexham?", NULL, "When is it due?",
     "When is it (the deposit for a flat in Hexham) due?"},

    /* the question before, again */
    {"why", "Does the warranty cover bears?", NULL, "Why?", "Why? Does the warranty cover bears?"},
    {"more", "Does the warranty cover bears?", NULL, "Tell me more.",
     "Does the warranty cover bears?"},
    {"a continuation with a question of its own", "When is the first inspection?", NULL,
     "And why is the entrance of the hive narrowed?",
     "And why is the entrance of the hive narrowed?"},

    /* French */
    {"en 2022", "Quel était le chiffre d'affaires en 2021 ?", NULL, "Et en 2022 ?",
     "Quel était le chiffre d'affaires en 2022 ?"},
    {"et pour", "Quel est le dépôt pour les maisons ?", NULL, "et pour les appartements ?",
     "Quel est le dépôt pour les appartements ?"},
    {"un nom", "Combien pèse le peson Calame ?", NULL, "Et la Balise ?",
     "Combien pèse la Balise ?"},
    {"un lieu nouveau", "Quel est le prix du Calame ?", NULL, "Et en Suisse ?",
     "Quel est le prix du Calame en Suisse ?"},
    {"quid", "Quel est le prix de la Balise ?", NULL, "Qu'en est-il du Calame ?",
     "Quel est le prix de la Calame ?"},
    {"elle", "Quel est le prix de la Balise ?", NULL, "Combien pèse-t-elle ?",
     "Combien pèse-t-elle (la Balise) ?"},
    {"son", "Quel est le poids de la Balise ?", NULL, "Quel est son prix ?",
     "Quel est son (la Balise) prix ?"},
    {"pourquoi", "La garantie couvre-t-elle les ours ?", NULL, "Pourquoi ?",
     "Pourquoi ? La garantie couvre-t-elle les ours ?"},
    {"plus de détails", "La garantie couvre-t-elle les ours ?", NULL, "Plus de détails",
     "La garantie couvre-t-elle les ours ?"},
    {"il y a", "Qui est Ada ?", NULL, "Y a-t-il une crèche ?", "Y a-t-il une crèche ?"},
};

static void it_means(void **state)
{
    const row *r = *state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const rag_exchange history = {anc_str_of(r->before),
                                  anc_str_of(r->answer != NULL ? r->answer : "…")};
    anc_str meant;
    ASSERT_OK(
        rag_stand_alone(mem, anc_str_of(r->question), &history, r->before != NULL, &meant, &err),
        &err);
    if (!anc_str_eq(meant, anc_str_of(r->meant)))
        fail_msg("\"%.*s\" is not \"%s\"", ANC_FMT(meant), r->meant);
}

/* Each question of a conversation is taken for what it meant. */
static void a_chain_of_them(void **state)
{
    (void)state;
    ANC_ARENA(mem, 1 << 20);
    anc_err err = {ANC_OK, NULL, "", ""};
    const rag_exchange history[] = {
        {ANC_STR("Who makes honey jars?"), ANC_STR("…")},
        {ANC_STR("What is the price of the Tilia?"), ANC_STR("…")},
        {ANC_STR("And in France?"), ANC_STR("…")},
    };
    anc_str meant;
    ASSERT_OK(rag_stand_alone(mem, ANC_STR("And the Calame?"), history, 3, &meant, &err), &err);
    if (!anc_str_eq(meant, ANC_STR("What is the price of the Tilia in Calame?")))
        assert_true(anc_str_eq(meant, ANC_STR("What is the price of the Calame in France?")));
    ASSERT_OK(rag_stand_alone(mem, ANC_STR("And in Spain?"), history, 3, &meant, &err), &err);
    assert_true(anc_str_eq(meant, ANC_STR("What is the price of the Tilia in Spain?")));
}

typedef struct lean_row {
    const char *text;
    bool leans;
} lean_row;

static const lean_row leans[] = {
    {"And in France?", true},
    {"Et pour la Suisse ?", true},
    {"How heavy is it?", true},
    {"Why?", true},
    {"more", true},
    {"Y la garantía?", true},
    {"What is the warranty of the Skep 2?", false},
    {"What is the most I can spend on a hotel?", false},
    {"", false},
    {"???", false},
};

static void leaning_is_seen(void **state)
{
    (void)state;
    for (size_t i = 0; i < ANC_COUNT(leans); i++) {
        ANC_ARENA(mem, 1 << 20);
        if (rag_question_leans(mem, anc_str_of(leans[i].text), NULL) != leans[i].leans)
            fail_msg("%s", leans[i].text);
    }
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Whatever was said: text that is text, of a bounded length. */
static void any_conversation(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "and ", "it ",  "Skep ", "2 ", "?",   "in ",    "2021 ", "the ", "E11 ", "é", "why ",
        "il ",  "et ",  "pour ", ". ", "-",   "'",      "Pell ", "日本", "more", " ", "sie ",
        "der ", "und ", "wann ", "¿",  "la ", "quién ", "su ",   "o ",   "è "};
    uint32_t seed = 11;
    for (int round = 0; round < 500; round++) {
        ANC_ARENA(mem, 8 << 20);
        anc_err err = {ANC_OK, NULL, "", ""};
        anc_str texts[7];
        for (size_t i = 0; i < ANC_COUNT(texts); i++) {
            ANC_BUF(text, 4096);
            for (uint32_t k = next_random(&seed) % 9; k > 0; k--)
                anc_buf_add(&text, anc_str_of(pieces[next_random(&seed) % ANC_COUNT(pieces)]));
            texts[i] = anc_arena_copy(mem, anc_buf_view(&text));
        }
        const rag_exchange history[] = {
            {texts[0], texts[1]}, {texts[2], texts[3]}, {texts[4], texts[5]}};
        anc_str meant;
        ASSERT_OK(rag_stand_alone(mem, texts[6], history, 3, &meant, &err), &err);
        assert_true(anc_utf8_valid(meant));
        assert_true(meant.len <= 4096);
    }
}

static void no_room_is_said(void **state)
{
    (void)state;
    const rag_exchange history = {ANC_STR("How heavy is the Skep 2?"), ANC_STR("…")};
    for (size_t room = 16; room < 6000; room += 97) {
        ANC_ARENA(mem, room);
        anc_err err = {ANC_OK, NULL, "", ""};
        anc_str meant;
        const anc_status status =
            rag_stand_alone(mem, ANC_STR("And the Tilia?"), &history, 1, &meant, &err);
        assert_true(status == ANC_OK || status == ANC_LIMIT);
    }
}

int main(void)
{
    int failed = RUN_TABLE("meaning", rows, it_means);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chain_of_them),
        cmocka_unit_test(leaning_is_seen),
        cmocka_unit_test(any_conversation),
        cmocka_unit_test(no_room_is_said),
    };
    return failed + cmocka_run_group_tests_name("follow-ups", tests, NULL, NULL);
}
