/* stop_words.c - function words of six languages: what carries grammar and no subject.
 *
 * One list serves three ends: terms are flagged as stop words, a language is told from its most
 * frequent words, and sentence rules know how sentences go on. Words stand as they look after
 * case folding, accents kept, sorted by bytes (a test holds that).
 */
#include "text/language.h"

#include "base/str.h"

static const char *const english[] = {
    "a",          "about",    "above",      "after",     "again",   "against",   "all",
    "also",       "although", "am",         "among",     "an",      "and",       "any",
    "are",        "aren't",   "as",         "at",        "be",      "became",    "because",
    "been",       "before",   "being",      "below",     "between", "both",      "but",
    "by",         "can",      "can't",      "cannot",    "could",   "couldn't",  "did",
    "didn't",     "do",       "does",       "doesn't",   "doing",   "don't",     "down",
    "during",     "each",     "either",     "etc",       "ever",    "every",     "few",
    "for",        "from",     "further",    "had",       "hadn't",  "has",       "hasn't",
    "have",       "haven't",  "having",     "he",        "hence",   "her",       "here",
    "hers",       "herself",  "him",        "himself",   "his",     "how",       "however",
    "i",          "if",       "in",         "into",      "is",      "isn't",     "it",
    "its",        "itself",   "just",       "least",     "less",    "many",      "may",
    "me",         "might",    "more",       "most",      "much",    "must",      "mustn't",
    "my",         "myself",   "near",       "neither",   "nor",     "not",       "of",
    "off",        "often",    "on",         "once",      "one",     "only",      "onto",
    "or",         "other",    "others",     "our",       "ours",    "ourselves", "out",
    "over",       "own",      "per",        "please",    "quite",   "rather",    "same",
    "shall",      "she",      "should",     "shouldn't", "since",   "so",        "some",
    "such",       "than",     "that",       "the",       "their",   "theirs",    "them",
    "themselves", "then",     "there",      "therefore", "these",   "they",      "this",
    "those",      "though",   "through",    "thus",      "to",      "too",       "toward",
    "towards",    "under",    "until",      "unto",      "up",      "upon",      "us",
    "very",       "via",      "was",        "wasn't",    "we",      "were",      "weren't",
    "what",       "whatever", "when",       "where",     "whether", "which",     "while",
    "who",        "whom",     "whose",      "why",       "will",    "with",      "within",
    "without",    "won't",    "would",      "wouldn't",  "yet",     "you",       "your",
    "yours",      "yourself", "yourselves",
};

static const char *const french[] = {
    "a",          "afin",     "ai",        "aie",      "aient",    "ainsi",       "alors",
    "après",      "as",       "au",        "aucun",    "aucune",   "aujourd'hui", "auquel",
    "aura",       "aurait",   "aussi",     "autour",   "autre",    "autres",      "aux",
    "auxquelles", "auxquels", "avaient",   "avait",    "avant",    "avec",        "avez",
    "avoir",      "avons",    "ayant",     "beaucoup", "bien",     "c",           "car",
    "ce",         "ceci",     "cela",      "celle",    "celles",   "celui",       "cependant",
    "certain",    "certaine", "certaines", "certains", "ces",      "cet",         "cette",
    "ceux",       "chaque",   "chez",      "ci",       "combien",  "comme",       "comment",
    "d",          "dans",     "de",        "depuis",   "des",      "desquels",    "donc",
    "dont",       "du",       "duquel",    "durant",   "dès",      "elle",        "elles",
    "en",         "encore",   "entre",     "es",       "est",      "et",          "eu",
    "eurent",     "eux",      "fait",      "fois",     "font",     "furent",      "fut",
    "hors",       "ici",      "il",        "ils",      "j",        "je",          "jusqu",
    "jusque",     "l",        "la",        "laquelle", "le",       "lequel",      "les",
    "lesquelles", "lesquels", "leur",      "leurs",    "lors",     "lorsqu",      "lorsque",
    "lui",        "là",       "m",         "ma",       "mais",     "malgré",      "me",
    "mes",        "moi",      "moins",     "mon",      "même",     "mêmes",       "n",
    "ne",         "ni",       "non",       "nos",      "notre",    "nous",        "nôtre",
    "on",         "ont",      "or",        "ou",       "où",       "par",         "parce",
    "parmi",      "pas",      "pendant",   "peu",      "peut",     "peuvent",     "plus",
    "plusieurs",  "pour",     "pourquoi",  "pourra",   "pourrait", "pouvait",     "pu",
    "puis",       "puisque",  "qu",        "quand",    "que",      "quel",        "quelle",
    "quelles",    "quelque",  "quelques",  "quels",    "qui",      "quoi",        "s",
    "sa",         "sans",     "se",        "selon",    "sera",     "serait",      "seront",
    "ses",        "si",       "sien",      "son",      "sont",     "sous",        "sur",
    "t",          "ta",       "tandis",    "te",       "tel",      "telle",       "telles",
    "tels",       "tes",      "toi",       "ton",      "toujours", "tous",        "tout",
    "toute",      "toutes",   "très",      "tu",       "un",       "une",         "vers",
    "voici",      "voilà",    "vos",       "votre",    "vous",     "vôtre",       "y",
    "à",          "ça",       "étaient",   "étais",    "était",    "étant",       "été",
    "être",
};

