/* wanted.c - what was asked of a thing is nowhere near: "What is Ann's telephone number?" is not answered by a
 * sentence about Ann that has no number one could ring.
 *
 * A property that is known by its looks (a number to ring, an address, an age, a colour) has to be there; how many
 * of something there are wants a number that counts; what a thing costs is told of that thing.
 */
#include <string.h>

#include "base/str.h"
#include "extract_impl.h"
#include "rag/domain/spoken.h"

/* ---- properties that are known by their looks -------------------------------------------------- */

typedef bool holds_fn(const rag_extraction *x, size_t i);

static anc_str word_at(const rag_extraction *x, size_t i, size_t w)
{
    const rag_unit *u = &x->units.items[i];
    return rag_word_text(x->passages[u->passage].text, &x->units.words[u->passage].items[w]);
}

static bool has_one_of(const rag_extraction *x, size_t i, const char *words)
{
    for (size_t w = x->units.items[i].first; w < x->units.items[i].last; w++)
        if (rag_is_any_of(word_at(x, i, w), words))
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Digits that follow each other but for blanks, dots, hyphens and brackets: "(415) 555-0199", "extension 4477". */
static bool has_dial(const rag_extraction *x, size_t i)
{
    static const char words[] = "extension ext poste tel ring durchwahl";
    enum { SHORT = 3, LONG = 6, DAY = 2 };
    const size_t enough = has_one_of(x, i, words) ? SHORT : LONG;
    const anc_str text = rag_unit_text(&x->units.items[i], x->passages);
    size_t digits = 0;
    size_t run = 0; /* digits side by side */
    bool in_code = false;
    for (size_t k = 0; k < text.len && digits < enough; k++) {
        const char c = text.ptr[k];
        const bool coded =
            digits == 0 && k > 1 && text.ptr[k - 1] == '-' && is_letter(text.ptr[k - 2]);
        if (c >= '0' && c <= '9' && (coded || in_code))
            in_code = true; /* "WR-2025-0000" */
        else if (c >= '0' && c <= '9')
            digits++;
        else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')')
            digits = 0;
        in_code = (in_code && c != ' ') || (c == '/' && run > 0 && run <= DAY); /* "11/23/2024" */
        run = c >= '0' && c <= '9' ? run + 1 : 0;
    }
    return digits >= enough || rag_columns_have(x, i, RAG_SYNONYM_PHONE, SHORT);
}

static bool has_mailbox(const rag_extraction *x, size_t i)
{
    return anc_str_find(rag_unit_text(&x->units.items[i], x->passages), ANC_STR("@")) != SIZE_MAX;
}

/* Five or six digits that are no part of "RO-20221108" or "10264.15". */
static bool is_postal_code(anc_str text, const rag_word *word)
{
    enum { DIGITS_MIN = 5, DIGITS_MAX = 6 };
    const anc_str code = rag_word_text(text, word);
    const anc_str next = anc_str_sub(text, word->end, 2);
    uint64_t number;
    if (code.len < DIGITS_MIN || code.len > DIGITS_MAX || !anc_str_to_u64(code, &number) ||
        anc_str_ends(anc_str_sub(text, 0, word->start), ANC_STR("-")))
        return false;
    return next.len < 2 || (next.ptr[0] != '.' && next.ptr[0] != ',') || next.ptr[1] < '0' ||
           next.ptr[1] > '9';
}

/* Where or how one is reached: an address to write to, a number to ring, or that one may. */
static bool has_way_to_reach(const rag_extraction *x, size_t i)
{
    static const char words[] = "call ring write www http https appelez écrivez téléphonez anrufen "
                                "schreiben";
    return has_mailbox(x, i) || has_one_of(x, i, words) || has_dial(x, i) ||
           rag_has_phrase_of(rag_unit_text(&x->units.items[i], x->passages),
                             "contact page|contact form|contact us|page contact");
}

