/* alike.c - see alike.h. */
#include "rag/domain/alike.h"

#include "base/str.h"
#include "rag/domain/words.h"

/* A line a matter, a piece of it for each language: English, French, German, Spanish, Italian, Portuguese. */
static const char *const lines[] = {
    "compose composer write written wrote author lyrics "
    "compositeur composé écrit auteur "
    "komponiert komponist geschrieben schrieb verfasst autor "
    "escribió escrito autora compuso compositor "
    "scritto scrisse compositore "
    "escreveu compôs",

    "own owner belong property proprietor proprietress "
    "propriétaire appartient possède "
    "gehört besitzt besitzer eigentümer inhaber "
    "dueño dueña propietario pertenece "
    "proprietario appartiene possiede "
    "dono proprietário pertence",

    "run manage manager lead led leader head direct director boss operate charge chair captain "
    "tient tenu tenue dirige directeur directrice responsable gère chef "
    "leitet leiter leitung führt betreibt betrieben betreiber "
    "director jefe gestiona "
    "direttore direttrice gestisce "
    "gerente conductor",

    "treasurer trésorier kassenwart kassenwartin schatzmeister kassierer tesorero tesoriere "
    "tesoureiro",

    "secretary clerk secrétaire schriftführer sekretär secretario segretario secretário",

    "president chair chairman chairwoman chairperson "
    "présidente vorsitzende vorsitz präsident presidente",

    "deputy vice substitute adjoint stellvertreter stellvertretend vize suplente vice",

    "teach taught teacher instructor monitor monitora monitore kursleiter kursleiterin tutor coach "
    "trainer lessons lecturer professor "
    "enseigne professeur "
    "unterrichtet lehrer lehrt "
    "enseña profesor maestra "
    "insegna insegnante "
    "ensina",

    "clean cleaner nettoie nettoyage putzt putzen reinigt reinigung limpia limpieza "
    "pulisce pulizia limpa limpeza",

    "design designer architect "
    "architecte conçu conception dessiné "
    "entworfen entwarf entwurf architekt "
    "diseñó diseñado arquitecto "
    "progettato architetto "
    "desenhou",

    "build built builder construct make made manufacture erect "
    "construit bâti "
    "baut gebaut erbaut errichtet "
    "construyó construido "
    "costruito costruì "
    "construiu",

    "found founded founder establish start set create creation "
    "fondé fondateur "
    "gegründet gründer "
    "fundó fundado fundador creó "
    "fondato fondatore "
    "fundou criou",

    "repair fix mend maintain maintenance service restore renovate "
    "répare réparation entretien "
    "repariert wartet "
    "arregla repara "
    "ripara "
    "conserta",

    "buy bought purchase acquire sell sold "
    "acheté achat vendu "
    "kauft gekauft erworben verkauft "
    "compró vendió vendido "
    "comprato acquistato venduto "
    "comprou vendeu",

    "finance fund sponsor pay paid donate donor gift grant "
    "financé "
    "finanziert gefördert bezahlt gestiftet "
    "financió pagó "
    "finanziato pagato "
    "financiou",

    "win won winner victory beat defeat lose lost loser champion "
    "gagné vainqueur "
    "gewann gewonnen sieger siegte "
    "ganó ganador "
    "vinto vincitore "
    "venceu",

    "invent inventor discover develop devise pioneer",

    "play played player pianist piano star portray role perform actor actress",

    "sing sang sung singer perform record",

    "command commander general led lead admiral captain",

    "kill killed murder assassin assassinate shot death died",

    "marry married wife husband spouse wed",

    "succeed successor replace follow inherit",

    "elect election vote won win chosen chose",

    "appoint appointed named nominate chosen",

    "approve approval authorise authorize sign signed agree "
    "approuve valide genehmigt genehmigung aprueba approva aprova",

    "propose suggest introduce idea advocate",

    "host present presenter moderate anchor",

    "drive drove driver chauffeur conduit conducteur fährt fahrer conduce conductor guida dirige",

    "get receive entitled "
    "reçoit reçoivent bénéficie bénéficient dispose acquiert "
    "bekommt bekommen bekomme erhält erhalten "
    "recibe reciben riceve ricevono recebe recebem",

    "supply supplier provide deliver "
    "fournit fournisseur liefert lieferant suministra fornisce fornece",

    "paint painted painter "
    "peint peintre "
    "gemalt malte maler gestrichen "
    "pintó pintado pintor "
    "dipinto pittore "
    "pintou",

    "doctor dr surgery gp physician "
    "médecin docteur "
    "arzt ärztin sprechstunde "
    "médico médica medico",

    "look care charge responsible "
    "occupe s'occupe "
    "kümmert zuständig verantwortlich "
    "encarga occupa cuida",
};

_Static_assert(ANC_COUNT(lines) <= 64, "a set of them is one number");

/* Without what a form ends with: "owns" as "own", "compose" as "compos". */
static anc_str trunk(anc_str word)
{
    enum { LETTERS_MIN = 4 };
    while (word.len >= LETTERS_MIN &&
           (word.ptr[word.len - 1] == 's' || word.ptr[word.len - 1] == 'e'))
        word.len--;
    return word;
}