static const char *const italian[] = {
    "a",      "abbia",  "abbiamo",  "abbiano", "ad",     "agli",    "ai",      "al",      "alcune",
    "alcuni", "all",    "alla",     "alle",    "allo",   "allora",  "altra",   "altre",   "altri",
    "altro",  "anche",  "ancora",   "avere",   "aveva",  "avevano", "avuto",   "c",       "che",
    "chi",    "ci",     "ciascuno", "circa",   "ciò",    "coi",     "col",     "come",    "con",
    "contro", "cosa",   "così",     "cui",     "d",      "da",      "dagli",   "dai",     "dal",
    "dall",   "dalla",  "dalle",    "dallo",   "degli",  "dei",     "del",     "dell",    "della",
    "delle",  "dello",  "dentro",   "di",      "dopo",   "dove",    "dunque",  "durante", "e",
    "ed",     "egli",   "ella",     "era",     "erano",  "essa",    "esse",    "essere",  "essi",
    "esso",   "fa",     "fino",     "fra",     "fu",     "fuori",   "furono",  "già",     "gli",
    "ha",     "hai",    "hanno",    "ho",      "i",      "il",      "in",      "infatti", "inoltre",
    "invece", "io",     "l",        "la",      "le",     "lei",     "li",      "lo",      "loro",
    "lui",    "là",     "ma",       "me",      "mentre", "mi",      "mia",     "mie",     "miei",
    "mio",    "molti",  "molto",    "ne",      "negli",  "nei",     "nel",     "nell",    "nella",
    "nelle",  "nello",  "noi",      "non",     "nostra", "nostre",  "nostri",  "nostro",  "né",
    "o",      "ogni",   "oltre",    "oppure",  "ora",    "per",     "perché",  "perciò",  "però",
    "più",    "poco",   "poi",      "poiché",  "presso", "prima",   "proprio", "può",     "qua",
    "qual",   "quale",  "quali",    "quando",  "quanta", "quante",  "quanti",  "quanto",  "quasi",
    "quel",   "quella", "quelle",   "quelli",  "quello", "questa",  "queste",  "questi",  "questo",
    "qui",    "quindi", "s",        "saranno", "sarà",   "se",      "sei",     "senza",   "si",
    "sia",    "siamo",  "siano",    "solo",    "sono",   "sopra",   "sotto",   "stata",   "state",
    "stati",  "stato",  "su",       "sua",     "sue",    "sugli",   "sui",     "sul",     "sull",
    "sulla",  "sulle",  "sullo",    "suo",     "suoi",   "sé",      "tra",     "tranne",  "tu",
    "tua",    "tue",    "tuo",      "tuoi",    "tutta",  "tutte",   "tutti",   "tutto",   "un",
    "una",    "uno",    "v",        "verso",   "vi",     "voi",     "vostra",  "vostre",  "vostri",
    "vostro", "è",
};