/* A street, a postal code, something reachable, or parts with capitals that commas part. */
static bool has_address(const rag_extraction *x, size_t i)
{
    enum { PARTS = 2 };
    static const char words[] =
        "street road avenue lane square boulevard blvd "
        "rue place chemin quai impasse "
        "straße platz "
        "calle "
        "www http https located situated occupies occupe situé située liegt";
    const rag_unit *u = &x->units.items[i];
    const rag_words items = x->units.words[u->passage];
    const anc_str text = x->passages[u->passage].text;
    size_t parts = 0;
    if (u->cells == 0 && has_one_of(x, i, words))
        return true;
    for (size_t w = u->first; w < u->last; w++) {
        const rag_word *word = &items.items[w];
        if (word->digits && word->code == 0 && is_postal_code(text, word))
            return true;
        if (w == u->first || !(word->capital || word->digits))
            continue;
        const uint32_t before = items.items[w - 1].end; /* behind it: a part of a joined form */
        parts +=
            before <= word->start &&
            anc_str_find(anc_str_sub(text, before, word->start - before), ANC_STR(",")) != SIZE_MAX;
    }
    return parts >= PARTS || ((u->cells == 0 || u->columns != RAG_NO_UNIT) && has_mailbox(x, i));
}

static bool has_colour(const rag_extraction *x, size_t i)
{
    static const char colours[] =
        "black white red green blue yellow orange brown grey gray pink purple violet gold "
        "silver copper slate crimson scarlet turquoise beige "
        "noir noire blanc blanche rouge vert verte bleu bleue jaune gris grise brun "
        "marron rose doré argent "
        "schwarz weiß rot grün blau gelb braun grau "
        "negro blanco rojo verde azul amarillo "
        "colour color colours colors "
        "couleur couleurs "
        "farbe farben";
    return has_one_of(x, i, colours);
}

/* When it was born or made, or how old it is: a word for that, or a small number that counts nothing ("Mr Pym, at 88,"). */
static bool has_age(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    static const char names[] = "age|âge|Âge|alter|edad";
    if (rag_has_phrase_of(rag_unit_columns(&x->units, u, x->passages), names))
        return true;
    if ((rag_cues_held(x->passages[u->passage].text, words, u->first, u->last, x->terms.asked) &
         RAG_CUE_AGE) != 0)
        return true;
    for (size_t w = u->first; w < u->last; w++) {
        const anc_str word = word_at(x, i, w);
        const anc_str before = w > u->first ? word_at(x, i, w - 1) : ANC_STR("");
        uint64_t number;
        if (!words.items[w].digits || !anc_str_to_u64(word, &number))
            continue;
        const bool ends = w + 1 == u->last || anc_str_find(anc_str_sub(x->passages[u->passage].text,
                                                                       words.items[w].end, 1),
                                                           ANC_STR(" ")) == SIZE_MAX;
        if (number <= 120 && ends && rag_is_any_of(before, "at à"))
            return true;
        if (number >= 1000 && number <= 2100 && rag_is_any_of(before, "of de from von"))
            return true;
    }
    return false;
}

static bool has_birth(const rag_extraction *x, size_t i)
{
    static const char words[] =
        "born birth birthday né née nés naquit naissance anniversaire geboren geburt "
        "geburtstag nació nacido nacida";
    const anc_str text = rag_unit_text(&x->units.items[i], x->passages);
    return has_one_of(x, i, words) || rag_columns_meant(x, i) != 0 ||
           anc_str_find(text, ANC_STR("(1")) != SIZE_MAX; /* "(1815-1852)" */
}

/* A word for what somebody earns stands in it, or over it. */
static bool is_about_pay(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    const rag_synonyms *s = &x->terms.synonyms;
    for (size_t w = u->first; w < u->last; w++)
        if (((rag_synonyms_asked(s, words.items[w].key) |
              rag_synonyms_named(s, words.items[w].key)) &
             RAG_SYNONYM_PAY) != 0)
            return true;
    for (size_t t = 0; t < x->terms.n; t++)
        if ((x->views[i].above >> t & 1) != 0 && (x->terms.pairs[t] & RAG_SYNONYM_PAY) != 0)
            return true;
    return false;
}

