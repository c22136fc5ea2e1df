/* test_section.c - articles and sections that a question names, and where they begin and end in a text. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/section.h"

typedef struct section_row {
    const char *name, *question;
    const char *number; /* NULL: none is named */
    const char *text;
    const char *begins, *ends; /* what stands there; NULL: it is nowhere; at the end */
} section_row;

static const char statutes[] =
    "Statutes\n\n§ 1 Fees\n\nFees are due in May. § 2 says to whom.\n\n§ 2 Board\n\nThe board has "
    "three members.\n\n§ 2a Votes\n\nOne each.";
static const char contract[] =
    "Article 1 Rent\n\nArticle 2 of this contract says when it rises.\n\nArticle 2. The rent rises "
    "in June.\n\nArticle 12 Pets\n\nNone.";

static const section_row rows[] = {
    {"a sign", "Was steht in § 2 der Satzung?", "2", statutes, "§ 2 Board", "§ 2a Votes"},
    {"a sign without a blank", "What does §2 say?", "2", statutes, "§ 2 Board", "§ 2a Votes"},
    {"a letter", "What does § 2a say?", "2a", statutes, "§ 2a Votes", NULL},
    {"a word for the sign", "What is in section 1?", "1", statutes, "§ 1 Fees", "§ 2 Board"},
    {"another number", "What is in section 3?", "3", statutes, NULL, NULL},
    {"a sentence is no heading", "What does article 2 of the contract say?", "2", contract,
     "Article 2. The rent", "Article 12 Pets"},
    {"the end", "article 12?", "12", contract, "Article 12 Pets", NULL},
    {"an article joined to it", "Que dit l'article 12 du contrat ?", "12", contract,
     "Article 12 Pets", NULL},
    {"another kind", "What does clause 2 say?", "2", contract, NULL, NULL},
    {"with points", "What does chapter 4.2 say?", "4.2", "Chapter 4\n\nx\n\nChapter 4.2\n\ny",
     "Chapter 4.2", NULL},
    {"marks of a heading", "Was sagt Artikel 3?", "3", "# Recht\n\n## Artikel 3 Wahl\n\nJa.",
     "## Artikel 3", NULL},
    {"no number", "What does the article say?", NULL, contract, NULL, NULL},
    {"a year", "Which article of 2019 is it?", NULL, contract, NULL, NULL},
    {"a part of a word", "What is a subsection 2?", NULL, statutes, NULL, NULL},
    {"nothing", "", NULL, "", NULL, NULL},
};

static void found(void **state)
{
    const section_row *row = *state;
    const anc_str text = anc_str_of(row->text);
    const rag_section s = rag_section_of(anc_str_of(row->question));
    assert_int_equal(s.kind != SIZE_MAX, row->number != NULL);
    if (row->number == NULL)
        return;
    assert_true(anc_str_eq(s.number, anc_str_of(row->number)));
    const size_t begins = rag_section_begins(&s, text);
    if (row->begins == NULL) {
        assert_int_equal(begins, SIZE_MAX);
        return;
    }
    assert_true(begins < text.len);
    assert_true(anc_str_starts(anc_str_sub(text, begins, text.len), anc_str_of(row->begins)));
    const size_t ends = rag_section_ends(&s, text, begins + 1);
    const anc_str behind = anc_str_sub(text, ends, text.len);
    assert_true(row->ends != NULL ? anc_str_starts(behind, anc_str_of(row->ends))
                                  : behind.len == 0);
}

int main(void)
{
    return RUN_TABLE("sections", rows, found);
}