static const char *const spanish[] = {
    "a",        "al",      "algo",     "alguna",  "algunas",  "alguno",    "algunos",  "algún",
    "ambos",    "ante",    "antes",    "aquel",   "aquella",  "aquellas",  "aquellos", "aquí",
    "así",      "aunque",  "aún",      "bajo",    "bien",     "cada",      "casi",     "como",
    "con",      "contra",  "cosa",     "cual",    "cuales",   "cualquier", "cuando",   "cuanto",
    "cuya",     "cuyo",    "cuál",     "cuáles",  "cuándo",   "cuánto",    "cuántos",  "cómo",
    "de",       "debe",    "del",      "desde",   "después",  "donde",     "dos",      "durante",
    "dónde",    "e",       "el",       "ella",    "ellas",    "ello",      "ellos",    "en",
    "entonces", "entre",   "era",      "eran",    "eres",     "es",        "esa",      "esas",
    "ese",      "eso",     "esos",     "esta",    "estaba",   "estaban",   "estar",    "estas",
    "este",     "esto",    "estos",    "está",    "están",    "etc",       "fue",      "fueron",
    "fui",      "ha",      "haber",    "había",   "habían",   "hace",      "hacer",    "hacia",
    "han",      "hasta",   "hay",      "he",      "hemos",    "hicieron",  "hizo",     "incluso",
    "junto",    "la",      "las",      "le",      "les",      "lo",        "los",      "luego",
    "mas",      "me",      "mediante", "menos",   "mi",       "mientras",  "mis",      "misma",
    "mismas",   "mismo",   "mismos",   "mucha",   "muchas",   "mucho",     "muchos",   "muy",
    "más",      "mí",      "nada",     "ni",      "ninguna",  "ningún",    "no",       "nos",
    "nosotros", "nuestra", "nuestras", "nuestro", "nuestros", "o",         "os",       "otra",
    "otras",    "otro",    "otros",    "para",    "pero",     "poca",      "poco",     "por",
    "porque",   "primero", "pudo",     "puede",   "pueden",   "pues",      "que",      "quien",
    "quienes",  "quién",   "quiénes",  "qué",     "se",       "sea",       "sean",     "según",
    "ser",      "será",    "serán",    "si",      "sido",     "siempre",   "sin",      "sino",
    "sobre",    "solo",    "son",      "soy",     "su",       "sus",       "sí",       "sólo",
    "también",  "tampoco", "tan",      "tanto",   "te",       "tiene",     "tienen",   "toda",
    "todas",    "todavía", "todo",     "todos",   "tras",     "tu",        "tus",      "tú",
    "un",       "una",     "unas",     "uno",     "unos",     "usted",     "ustedes",  "vez",
    "vosotros", "vuestra", "vuestro",  "y",       "ya",       "yo",        "él",
};

static const char *const german[] = {
    "aber",    "alle",    "allem",    "allen",   "aller",     "alles",   "als",     "also",
    "am",      "an",      "ander",    "andere",  "anderem",   "anderen", "anderer", "anderes",
    "auch",    "auf",     "aus",      "ausser",  "ausserdem", "bei",     "beide",   "beiden",
    "beim",    "bereits", "bevor",    "bin",     "bis",       "bist",    "bzw",     "da",
    "dabei",   "dadurch", "dafür",    "dagegen", "daher",     "damit",   "danach",  "dann",
    "daran",   "darauf",  "daraus",   "darf",    "darin",     "darum",   "darüber", "das",
    "dass",    "davon",   "dazu",     "dein",    "deine",     "dem",     "den",     "denen",
    "denn",    "dennoch", "der",      "deren",   "des",       "deshalb", "dessen",  "die",
    "dies",    "diese",   "diesem",   "diesen",  "dieser",    "dieses",  "doch",    "dort",
    "du",      "durch",   "dürfen",   "ebenso",  "ein",       "eine",    "einem",   "einen",
    "einer",   "eines",   "einige",   "einigen", "einmal",    "er",      "erst",    "es",
    "etwa",    "etwas",   "euch",     "euer",    "für",       "gegen",   "gemäss",  "gewesen",
    "ggf",     "hab",     "habe",     "haben",   "hat",       "hatte",   "hatten",  "hier",
    "hin",     "hinter",  "ich",      "ihm",     "ihn",       "ihnen",   "ihr",     "ihre",
    "ihrem",   "ihren",   "ihrer",    "ihres",   "im",        "immer",   "in",      "indem",
    "ins",     "ist",     "ja",       "je",      "jede",      "jedem",   "jeden",   "jeder",
    "jedes",   "jedoch",  "jene",     "jener",   "jetzt",     "kann",    "kein",    "keine",
    "keinem",  "keinen",  "keiner",   "können",  "könnte",    "machen",  "man",     "manche",
    "mehr",    "mein",    "meine",    "mich",    "mir",       "mit",     "muss",    "müssen",
    "nach",    "nachdem", "nicht",    "nichts",  "noch",      "nun",     "nur",     "ob",
    "obwohl",  "oder",    "ohne",     "schon",   "sehr",      "sein",    "seine",   "seinem",
    "seinen",  "seiner",  "seit",     "selbst",  "sich",      "sie",     "sind",    "so",
    "sobald",  "sofern",  "sogar",    "solche",  "solcher",   "soll",    "sollen",  "sollte",
    "sondern", "sonst",   "soweit",   "sowie",   "sowohl",    "statt",   "um",      "und",
    "uns",     "unser",   "unsere",   "unserem", "unseren",   "unter",   "viel",    "viele",
    "vom",     "von",     "vor",      "wann",    "war",       "waren",   "warum",   "was",
    "weder",   "wegen",   "weil",     "weiter",  "welche",    "welchem", "welchen", "welcher",
    "welches", "wem",     "wen",      "wenn",    "wer",       "werde",   "werden",  "wessen",
    "wie",     "wieder",  "wir",      "wird",    "wo",        "wobei",   "wodurch", "wofür",
    "womit",   "worden",  "wurde",    "wurden",  "während",   "würde",   "zu",      "zum",
    "zur",     "zwar",    "zwischen", "über",
};

