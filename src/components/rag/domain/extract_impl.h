/* extract_impl.h - what the rooms of extraction share: the question's terms and each unit's view. */
#ifndef ANC_RAG_DOMAIN_EXTRACT_IMPL_H
#define ANC_RAG_DOMAIN_EXTRACT_IMPL_H

#include "rag/domain/cues.h"
#include "rag/domain/extract.h"
#include "rag/domain/meanings.h"
#include "rag/domain/synonyms.h"

struct rag_spoken;

enum { RAG_TERMS_MAX = 64 }; /* so that a set of them is one word */

/* What stands over all units of a passage. */
enum { RAG_OVER_TITLE, RAG_OVER_HEADING, RAG_OVER_COLUMNS, RAG_OVERS };

typedef struct rag_terms {
    anc_str question;
    rag_words asked; /* every word of it */
    uint64_t keys[RAG_TERMS_MAX];
    double weight[RAG_TERMS_MAX];
    bool dull[RAG_TERMS_MAX];   /* says what is asked for, seldom stands in the answer ("name") */
    bool digits[RAG_TERMS_MAX]; /* begins with a figure */
    bool asks[RAG_TERMS_MAX];   /* is an asking word ("minimum") */
    uint32_t pairs[RAG_TERMS_MAX];           /* of synonyms that ask with it */
    rag_meaning_set meanings[RAG_TERMS_MAX]; /* that it may have in another language */
    rag_synonyms synonyms;
    rag_meanings meant;
    uint32_t code[RAG_TERMS_MAX]; /* shape of a code ("E11"); 0: it is none */
    size_t n;
    double total;   /* of the weights */
    uint64_t names; /* terms with a capital letter that does not begin the question */
    bool which;     /* it wants to be told things, not whether something is so */
    bool negated;   /* what is not so is asked for */
    uint64_t focus; /* what has to be told by some word: the deed or the role of who is asked for */
    uint64_t deed;  /* of these the verb of "who built it?" */
    uint64_t role;  /* and the noun of "who is the captain?" */
    uint64_t may;   /* "cancel" of "can I cancel the order?" */
    uint64_t object;  /* and "order"; or what there may be, of "is there a café?" */
    uint64_t bounds;  /* when something begins, ends, opens or closes is asked with them */
    uint64_t begins;  /* with these of them when it begins */
    uint64_t opening; /* and with these when it opens */
    uint64_t granted; /* "get" of "how many days do I get?": it may be told by another word */
    bool brief;       /* it has few words that count */
    uint64_t subject; /* and of a short question what it is about, which may be told beside */
    bool how_many;    /* how many of something there are */
    bool priced;      /* in so many words what a thing costs */
    bool measured; /* how long, warm or heavy a thing is, where a verb of that stands before it */
    uint64_t told_by;                    /* the one term P of "What is the P of N?"; else 0 */
    uint64_t earlier_year;               /* who was it before that year; 0: not asked */
    uint64_t earlier_names;              /* who was it before one of these names; 0: not asked */
    const struct rag_property *property; /* that is asked for and known by its looks; or NULL */
    unsigned cues;
} rag_terms;

/* What one unit has. Sets of terms are bits: bit t stands for term t of the question. */
typedef struct rag_view {
    uint64_t own;  /* terms in its words */
    uint64_t near; /* and those that they mean in other words of its language */
    uint64_t
        above; /* in title, heading path and the line that heads it; of a row what its columns mean */
    uint64_t beside; /* in the units before and after it */
    anc_str heading; /* that it stands under; empty: none, or a list has come between them */
    uint64_t headed; /* terms in it */
    bool numbered;   /* it has "second scale" where that is asked about */
    bool another;    /* it has "first scale" there, and not that */
    bool bound;      /* it is about "Skep 2" where that is asked about */
    bool rival;      /* it is about "Skep 3" there, and not that */
    bool denied;     /* the heading says what is not so */
    bool denies;     /* its own words do */
    double features[RAG_FEATURES];
    double score;
    double cosine; /* NaN: not told */
} rag_view;