/* What somebody earns; a sum of something else beside the name is not that. */
static bool has_pay(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const unsigned held = rag_cues_signs(rag_unit_text(u, x->passages)) |
                          rag_cues_held(x->passages[u->passage].text, x->units.words[u->passage],
                                        u->first, u->last, x->terms.asked);
    return rag_columns_have(x, i, RAG_SYNONYM_PAY, 1) ||
           ((held & RAG_CUE_MONEY) != 0 && is_about_pay(x, i));
}

/* A word for living somewhere, a place behind "in" or "from", or a row, whose column may say it. */
static bool has_home(const rag_extraction *x, size_t i)
{
    static const char words[] =
        "live lives lived living resides resident home moved settled wohnt wohnen wohnte "
        "wohnhaft lebt lebte habite habitait vit vivait réside demeure domicile vive "
        "vivía reside abita risiede mora from aus";
    return x->units.items[i].cells > 0 || x->units.items[i].card || has_one_of(x, i, words) ||
           has_address(x, i);
}

typedef struct rag_property {
    const char *asked; /* phrases, parted by '|' */
    const char *with;  /* of which one has to stand beside those; NULL: none */
    holds_fn *holds;
    bool of_name; /* only where a name is asked about */
    bool told;    /* by a word for it: any sum is no salary */
} rag_property;

static const rag_property properties[] = {
    {"phone number|telephone number|emergency number|number do i ring|number do i call|fax "
     "number|mobile number|numéro de téléphone|"
     "numéro de portable|numéro de fax|telefonnummer|faxnummer|número de teléfono|es el "
     "teléfono|teléfono del|teléfono de la|"
     "numero di telefono|número de telefone",
     NULL, has_dial, false, false},
    {"e-mail address|email address|'s e-mail|'s email|adresse e-mail|adresse mail|l'e-mail de|"
     "l'email de|adresse électronique|e-mail-adresse|correo electrónico de",
     NULL, has_mailbox, false, false},
    {"do i contact|can i contact|do we contact|can we contact|to contact|dois-je contacter|comment "
     "contacter|puis-je contacter|comment joindre le|kontaktiere ich|contactar con|contattare",
     "how|comment|wie|cómo|come|como", has_way_to_reach, false, false},
    {"is the address of|is the postal address|'s address|quelle est l'adresse|"
     "quelle est l’adresse|wie lautet die adresse|dirección de",
     NULL, has_address, false, false},
    {"what colour|what color|which colour|which color|quelle couleur|quelle est la couleur|"
     "welche farbe|de qué color",
     NULL, has_colour, false, false},
    {"how old is|how old was|quel âge|wie alt|cuántos años tiene", NULL, has_age, true, false},
    {"birthday|birth date|date of birth|birthdate|was born|born|naissance|né|née|geboren|"
     "geburtstag|geburtsdatum|nació|nacimiento",
     NULL, has_birth, true, false},
    {"salary of|'s salary|'s wage|'s pay|earn|earns|le salaire de|gagne|verdient|das gehalt von|"
     "sueldo de|gana|son salaire|ihr gehalt|sein gehalt|su sueldo",
     NULL, has_pay, true, true},
    {"wo wohnt|wo lebt|où habite|où vit|dónde vive|dove abita|dove vive|onde mora", NULL, has_home,
     true, false},
    {"where does|where did", "live|reside", has_home, true, false},
};

/* "Her (Ingrid Solheim) salary" is read as "Ingrid Solheim's salary". */
static bool is_said_of_gloss(anc_str question, anc_str phrase)
{
    const anc_str own = ANC_STR("'s");
    const size_t close = anc_str_find(question, ANC_STR(")"));
    if (!anc_str_starts(phrase, own) || close == SIZE_MAX)
        return false;
    const anc_str rest = anc_str_sub(phrase, own.len, phrase.len);
    return anc_str_eq_nocase(anc_str_sub(question, close + 1, rest.len), rest);
}