static const char *const portuguese[] = {
    "a",        "ainda",   "algo",     "algum",   "alguma",   "algumas",  "alguns",  "alguém",
    "além",     "ambos",   "ante",     "antes",   "ao",       "aos",      "apenas",  "após",
    "aquela",   "aquelas", "aquele",   "aqueles", "aqui",     "aquilo",   "as",      "assim",
    "até",      "cada",    "coisa",    "com",     "como",     "contra",   "cuja",    "cujo",
    "da",       "daquele", "das",      "de",      "debaixo",  "dela",     "delas",   "dele",
    "deles",    "desde",   "dessa",    "desse",   "desta",    "deste",    "deve",    "do",
    "dois",     "dos",     "durante",  "e",       "ela",      "elas",     "ele",     "eles",
    "em",       "embora",  "enquanto", "entre",   "então",    "era",      "eram",    "essa",
    "essas",    "esse",    "esses",    "esta",    "estado",   "estar",    "estas",   "estava",
    "estavam",  "este",    "estes",    "estou",   "está",     "estão",    "eu",      "exceto",
    "fez",      "foi",     "for",      "fora",    "foram",    "há",       "isso",    "isto",
    "já",       "lhe",     "lhes",     "logo",    "lá",       "mais",     "mas",     "me",
    "mediante", "menos",   "mesma",    "mesmas",  "mesmo",    "mesmos",   "meu",     "meus",
    "minha",    "minhas",  "muita",    "muitas",  "muito",    "muitos",   "na",      "nada",
    "nas",      "nem",     "nenhum",   "nenhuma", "nessa",    "nesse",    "nesta",   "neste",
    "ninguém",  "no",      "nos",      "nossa",   "nossas",   "nosso",    "nossos",  "num",
    "numa",     "não",     "nós",      "o",       "onde",     "os",       "ou",      "outra",
    "outras",   "outro",   "outros",   "para",    "pela",     "pelas",    "pelo",    "pelos",
    "per",      "pode",    "podem",    "pois",    "por",      "porque",   "porquê",  "porém",
    "pouca",    "pouco",   "poucos",   "quais",   "qual",     "qualquer", "quando",  "quantas",
    "quanto",   "quantos", "que",      "quem",    "quê",      "se",       "segundo", "seja",
    "sejam",    "sem",     "sempre",   "sendo",   "ser",      "será",     "serão",   "seu",
    "seus",     "si",      "sido",     "sob",     "sobre",    "somos",    "sou",     "sua",
    "suas",     "são",     "talvez",   "também",  "tampouco", "tanta",    "tanto",   "te",
    "tem",      "tenho",   "ter",      "teve",    "tinha",    "tinham",   "toda",    "todas",
    "todavia",  "todo",    "todos",    "tu",      "tua",      "tudo",     "têm",     "um",
    "uma",      "umas",    "uns",      "vez",     "você",     "vocês",    "vos",     "à",
    "às",       "é",       "és",
};

#define LIST(words)               \
    {                             \
        (words), ANC_COUNT(words) \
    }

static const txt_word_list lists[TXT_LANGUAGE_COUNT] = {
    [TXT_EN] = LIST(english), [TXT_FR] = LIST(french), [TXT_IT] = LIST(italian),
    [TXT_ES] = LIST(spanish), [TXT_DE] = LIST(german), [TXT_PT] = LIST(portuguese)};

txt_word_list txt_stop_words(txt_language language)
{
    return (size_t)language < TXT_LANGUAGE_COUNT ? lists[language] : (txt_word_list){NULL, 0};
}

bool txt_is_stop_word(txt_language language, anc_str word)
{
    const txt_word_list list = txt_stop_words(language);
    size_t low = 0, high = list.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = anc_str_cmp(word, anc_str_of(list.words[middle]));
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}