struct rag_extraction {
    const rag_passage *passages; /* borrowed, [n_passages] */
    size_t n_passages;
    txt_language language; /* of the question; TXT_UND: it does not tell */
    txt_language read_as; /* that all words are read in: the question's, else the first passage's */
    rag_terms terms;
    rag_units units;
    rag_words (*over_words)[RAG_OVERS]; /* [n_passages] */
    uint64_t *meant_over; /* [n_passages]: what title and headings mean as names of columns */
    rag_view *views;      /* [units.n] */
    size_t near_unit; /* of which it is known how near its words come to what it has no word for */
    double near_cosine; /* and that */
};

/* terms.c */
anc_status rag_terms_of(anc_arena *mem, anc_str question, txt_language language, rag_terms *ret,
                        anc_err *err) ANC_MUST_CHECK;
/* Fills in what the terms may mean in another language: for rag_terms_meant, and for what names columns. */
anc_status rag_terms_mean(anc_arena *mem, txt_language language, rag_terms *terms,
                          anc_err *err) ANC_MUST_CHECK;
/* Weights by rarity among `sets` [n], one set of terms for each unit. */
void rag_terms_weigh(rag_terms *terms, const rag_view *views, size_t n);
/* The terms that count: all but those that say what kind of thing is asked for, and asking words. */
uint64_t rag_terms_real(const rag_terms *terms);
/* Of these the ones that say what it is about: no names. */
uint64_t rag_terms_plain(const rag_terms *terms);
/* Terms that are numbers, and codes. */
uint64_t rag_terms_digits(const rag_terms *terms);
uint64_t rag_terms_codes(const rag_terms *terms);
/* The term with that key, or RAG_TERMS_MAX. */
size_t rag_terms_find(const rag_terms *terms, uint64_t key);
/* How term `t` is written in the question. */
anc_str rag_terms_text(const rag_terms *terms, size_t t);
/* The term that word `k` of the question is, where it counts; else RAG_TERMS_MAX. */
size_t rag_terms_asked(const rag_terms *terms, size_t k);

static inline uint64_t rag_term_bit(size_t t)
{
    return UINT64_C(1) << t;
}

/* Whether the set has term `t`, which may be RAG_TERMS_MAX, of which no set has anything. */
static inline bool rag_has_term(uint64_t set, size_t t)
{
    return t < RAG_TERMS_MAX && (set >> t & 1) != 0;
}

static inline size_t rag_term_count(uint64_t set)
{
    return (size_t)__builtin_popcountll(set);
}

/* Whether there is exactly one term in the set. */
static inline bool rag_is_one_term(uint64_t set)
{
    return set != 0 && (set & (set - 1)) == 0;
}

uint64_t rag_terms_in(const rag_terms *terms, rag_words words, size_t first, size_t last);
/* The same for words in another language than the question's. */
uint64_t rag_terms_meant(const rag_terms *terms, rag_words words, size_t first, size_t last);
double rag_terms_share(const rag_terms *terms, uint64_t set);

/* headings.c: which heading each unit stands under, once `own` is known of all. */
anc_status rag_headings_find(anc_arena *mem, rag_extraction *x, txt_language language,
                             anc_err *err) ANC_MUST_CHECK;
anc_str rag_plain_line(anc_str line); /* a heading's words without its signs */
/* The heading, or line, that unit i stands below, whether or not it holds for it; else the title. */
anc_str rag_heading_of(const rag_extraction *x, size_t i);
/* 1: unit i says what is (not) so as the question asks; -1: it says the opposite; 0: neither. */
double rag_headings_polarity(const rag_extraction *x, size_t i);
/* Whether the heading that unit i stands under is one that asks the question in the same sense. */
bool rag_headings_ask(const rag_extraction *x, size_t i);

/* features.c */
anc_status rag_features_fill(anc_arena *mem, rag_extraction *x, txt_language language,
                             anc_err *err) ANC_MUST_CHECK;
void rag_features_meaning(rag_extraction *x);