/* Whether one of the phrases, which '|' parts, stands in the question. */
static bool is_asked(anc_str question, const char *phrases)
{
    anc_str rest = anc_str_of(phrases);
    anc_str phrase;
    while (anc_str_split(&rest, '|', &phrase))
        if (rag_phrase_in(question, phrase) || is_said_of_gloss(question, phrase))
            return true;
    return false;
}

/* Which property is asked for, or NULL. */
static const rag_property *property_asked(const rag_terms *terms)
{
    for (size_t k = 0; k < ANC_COUNT(properties); k++)
        if ((!properties[k].of_name || terms->names != 0) &&
            is_asked(terms->question, properties[k].asked) &&
            (properties[k].with == NULL || is_asked(terms->question, properties[k].with)))
            return &properties[k];
    return NULL;
}

/* Whether nothing around the unit has a word that means it. */
static bool is_untold_of(const rag_extraction *x, const rag_view *v)
{
    const uint64_t plain = rag_terms_plain(&x->terms);
    return plain != 0 && ((v->own | v->above | v->near | v->beside) & plain) == 0;
}

/* Whether unit i begins with a pronoun of somebody or something before it. */
static bool goes_back(const rag_extraction *x, size_t i)
{
    return rag_cues_points_back(rag_unit_text(&x->units.items[i], x->passages));
}

/* Names in the sentences before that "he", "sie" at the beginning of unit i may point at. */
static uint64_t names_before(const rag_extraction *x, size_t i)
{
    enum { BACK_MAX = 2 };
    const uint32_t passage = x->units.items[i].passage;
    for (size_t k = 1; k <= BACK_MAX && k <= i; k++) {
        const uint64_t named = x->views[i - k].own & x->terms.names;
        if (x->units.items[i - k].passage != passage || named != 0)
            return x->units.items[i - k].passage == passage ? named : 0;
        if (!goes_back(x, i - k))
            return 0;
    }
    return 0;
}

/* "The claims phone number": whether something is asked of a thing, and nothing around the unit has a word of that. */
static bool is_of_other_thing(const rag_extraction *x, const rag_view *v)
{
    uint64_t rest = rag_terms_plain(&x->terms);
    for (size_t t = 0; t < x->terms.n; t++)
        rest &= ~((x->terms.pairs[t] & RAG_SYNONYM_PHONE) != 0 ? rag_term_bit(t) : 0);
    return rest != 0 && ((v->own | v->above | v->near | v->beside) & rest) == 0;
}

/* It has to be there, and of whom or what it was asked of. */
bool rag_lacks_property(const rag_extraction *x, size_t i)
{
    const rag_property *asked = x->terms.property;
    const rag_view *v = &x->views[i];
    if (asked == NULL)
        return false;
    const bool back = goes_back(x, i);
    const uint64_t named = v->own | v->above | (back ? names_before(x, i) : 0);
    if ((asked->told && is_untold_of(x, v)) ||
        (asked->holds == has_dial && is_of_other_thing(x, v)))
        return true;
    return !asked->holds(x, i) || (x->terms.names != 0 && (named & x->terms.names) == 0);
}

/* ---- how many there are ------------------------------------------------------------------------ */

/* How many of something are in a thing is asked, and neither the sentence nor what stands around it has to do with
 * that thing. */
static bool counts_elsewhere(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t rest = rag_terms_real(terms) & ~rag_counted_terms(terms);
    return rest != 0 && ((v->own | v->above | v->near | v->beside) & rest) == 0;
}

/* In languages of which few words are known to mean the same, every noun that is counted has to be told, but people. */
static bool counts_other_nouns(const rag_extraction *x, size_t i)
{
    static const char people[] = "menschen leute personen einwohner personas gente habitantes "
                                 "persone abitanti pessoas";
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t missing = rag_counted_terms(terms) & ~(v->own | v->above | v->near);
    if (x->read_as == TXT_EN || x->read_as == TXT_FR || x->read_as == TXT_UND)
        return false;
    for (size_t k = 0; missing != 0 && k < terms->asked.n; k++) {
        const size_t t = rag_terms_asked(terms, k);
        if (t != RAG_TERMS_MAX && (missing >> t & 1) != 0 &&
            !rag_is_any_of(rag_word_text(terms->question, &terms->asked.items[k]), people))
            return true;
    }
    return false;
}