/* German participles begin with it. */
static anc_str without_ge(anc_str word)
{
    enum { LETTERS_MIN = 6 };
    return word.len >= LETTERS_MIN && anc_str_eq_nocase(anc_str_sub(word, 0, 2), ANC_STR("ge"))
               ? anc_str_sub(word, 2, word.len)
               : word;
}

/* What stands behind the part of a German verb that comes off, "stellen" of "abstellen", without the "ge" of a participle;
 * empty: it has none, or another than `part`. */
static anc_str behind_part(anc_str word, anc_str part)
{
    enum { LETTERS_MIN = 4 };
    if (word.len < part.len + LETTERS_MIN ||
        !anc_str_eq_nocase(anc_str_sub(word, 0, part.len), part))
        return ANC_STR("");
    return without_ge(anc_str_sub(word, part.len, word.len));
}

static size_t common_beginning(anc_str a, anc_str b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && anc_str_eq_nocase(anc_str_sub(a, n, 1), anc_str_sub(b, n, 1)))
        n++;
    return n;
}

/* Whether a form or the name of a doer may end so, in one of six languages. */
static bool is_ending(anc_str rest)
{
    static const char endings[] =
        "iu ou ió ído ída ido ida ito ita uto uta ment ments ition ation ations "
        "e s es d ed r er ers or ors ing ion ions en eur eurs euse rice rices é ée és ent ant ait "
        "t te ten et erin ung st "
        "o a ó or ora ore ori ado ada ando ato ata ante rix ista ist in n ne nes ère";
    return rest.len == 0 || rag_is_any_of(rest, endings);
}

static bool begin_alike(anc_str a, anc_str b)
{
    enum { LETTERS = 4, TRUNK_MIN = 3 };
    const anc_str s = a.len < b.len ? a : b;
    const anc_str l = a.len < b.len ? b : a;
    const size_t same = common_beginning(s, l);
    const anc_str short_rest = anc_str_sub(s, same, s.len);
    const anc_str long_rest = anc_str_sub(l, same, l.len);
    const bool whole = trunk(s).len <= same && same >= TRUNK_MIN;
    return (same >= LETTERS || whole) && is_ending(short_rest) && is_ending(long_rest);
}

/* Most words are told apart by this. */
static bool same_letter(anc_str a, anc_str b)
{
    return a.len > 0 && b.len > 0 && (a.ptr[0] | 0x20) == (b.ptr[0] | 0x20);
}

/* "Abgestellt" and "abstellen" */
static bool are_parted_alike(anc_str a, anc_str b)
{
    static const anc_str parts[] = {ANC_STR_INIT("ab"),  ANC_STR_INIT("an"),  ANC_STR_INIT("auf"),
                                    ANC_STR_INIT("aus"), ANC_STR_INIT("ein"), ANC_STR_INIT("mit"),
                                    ANC_STR_INIT("um"),  ANC_STR_INIT("vor"), ANC_STR_INIT("zu")};
    for (size_t i = 0; i < ANC_COUNT(parts); i++) {
        const anc_str c = behind_part(a, parts[i]);
        const anc_str d = behind_part(b, parts[i]);
        if (c.len > 0 && d.len > 0)
            return begin_alike(c, d);
    }
    return false;
}

bool rag_akin(anc_str a, anc_str b)
{
    const anc_str c = without_ge(a);
    const anc_str d = without_ge(b);
    return (same_letter(a, b) && begin_alike(a, b)) || (same_letter(c, d) && begin_alike(c, d)) ||
           (same_letter(a, b) && are_parted_alike(a, b));
}

static bool line_has(anc_str line, anc_str word)
{
    for (anc_str one; anc_str_split(&line, ' ', &one);)
        if (rag_akin(one, word))
            return true;
    return false;
}

uint64_t rag_alike_lines(anc_str word)
{
    uint64_t found = 0;
    for (size_t i = 0; i < ANC_COUNT(lines); i++)
        found |= line_has(anc_str_of(lines[i]), word) ? UINT64_C(1) << i : 0;
    return found;
}

bool rag_alike(anc_str a, uint64_t lines_of_a, anc_str b)
{
    if (rag_akin(a, b))
        return true;
    for (size_t i = 0; i < ANC_COUNT(lines); i++)
        if ((lines_of_a >> i & 1) != 0 && line_has(anc_str_of(lines[i]), b))
            return true;
    return false;
}

bool rag_apart(anc_str a, uint64_t lines_of_a, anc_str b)
{
    return lines_of_a != 0 && !rag_alike(a, lines_of_a, b) && rag_alike_lines(b) != 0;
}

bool rag_is_relation(anc_str word)
{
    static const char relations[] =
        "deputy wife husband assistant successor predecessor secretary brother sister son "
        "daughter father mother partner colleague "
        "adjoint adjointe femme mari successeur successeure fils fille frère sœur "
        "stellvertreter stellvertreterin frau mann nachfolger nachfolgerin vorgänger vorgängerin "
        "sohn tochter bruder schwester "
        "esposa marido suplente sustituto sustituta hijo hija "
        "moglie marito sostituto sostituta figlio figlia "
        "esposa filho filha";
    return rag_is_any_of(word, relations);
}