/* doubt.c: terms of all that stands in the passage of unit i, and over it. */
uint64_t rag_terms_of_passage(const rag_extraction *x, size_t i);
/* times.c: whether a month or a year is asked about, and unit i, or its passage, is of others. */
bool rag_is_of_other_time(const rag_extraction *x, size_t i);

/* columns.c: the terms of the question that the names of unit i's columns mean in other words. */
uint64_t rag_columns_meant(const rag_extraction *x, size_t i);
/* Whether a column of unit i whose name is in one of `pairs` (of synonyms) has a cell with so many digits. */
bool rag_columns_have(const rag_extraction *x, size_t i, uint32_t pairs, size_t digits);

/* Whether row i has a figure in a column of prices, stands with figures in a list of prices, or has one in a column that is
 * called what was asked about in a table of what is spent or earned. */
bool rag_columns_priced(const rag_extraction *x, size_t i);
/* Of a row that is too wide to be told whole, the cells that are: its first, and those that have, or whose names have or
 * mean, something of the question; a bit each, at most 12 of the first 64. 0: it is told whole. */
uint64_t rag_columns_shown(const rag_extraction *x, size_t i);
/* Characters of those cells and of the names of their columns. */
size_t rag_shown_chars(anc_str columns, anc_str row, uint64_t shown);
/* What row i measures by figures alone, in columns that the question names or means (RAG_CUE_*): "26" of "Weight (kg)". */
unsigned rag_columns_measure(const rag_extraction *x, size_t i);
/* Whether a column that is named in the question has nothing in unit i, and no other column of that name has. */
bool rag_columns_empty(const rag_extraction *x, size_t i);
/* Whether it is the row of what was asked about in a table that does not tell what was asked, where one that does has
 * nothing in that column. */
bool rag_columns_empty_elsewhere(const rag_extraction *x, size_t i);
/* Whether a column of unit i, but the first, counts these terms, or says how many, and has a figure there. */
bool rag_columns_count(const rag_extraction *x, size_t i, uint64_t counted);
/* The terms that all words of a title or a heading mean so. */
uint64_t rag_columns_meant_over(const rag_terms *terms, rag_words words);

/* names.c: says of unit i, in `v`, whether it is about the numbered names that were asked about. */
void rag_names_bind(const rag_extraction *x, size_t i, rag_view *v);
/* Whether a name with a number is asked about. */
bool rag_names_numbered(const rag_terms *terms);
/* Whether all that is told is told of other numbers of a name than the one that was asked about. */
bool rag_names_rivals_only(const rag_extraction *x);

/* entry.c: 1 where unit i is the row of what was asked about, less where it is that of a variant; else 0. */
double rag_entry_of(const rag_extraction *x, size_t i);

/* label.c: 1 where unit i is a row "property | value" of what was asked of its thing, less of a variant; else 0. */
double rag_label_of(const rag_extraction *x, size_t i);
/* Whether it is such a row of something that what was asked for only says more of: "Temperature sensor". */
bool rag_label_is_beside(const rag_extraction *x, size_t i);

/* counts.c: the terms of what "how many" asks for; none where it is not asked. */
uint64_t rag_counted_terms(const rag_terms *terms);
/* Whether unit i has a number of them. */
bool rag_counts(const rag_extraction *x, size_t i);
/* The same of the noun with what it is of: "25 days of leave". */
bool rag_counts_of(const rag_extraction *x, size_t i);
/* Whether unit i has a number that may be how many of something there are: no year, no sum, no part of a name. */
bool rag_has_count(const rag_extraction *x, size_t i);

/* Whether it has a time that something may take: "12 working days", "a week". */
bool rag_has_span(const rag_extraction *x, size_t i);