/* ---- what a thing costs ------------------------------------------------------------------------ */

/* "How much do you spend on training?": the sum has to be for that. */
static bool is_spent_elsewhere(const rag_extraction *x, size_t i)
{
    static const char spending[] =
        "invest invests invested spend spends spent budget investit investi dépense "
        "investiert";
    static const char links[] = "in on for dans pour für";
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    if (!rag_has_phrase_of(terms->question, "how much|combien|wie viel"))
        return false;
    for (size_t k = 0; k + 2 < terms->asked.n; k++) {
        const rag_word *w = &terms->asked.items[k];
        const size_t t = rag_terms_asked(terms, k + 2);
        if (t != RAG_TERMS_MAX && !terms->digits[t] &&
            rag_is_any_of(rag_word_text(terms->question, w), spending) &&
            rag_is_any_of(rag_word_text(terms->question, w + 1), links))
            return ((v->own | v->above | v->near | v->beside) >> t & 1) == 0;
    }
    return false;
}

/* "Total" of "the total of the invoice": what only a sum tells; no term where the question has more than the two. */
static uint64_t amount_of(const rag_terms *terms, uint64_t plain)
{
    static const char amounts[] = "total subtotal sum amount balance capital rate deductible "
                                  "solde total somme capital saldo summe suma";
    enum { BOTH = 2 };
    for (size_t k = 0; rag_term_count(plain) == BOTH && k < terms->asked.n; k++) {
        const size_t t = rag_terms_asked(terms, k);
        if (t != RAG_TERMS_MAX)
            return rag_is_any_of(rag_word_text(terms->question, &terms->asked.items[k]), amounts)
                       ? rag_term_bit(t)
                       : 0;
    }
    return 0;
}

/* The first of the terms as they are asked; 0: there is none. */
static uint64_t first_of(const rag_terms *terms, uint64_t set)
{
    for (size_t k = 0; k < terms->asked.n; k++) {
        const size_t t = rag_terms_find(terms, terms->asked.items[k].key);
        if (rag_has_term(set, t))
            return rag_term_bit(t);
    }
    return 0;
}

/* The P of "What is the P of N?", and of "wie hoch ist der P bei N?", where P is one word and N a name; else 0: anything
 * longer may be told in other words. */
static uint64_t told_by(const rag_terms *terms)
{
    static const char openings[] = "what is|what was|what's|who is|who was|"
                                   "quel est|quelle est|qui est|qui était|was ist|wer ist|wer war";
    const bool opens = rag_begins_with_any(terms->question, openings);
    bool linked = false;
    const uint64_t plain = rag_terms_plain(terms) & ~rag_terms_digits(terms); /* "in 2021" */
    static const char *const links[] = {" of ", "'s ", "’s ",   " de ",
                                        " du ", " d'", " des ", " von "};
    for (size_t k = 0; k < ANC_COUNT(links); k++)
        linked |= anc_str_find(terms->question, anc_str_of(links[k])) != SIZE_MAX;
    const bool one = rag_is_one_term(plain) && rag_terms_codes(terms) == 0;
    if (rag_begins_with_any(terms->question, "wie hoch ist |wie hoch sind |wie hoch war "))
        return first_of(terms, plain);
    if (!opens || !linked || terms->property != NULL ||
        (terms->cues & ~(unsigned)(RAG_CUE_PERSON | RAG_CUE_NAME)) != 0)
        return 0;
    return terms->names == 0 ? amount_of(terms, plain) : one ? plain : 0;
}

