/* test_plain.c - plain questions that many documents have words of: what was asked decides, and the first passage weighs. */
#include "asked.h"
#include "rag/domain/abstain.h"

static const rag_passage guarantee = {
    .text = ANC_STR_INIT("Length of the warranty\n\nProduct | Warranty\n"
                         "Wex kettle | warranty of 5 years\nOrlo lamp | warranty of 18 months\n\n"
                         "The warranty begins on the day of delivery. Whoever registers within 60 "
                         "days has six months more of warranty."),
    .title = ANC_STR_INIT("Warranty"),
    .language = ANC_STR_INIT("en"),
    .score = 0.78};

static const rag_passage loan = {
    .text = ANC_STR_INIT("This continues in full force and effect as long as the principal of any "
                         "loan is unpaid and so long as the commitments have not ended. The lender "
                         "keeps the papers of the loan in a safe."),
    .title = ANC_STR_INIT("Loan agreement"),
    .heading = ANC_STR_INIT("Covenants and warranty of the borrower"),
    .language = ANC_STR_INIT("en"),
    .score = 0.76};

static const rag_passage carrying = {
    .text =
        ANC_STR_INIT("You may carry over up to four unused days of leave. Ask at least twice as "
                     "many days ahead as the leave will last."),
    .title = ANC_STR_INIT("Leave"),
    .language = ANC_STR_INIT("en"),
    .score = 0.84};

static const rag_passage granted = {
    .text = ANC_STR_INIT("Everybody in Leeds receives 25 days of leave a year."),
    .title = ANC_STR_INIT("Leave"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage returning = {
    .text = ANC_STR_INIT(
        "How to return a lamp\n\n1. Ask for a return number by mail.\n2. Pack the lamp."),
    .title = ANC_STR_INIT("Returns"),
    .language = ANC_STR_INIT("en"),
    .score = 0.83};

static const rag_passage market = {
    .text =
        ANC_STR_INIT("For example, in 2019 we suspended our product in Leeds after the city asked "
                     "for a minimum wait; in 2021 we returned with taxis only."),
    .title = ANC_STR_INIT("Annual report"),
    .language = ANC_STR_INIT("en"),
    .score = 0.45};

static const rag_passage billing = {
    .text =
        ANC_STR_INIT("We invoice the shipper when the freight has arrived. Payment is due within "
                     "30 days of the invoice."),
    .title = ANC_STR_INIT("Freight"),
    .language = ANC_STR_INIT("en"),
    .score = 0.74};

static const rag_passage bill = {
    .text = ANC_STR_INIT("Invoice 2044 for two lamps. The total of the invoice is £148."),
    .title = ANC_STR_INIT("Bill"),
    .language = ANC_STR_INIT("en"),
    .score = 0.6};

static const rag_passage pay = {
    .text =
        ANC_STR_INIT("Whoever joins the board later falls under the policy in force on that day. "
                     "The policy is looked at each year."),
    .title = ANC_STR_INIT("Pay policy"),
    .language = ANC_STR_INIT("en"),
    .score = 0.76};

static const rag_passage garage = {
    .text = ANC_STR_INIT("Repair order RO-20221108 was taken by Ellis Turner of Brack Repair."),
    .title = ANC_STR_INIT("Brack Repair"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage covenant = {
    .text = ANC_STR_INIT("If a lender finds that a change in law has the effect of reducing the "
                         "return on its capital, the borrower pays the difference."),
    .title = ANC_STR_INIT("Loan agreement"),
    .language = ANC_STR_INIT("en"),
    .score = 0.66};

static const rag_passage tale = {
    .text =
        ANC_STR_INIT("He had not sent a message about anything, and the planning was long over."),
    .title = ANC_STR_INIT("A tale"),
    .language = ANC_STR_INIT("en"),
    .score = 0.11};

static const rag_passage mail = {
    .text = ANC_STR_INIT("The message about the planning was sent by Ann Bell."),
    .title = ANC_STR_INIT("Mail"),
    .language = ANC_STR_INIT("en"),
    .score = 0.8};

static const rag_passage sums = {
    .text = ANC_STR_INIT("BRACK REPAIR\n\nTotals\n\nHours\tRate\tCost\nPaint\t1.5\t150\t225\n"
                         "Sales tax\t10.20%\t10264.158\n"),
    .title = ANC_STR_INIT("Brack Repair"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const rag_passage tools = {
    .text = ANC_STR_INIT("tool | price\nsaw | 12.50\nhammer | 9.00\ndrill | 99.90\n"),
    .title = ANC_STR_INIT("tools.csv"),
    .language = ANC_STR_INIT("en"),
    .score = 0.9};

static const asked_row rows[] = {
    {"a row is not the first of all rows", {&tools}, "Which tool costs the most?", NULL},
    {"as long as is no length", {&guarantee, &loan}, "How long is the warranty?", "warranty of"},
    {"nor where nothing else is known", {&loan}, "How long is the warranty?", NULL},
    {"what is given, not what is kept",
     {&carrying, &granted},
     "How many days of leave do I get?",
     "25 days"},
    {"the deed of a heading",
     {&returning, &market},
     "How do I return a product?",
     "Ask for a return number"},
    {"no total", {&billing}, "What is the total of the invoice?", NULL},
    {"a total", {&billing, &bill}, "What is the total of the invoice?", "£148"},
    {"the policy of something else", {&pay}, "What is the refund policy?", NULL},
    {"nor is a sum", {&sums}, "What is the address of Brack Repair?", NULL},
    {"a code is no postal code", {&garage}, "What is the address of Brack Repair?", NULL},
};

/* A word that two languages share is no answer, however relevant its passage. */
static void a_word_by_chance_answers_nothing(void **state)
{
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    const rag_passage *const passages[ASKED_PASSAGES] = {&covenant};
    const rag_choice choice = ask_passages(mem, "¿Cuál es el capital?", passages);
    assert_false(rag_choice_answers(&choice, covenant.score, 0, 0.35));
}

static void each_row_is_told(void **state)
{
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    const rag_passage *const passages[ASKED_PASSAGES] = {&guarantee};
    const rag_choice all = ask_passages(mem, "How long is the warranty?", passages);
    assert_int_equal(all.n, 2);
    const rag_choice one =
        ask_passages(mem, "How long is the warranty of the Orlo lamp?", passages);
    assert_int_equal(one.n, 1);
    assert_true(anc_str_find(best_said(&one, passages), ANC_STR("18 months")) != SIZE_MAX);
}

static void one_number_is_enough(void **state)
{
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    const rag_passage *const passages[ASKED_PASSAGES] = {&carrying, &granted};
    assert_int_equal(ask_passages(mem, "How many days of leave do I get?", passages).n, 1);
}

static void what_is_far_less_relevant_is_not_added(void **state)
{
    (void)state;
    ANC_ARENA(mem, 16 << 20);
    const rag_passage *const passages[ASKED_PASSAGES] = {&mail, &tale};
    assert_int_equal(ask_passages(mem, "Who sent the message about the planning?", passages).n, 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_word_by_chance_answers_nothing),
    cmocka_unit_test(each_row_is_told),
    cmocka_unit_test(one_number_is_enough),
    cmocka_unit_test(what_is_far_less_relevant_is_not_added),
};

int main(void)
{
    const int failed = RUN_TABLE("plain", rows, is_answered);
    return failed + cmocka_run_group_tests_name("plain choices", tests, NULL, NULL);
}