/* several.c: whether other rows of the table that unit i is a row of have as much of the question. */
bool rag_has_peers(const rag_extraction *x, size_t i);
bool rag_has_others(const rag_extraction *x, size_t i); /* … or another record */
/* peers.c: whether both are rows, or records, of one table. */
bool rag_same_table(const rag_extraction *x, size_t a, size_t b);
/* Whether "which … are", "list the …" asks for more than one. */
bool rag_asks_for_several(const rag_extraction *x);
/* Whether how many rows there are, or what they come to, is asked, and unit i is only one of those. */
bool rag_is_one_of_several(const rag_extraction *x, size_t i);

/* defines.c: whether it is asked who or what one thing is, and whether unit i says so. */
bool rag_asks_definition(const rag_terms *terms);
bool rag_defines(const rag_extraction *x, size_t i);

/* Whether a passage is known to be in another language than the question. */
bool rag_passage_is_foreign(const rag_extraction *x, size_t passage);

/* doubt.c: what is left of the confidence in unit i, 0..1. */
double rag_doubt(const rag_extraction *x, size_t i);
/* doubt.c: whether unit i answers another question, however much of the question's words it has. */
bool rag_is_beside_point(const rag_extraction *x, size_t i);

/* exact.c: how much of the question unit i speaks to, 0..1: words for the kind of thing that is asked for are not missed. */
double rag_told_of(const rag_extraction *x, size_t i);
/* Whether term `t` is "montant", "Frist": it asks for a sum or a day, and that tells it. */
bool rag_asks_by_itself(const rag_terms *terms, size_t t);
/* Whether it is a row that, with its columns' names, has all that was asked; a sentence that, with its heading, has all of it,
 * and the day, the sum or the measure; or one that has somebody, and what he is or does, in whatever words. */
bool rag_is_exact(const rag_extraction *x, size_t i);
/* Whether it is of another language than the question, of which a model of one language knows little, and has the names that
 * were asked about, all else by words that mean the same, and the kind of thing. */
bool rag_is_told_abroad(const rag_extraction *x, size_t i);

/* wanted.c: reads once of a question what its units are asked for: how_many, priced, told_by and property. */
void rag_wanted_read(rag_terms *terms);
/* Whether a property that is known by its looks is asked for (an address, a number to ring), and unit i has none. */
bool rag_lacks_property(const rag_extraction *x, size_t i);
/* Whether unit i has nothing of the kind that was asked of its thing: no number to ring, no address, no count. */
bool rag_lacks_wanted(const rag_extraction *x, size_t i);

/* told.c: what of the question has to be told by some word; `language` is that of its words. */
anc_status rag_focus_read(anc_arena *mem, txt_language language, rag_terms *terms,
                          anc_err *err) ANC_MUST_CHECK;
/* Gives the units that have another word for it its term, where none has the word itself. */
void rag_focus_find(rag_extraction *x);
/* Whether unit i, its heading and its title have no word for it: "who composed it?" of who founded it. */
bool rag_focus_untold(const rag_extraction *x, size_t i);
/* Whether unit i begins with somebody by who he is to another, and that is what was asked about: "His deputy". */
bool rag_focus_begins(const rag_extraction *x, size_t i);
/* Whether it begins with somebody who is that to who was named and was not asked about. */
bool rag_is_of_relative(const rag_extraction *x, size_t i);
/* What is missing so in the question, and the words of the unit that may be near it; their number, 0 where nothing is missing. */
size_t rag_focus_words(const rag_extraction *x, size_t i, size_t max, anc_str *ret_wanted,
                       anc_str *ret_words);
/* Whether unit i tells it of what excludes what was asked about: of the summer course for the winter course. */
bool rag_is_of_contrast(const rag_extraction *x, size_t i);

/* bounds.c: reads once of a question which of its terms ask when something begins, ends, opens or closes. */
void rag_bounds_read(rag_terms *terms);
/* Whether unit i tells from when to when it goes, where term `t` is one of those. */
bool rag_tells_range(const rag_extraction *x, size_t i, size_t t);
/* Whether it says that something is due, and term `t` asks when it is paid. */
bool rag_tells_due(const rag_extraction *x, size_t i, size_t t);
/* Whether it is "Regatta: 14 June" of a list of days, and all that stands before the colon was asked about. */
bool rag_is_entry_of_day(const rag_extraction *x, size_t i);
/* Whether unit i tells when something begins, ends, opens or closes, which term `t` asks in another word: from when
 * to when it goes, or that it is closed on the day that is asked about. */