void rag_wanted_read(rag_terms *terms)
{
    terms->how_many =
        rag_has_phrase_of(terms->question, "how many|combien de|combien d'|combien d’|wie viele|"
                                           "cuántos|cuántas") &&
        !rag_phrase_in(terms->question, ANC_STR("combien de temps"));
    terms->priced =
        terms->cues == RAG_CUE_MONEY &&
        (rag_cues_asks_sum(terms->question) ||
         rag_has_phrase_of(
             terms->question,
             "what does|what do|how much does|how much do|how much is a|how much is the|price of|"
             "cost of|combien coûte|combien coûtent|combien a coûté|combien ont coûté|prix de|prix "
             "du|"
             "prix d'|was kostet|was kosten|was kostete|wie viel kostet|wie viel kostete|"
             "cuánto cuesta|cuánto cuestan|cuánto costó|precio de|precio del|quanto costa|"
             "quanto custa"));
    terms->measured = rag_has_phrase_of(
        terms->question,
        "cuánto mide|cuánto dura|cuánto pesa|quanto misura|quanto dura|quanto pesa|"
        "quanto mede|wie warm ist|wie lang ist|wie tief ist|combien mesure|combien pèse");
    terms->property = property_asked(terms);
    terms->told_by = told_by(terms);
}

/* Neither the sentence nor what stands around and over it says a word of P. */
static bool is_silent_of_property(const rag_extraction *x, size_t i)
{
    const rag_view *v = &x->views[i];
    return x->terms.told_by != 0 &&
           ((v->own | v->above | v->near | v->beside) & x->terms.told_by) == 0;
}

/* When something was done by one who is named is asked, and it is a row of that name with nothing of what was done. */
static bool is_row_of_other_day(const rag_extraction *x, size_t i)
{
    const rag_terms *terms = &x->terms;
    const rag_view *v = &x->views[i];
    const uint64_t plain = rag_terms_plain(terms);
    return x->units.items[i].cells > 0 && terms->cues == RAG_CUE_DATE && terms->names != 0 &&
           plain != 0 && ((v->own | v->above | v->near) & plain) == 0;
}

/* ---- whose it is --------------------------------------------------------------------------------- */

/* A word with a capital that does not begin the unit: it may be a name. */
static bool has_name(const rag_extraction *x, size_t i)
{
    const rag_unit *u = &x->units.items[i];
    const rag_words words = x->units.words[u->passage];
    for (size_t w = u->first + 1; w < u->last; w++)
        if (words.items[w].capital && !words.items[w].stop)
            return true;
    return false;
}

/* "Its captain" of the section on the Kittiwake, where one on the Solan stands beside it and the Solan was asked about:
 * the sentence that the pronoun goes back to names another. */
static bool is_of_rival(const rag_extraction *x, size_t i)
{
    const uint64_t names = x->terms.names;
    const uint32_t passage = x->units.items[i].passage;
    size_t said = i;
    if (names == 0 || (names & (names - 1)) != 0 || !goes_back(x, i) ||
        ((x->views[i].own | x->views[i].above) & names) != 0)
        return false;
    while (said > 0 && x->units.items[said - 1].passage == passage && goes_back(x, said))
        said--;
    if (said == i || !has_name(x, said) || (x->views[said].own & names) != 0)
        return false;
    const anc_str heading = rag_heading_of(x, i);
    for (size_t k = 0; k < x->units.n; k++)
        if (x->units.items[k].passage == passage && x->units.items[k].kind == RAG_UNIT_PROSE &&
            (x->views[k].above & names) != 0 && !anc_str_eq(rag_heading_of(x, k), heading))
            return true;
    return false;
}

bool rag_lacks_wanted(const rag_extraction *x, size_t i)
{
    return rag_lacks_property(x, i) || is_of_rival(x, i) || rag_is_value_of_other(x, i) ||
           is_spent_elsewhere(x, i) || is_row_of_other_day(x, i) || is_silent_of_property(x, i) ||
           (x->terms.how_many &&
            (!rag_has_count(x, i) || counts_elsewhere(x, i) || counts_other_nouns(x, i)));
}
