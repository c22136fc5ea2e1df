/* test_sentence.c - where sentences end and where they do not. */
#include "support/test.h"

#include <string.h>

#include "base/str.h"
#include "text/sentence.h"

typedef struct sentence_row {
    const char *name;
    const char *text;
    const char *cut; /* the sentences with '|' between */
} sentence_row;

static const sentence_row sentence_rows[] = {
    {"nothing", " \n ", ""},
    {"two", "One. Two.", "One.|Two."},
    {"no stop at the end", "One. Two", "One.|Two"},
    {"titles", "Dr. Smith met Mr. Jones. They left.", "Dr. Smith met Mr. Jones.|They left."},
    {"initials", "J. K. Rowling wrote it. George W. Bush won.",
     "J. K. Rowling wrote it.|George W. Bush won."},
    {"initials that number things elsewhere",
     "L. Ferrari, N. Okafor and S. Ruiz met. See n. 5 and P. 7.",
     "L. Ferrari, N. Okafor and S. Ruiz met.|See n. 5 and P. 7."},
    {"a letter that is no initial", "He takes vitamin C. The dose is low.",
     "He takes vitamin C.|The dose is low."},
    {"decimal", "It costs $3.5 million. Fine.", "It costs $3.5 million.|Fine."},
    {"version and address", "See example.org. Use 2.0.1 now.", "See example.org.|Use 2.0.1 now."},
    {"acronym before a name", "The U.S. Army left the U.S. The end.",
     "The U.S. Army left the U.S.|The end."},
    {"p.m.", "He left at 5 p.m. Visitors stay.", "He left at 5 p.m.|Visitors stay."},
    {"abbreviation before a number", "See Fig. 3 and pp. 12-15. The answer is no. Then stop.",
     "See Fig. 3 and pp. 12-15.|The answer is no.|Then stop."},
    {"et al.", "Smith et al. (2010) agreed. Good.", "Smith et al. (2010) agreed.|Good."},
    {"company", "Acme Inc. Boats sells. Acme Inc. The firm grew.",
     "Acme Inc. Boats sells.|Acme Inc.|The firm grew."},
    {"lower case goes on", "The approx. size, e.g. this.", "The approx. size, e.g. this."},
    {"quotes close", "\"Yes!\" she said. He asked, \"Why?\" She left.",
     "\"Yes!\" she said.|He asked, \"Why?\"|She left."},
    {"brackets close", "It grew (fast.) Then not.", "It grew (fast.)|Then not."},
    {"notes close", "In 1999.[12] Later.[3][4] End.", "In 1999.[12]|Later.[3][4]|End."},
    {"ellipses", "Wait... what? I thought... Never.", "Wait... what?|I thought...|Never."},
    {"a row of marks", "What?! No!!! Yes.", "What?!|No!!!|Yes."},
    {"french spaces", "\xC2\xAB Quoi ? \xC2\xBB dit-il. Oui ! Bien.",
     "\xC2\xAB Quoi ? \xC2\xBB dit-il.|Oui !|Bien."},
    {"french quotes end", "\xC2\xAB C'est fini. \xC2\xBB Puis rien.",
     "\xC2\xAB C'est fini. \xC2\xBB|Puis rien."},
    {"french titles", "M. Dupont et Mme. Durand. Voir art. 5.",
     "M. Dupont et Mme. Durand.|Voir art. 5."},
    {"german ordinal", "Am 3. Oktober kam z.B. er. Gut.", "Am 3. Oktober kam z.B. er.|Gut."},
    {"year", "It was 1999. Then 2000 came.", "It was 1999.|Then 2000 came."},
    {"spanish", "\xC2\xBFQu\xC3\xA9 hora es? \xC2\xA1Vamos! La Sra. Ruiz.",
     "\xC2\xBFQu\xC3\xA9 hora es?|\xC2\xA1Vamos!|La Sra. Ruiz."},
    {"italian", "Il sig. Rossi arriva. Poi basta.", "Il sig. Rossi arriva.|Poi basta."},
    {"ideographic", "\xE6\x9D\xB1\xE3\x80\x82\xE4\xBA\xAC\xE3\x80\x82",
     "\xE6\x9D\xB1\xE3\x80\x82|\xE4\xBA\xAC\xE3\x80\x82"},
    {"blank line", "Heading\n\nbody text", "Heading|body text"},
    {"list", "Items:\n- one\n- two\n3. three", "Items:|- one|- two|3. three"},
    {"numbered item", "1. First\n2. Second", "1. First|2. Second"},
    {"short lines", "Monday 9-5\nTuesday 9-5", "Monday 9-5|Tuesday 9-5"},
    {"table rows", "A long row of a table that would be wrapped | with cells\nB | C",
     "A long row of a table that would be wrapped | with cells|B | C"},
    {"wrapped line", "A line that was\nbroken here. Next.", "A line that was\nbroken here.|Next."},
    {"wrapped before a capital",
     "A line that was so long that it had to be broken just before the\nName. Next.",
     "A line that was so long that it had to be broken just before the\nName.|Next."},
    {"CRLF", "One\r\n\r\nTwo", "One|Two"},
};

static void sentences(void **state)
{
    const sentence_row *row = *state;
    const anc_str text = anc_str_of(row->text);
    size_t cursor = 0;
    txt_span s;
    ANC_BUF(out, 4096);
    while (txt_sentence_next(text, &cursor, &s)) {
        if (out.len > 0)
            (void)anc_buf_add_char(&out, '|');
        (void)anc_buf_add(&out, anc_str_sub(text, s.start, s.end - s.start));
    }
    /* Rows of tables hold the mark themselves. */
    assert_string_equal(out.ptr != NULL ? out.ptr : "", row->cut);
}

int main(void)
{
    return RUN_TABLE("txt_sentence_next", sentence_rows, sentences);
}