bool rag_tells_bound(const rag_extraction *x, size_t i, size_t t);
/* Whether it says of a day in the question that something is closed then. */
bool rag_is_closed_then(const rag_extraction *x, size_t i);

/* may.c: whether "Is there …?", "Does it have …?" is asked. */
bool rag_asks_existence(const rag_terms *terms);
/* The terms of what there may be: "swimming pool" of "does the club have a swimming pool?"; 0: the question does not say it
 * in a run of its own. */
uint64_t rag_existing(const rag_terms *terms);
/* The word of a question that says what "can I" is asked about; words.n: it asks nothing of the kind. */
size_t rag_may_deed(const struct rag_spoken *s);
/* The terms of what it would be done to: "an instrument" of "may I try an instrument before I buy?". */
uint64_t rag_may_object(const rag_terms *terms, const struct rag_spoken *s, size_t deed);
/* Whether unit i says that something is allowed, or not. */
bool rag_grants(const rag_extraction *x, size_t i);

/* agent.c: whether it is asked who did something, and unit i only tells that it was done. */
bool rag_is_without_agent(const rag_extraction *x, size_t i);

/* office.c: whether it is asked who holds an office, and unit i names nobody, or who holds that of something else. */
bool rag_is_without_holder(const rag_extraction *x, size_t i);
bool rag_is_of_other_office(const rag_extraction *x, size_t i);
/* Whether who did something is asked, and unit i says that of whoever speaks or is spoken to. */
bool rag_is_of_speaker(const rag_extraction *x, size_t i);

/* modifiers.c: whether unit i tells it of a noun of which it says something else than the question: of the junior tournament
 * for the senior tournament. */
bool rag_is_of_other_kind(const rag_extraction *x, size_t i);

/* elsewhere.c: whether unit i has the question's words and tells something else with them: what is at the place that was asked
 * about, what is done after it, of any kind of it. */
bool rag_is_told_of_other(const rag_extraction *x, size_t i);

/* senses.c: whether unit i has the question's words in another sense, or of something else, or the question has none. */
bool rag_is_in_other_sense(const rag_extraction *x, size_t i);

/* property.c: whether a year is asked for, in so many words, and a word of what happened in it that has to be told. */
bool rag_asks_year(anc_str question);
bool rag_is_deed_of_year(anc_str word);
/* Whether a year, a weight, a width, a depth or a height is asked for, and unit i has no year, or figures of that kind and none
 * of them told as that. */
bool rag_is_property_untold(const rag_extraction *x, size_t i);

/* valued.c: whether a price or a measure is asked of a thing, or for somebody, that unit i does not tell it of. */
bool rag_is_value_of_other(const rag_extraction *x, size_t i);

/* former.c: reads once of a question whom or which year it asks before. */
void rag_former_read(rag_terms *terms);
/* Whether who it was before somebody, or before a year, is asked, and unit i tells of him, or of no time before. */
bool rag_is_of_later(const rag_extraction *x, size_t i);

/* choose.c: the unit that scores best of those that may be quoted, or SIZE_MAX. */
size_t rag_choose_best(const rag_extraction *x);

/* figures.c: whether what a company takes in, earns or loses is asked, and unit i tells that of a part, or is a note
 * below a table. */
bool rag_is_part_of_figure(const rag_extraction *x, size_t i);

/* spellings.c: gives the units those terms that no unit has, where they have them spelled otherwise: "pay day" for
 * "payday", "United Kingdom" for "UK". */
void rag_spellings_find(rag_extraction *x);

/* choose.c: the unit as a pick, with the names of its columns where they fit. */
rag_pick rag_pick_of(const rag_extraction *x, size_t unit);

/* weights.c */
double rag_weights_score(const double features[RAG_FEATURES]);

#endif
