/* extract.h - an answer without a language model: the units of the passages that answer best.
 *
 * Three steps, so that whoever has an encoder may help in the middle:
 *   rag_extraction_new      cuts the passages into units and looks at each (features.c);
 *   rag_extraction_ask      names the units whose likeness in meaning is worth knowing;
 *   rag_extraction_choose   scores all units (weights.c) and picks at most two (choose.c).
 * The whole is a pure function of question, passages and the likenesses given.
 */
#ifndef ANC_RAG_DOMAIN_EXTRACT_H
#define ANC_RAG_DOMAIN_EXTRACT_H

#include "rag/domain/passage.h"
#include "rag/domain/units.h"

enum {
    RAG_PICKS_MAX = 2,          /* units of an answer */
    RAG_ANSWER_MAX_CHARS = 400, /* of an answer, its markers included */
    RAG_READ_PICKS = 6, /* of what stands at a place: sentences that follow each other, or a row */
    RAG_READ_MAX_CHARS = 900,  /* of that, markers included */
    RAG_ROWS_MAX = 20,         /* rows of a table that are told where several are asked for */
    RAG_ROWS_MAX_CHARS = 2400, /* of those */
    RAG_EXTRACT_PASSAGES = 50, /* passages that are looked at */
};

/* name in a table of weights, and what it is */
#define RAG_FEATURE_MAP(X)                                                                    \
    X(OWN, "share of the question's weight that the unit's own words have")                   \
    X(HEADED, "what title, headings and the line above it add to that")                       \
    X(AROUND, "what the units beside it add to that")                                         \
    X(RELATIVE, "own share less the best own share of all units")                             \
    X(NEAR, "what words that mean the same as the question's add to that")                    \
    X(PAIRS, "share of neighbouring words of the question that are near each other")          \
    X(FAQ, "share that the question heading it has, where it is the first below it")          \
    X(STRAY, "its document is another than the first passage's, which is more relevant")      \
    X(RANK, "1 for the first passage, 1/2 for the second, …")                                 \
    X(RELEVANCE, "the passage's calibrated score less the best one's")                        \
    X(PASSAGE, "share of the question's weight that the whole passage has")                   \
    X(CUE, "it has the kind of thing that was asked for")                                     \
    X(NO_CUE, "a kind was asked for and it has none of it")                                   \
    X(LENGTH, "logarithm of its characters over 100")                                         \
    X(NOVEL, "content words that the question has not, 1 from four on")                       \
    X(QUESTION, "it is a question itself")                                                    \
    X(HEADING, "it is a heading")                                                             \
    X(BACK, "it begins by pointing back: what the unit before it has of the question")        \
    X(OPENING, "it is the first of its passage")                                              \
    X(OTHER, "it is about another code, or another number of its kind, than was asked")       \
    X(ENTRY, "it is the row of what was asked about, with a column for what was asked of it") \
    X(COUNTS, "it has a number of what \"how many\" asks for")                                \
    X(DEFINES, "it says what the one thing is that was asked about, or where")                \
    X(NAKED, "it has the one name that was asked about, and nothing of what was asked of it") \
    X(ELSEWHERE, "a name was asked about, and neither it nor its passage or title has it")    \
    X(FOREIGN, "its passage is in another language than the question")                        \
    X(POLARITY, "what is so where that was asked, what is not where not: 1; else -1")         \
    X(MEANING, "cosine with the question less the best cosine; 0 where nobody knows it")

typedef enum rag_feature {
#define X(name, what) RAG_F_##name,
    RAG_FEATURE_MAP(X)
#undef X
        RAG_FEATURES
} rag_feature;

typedef struct rag_extraction rag_extraction;

/* `mem` holds it and everything in it; question and passages are borrowed. At most
 * RAG_EXTRACT_PASSAGES passages are looked at. LIMIT or NO_MEMORY when `mem` is full. */
anc_status rag_extraction_new(anc_arena *mem, anc_str question, const rag_passage *passages,
                              size_t n, rag_extraction **ret, anc_err *err) ANC_MUST_CHECK;

const rag_units *rag_extraction_units(const rag_extraction *x);

/* The at most `max` units that score best so far, best first; their number. */
size_t rag_extraction_ask(rag_extraction *x, size_t max, uint32_t *ret_units);

/* The cosine of unit `unit` with the question. */
void rag_extraction_tell(rag_extraction *x, uint32_t unit, double cosine);

/* What the unit that scores best has no word for though the question turns on it ("composed" of "who composed it?"), and
 * words of that unit that may mean it, at most `max`; their number, 0: nothing is missing. */
size_t rag_extraction_unsaid(rag_extraction *x, size_t max, anc_str *ret_wanted,
                             anc_str *ret_words);

/* The cosine of what is missing with the nearest of these words. */
void rag_extraction_nearest(rag_extraction *x, double cosine);

/* All features of a unit, for whoever fits weights. */
const double *rag_extraction_features(rag_extraction *x, uint32_t unit);

typedef struct rag_pick {
    uint32_t passage;
    uint32_t start, end; /* bytes of the passage's text: a unit, or two that stand together */
    double score;
    anc_str lead;    /* heading or question that it needs to be understood; may be empty */
    anc_str columns; /* of a row: the line that names its columns; may be empty */
    uint64_t
        shown; /* of a row that is too wide to be told whole: a bit for each cell that is; 0: all are */
    bool cut_before, cut_after; /* the sentence goes on there */
    bool card; /* lines "name: value"; the lead is the line that says of which record */
} rag_pick;

typedef struct rag_choice {
    rag_pick picks[RAG_ROWS_MAX]; /* in reading order: by passage, then by place */
    size_t n;                     /* 0: there is nothing to quote */
    size_t more;                  /* rows that answer alike and are not among them */
    double confidence;            /* 0..1: how much of the question the best pick speaks to */
    bool
        exact; /* the best pick is a row that, with its columns' names, has all that is asked about, or a sentence that,
                  with its heading, has that and the day, the sum or the measure that was asked for */
    bool beside_point; /* the best pick answers another question, however much it has of this one */
} rag_choice;

rag_choice rag_extraction_choose(rag_extraction *x);

/* Makes the choice of a row all rows of its table that answer alike, in their order and as many as may be told; of those
 * that go one way and those that go the other, the ones of the way that is asked. Nothing is left of a choice that only
 * the way back would answer, or a price for another time ("per year" of one for a month). */
void rag_choice_tell_peers(const rag_extraction *x, rag_choice *choice);

/* What stands in the passages from the beginning, for a question that says where to look and asks nothing
 * else: sentences that follow each other as far as an answer may reach, or one or two rows. Several pages share
 * that; that more stands there is said by "…" behind it, as it is behind all where the passages are not the whole of it (`more`). */
rag_choice rag_extraction_read(const rag_extraction *x, bool more);

/* The same of passages that are rows which were counted: as many as may be told of rows, and no "…". */
rag_choice rag_extraction_read_rows(const rag_extraction *x);

/* " … and 3 more", behind rows of which not all are told, in a language that has words for it, else in English. In `mem`;
 * ptr NULL where that is full. */
anc_str rag_more_rows(anc_arena *mem, txt_language language, size_t more);

/* What an extractive answer reads like: each pick as it stands, white space made one blank, behind what
 * leads it ("Heading: …"), a row's cells behind their columns' names ("Price: £94"), followed by its
 * marker; "…" where a sentence goes on. "" for no picks. */
anc_status rag_choice_render(anc_arena *mem, const rag_choice *choice, const rag_passage *passages,
                             anc_str *ret, anc_err *err) ANC_MUST_CHECK;

#endif
