/* contrasts.c - see contrasts.h. */
#include "rag/domain/contrasts.h"

#include "base/str.h"

typedef struct contrast_class {
    const char *members; /* parted by '|', the words of one by blanks */
    bool ranged, measures;
} contrast_class;

static const contrast_class classes[] = {
    {.members =
         "winter hiver invierno inverno|summer été eté Été sommer verano estate verão|"
         "spring printemps frühling frühjahr primavera|autumn automne herbst otoño autunno outono"},
    {.members = "monday mondays lundi lundis montag montags lunes lunedì|"
                "tuesday tuesdays mardi mardis dienstag dienstags martes martedì|"
                "wednesday wednesdays mercredi mercredis mittwoch mittwochs miércoles mercoledì|"
                "thursday thursdays jeudi jeudis donnerstag donnerstags jueves giovedì|"
                "friday fridays vendredi vendredis freitag freitags viernes venerdì|"
                "saturday saturdays samedi samedis samstag samstags sábado sábados sabato|"
                "sunday sundays dimanche dimanches sonntag sonntags domingo domingos domenica",
     .ranged = true},
    {.members = "morning mornings matin vormittag vormittags morgens mattina manhã|"
                "afternoon afternoons nachmittag nachmittags pomeriggio|"
                "evening evenings soir soirée abend abends sera|night nights nuit nacht nachts "
                "noche notte noite",
     .ranged = true},
    {.members =
         "adult adults adulte adultes erwachsene erwachsenen erwachsener adulto adultos adulta "
         "adultas adulti|"
         "child children kid kids enfant enfants kind kinder kindern niño niños niña niñas bambino "
         "bambini criança crianças|"
         "senior seniors pensioner pensioners retraité retraités rentner senioren jubilado "
         "jubilados "
         "pensionato pensionati reformado reformados idosos|"
         "student students étudiant étudiants student studenten estudiante estudiantes studente "
         "studenti estudante estudantes"},
    {.members =
         "beginner beginners débutant débutants débutante anfänger anfängern principiante "
         "principiantes principianti iniciantes|"
         "advanced perfectionnement confirmé confirmés fortgeschrittene fortgeschrittenen avanzado "
         "avanzados avanzato avanzati avançado avançados"},
    {.members = "north northern nord nördlich nördliche nördlichen norte|"
                "south southern sud süd südlich südliche südlichen sur sul|"
                "east eastern ost östlich östliche östlichen este leste|"
                "west western ouest westlich westliche westlichen oeste ovest"},
    {.members = "left gauche linke linken linker links izquierda izquierdo sinistra sinistro "
                "esquerda esquerdo|"
                "right droite rechte rechten rechter rechts derecha derecho destra destro direita "
                "direito"},
    {.members = "upper supérieur supérieure obere oberen oberer superior superiore|"
                "lower inférieur inférieure untere unteren unterer inferior inferiore"},
    {.members =
         "large big grand grands grande grandes grandi große großen großer großes gross|"
         "small little petit petite petits petites kleine kleinen kleiner kleines pequeño pequeña "
         "pequeños pequeñas piccolo piccola piccoli pequeno pequena",
     .measures = true},
    {.members = "first premier première erste ersten erster erstes primero primera primo primeiro "
                "primeira|"
                "last dernier dernière letzte letzten letzter letztes último última ultimo ultima"},
    {.members =
         "old ancien ancienne vieux vieille alte alten altes viejo vieja vecchio vecchia velho "
         "velha|"
         "new nouveau nouvelle neuf neuve neue neuen neues nuevo nueva nuovo nuova novo nova",
     .measures = true},
    {.members = "hot chaud chaude heiße heißes heißen caliente caldo calda quente|"
                "cold froid froide kalte kaltes kalten frío fría freddo fredda frio fria",
     .measures = true},
    {.members = "red rouge rouges rot rote roten roter rotes rojo roja rojos rojas rosso rossa "
                "vermelho vermelha|"
                "blue bleu bleue bleus bleues blau blaue blauen blauer blaues azul azules blu|"
                "green vert verte verts vertes grün grüne grünen grüner grünes verde verdes verdi|"
                "yellow jaune jaunes gelb gelbe gelben gelber gelbes amarillo amarilla giallo "
                "gialla amarelo amarela|"
                "white blanc blanche blancs weiß weiße weißen weißer weißes blanco blanca bianco "
                "bianca branco branca|"
                "black noir noire noirs schwarz schwarze schwarzen schwarzes negro negra nero nera "
                "preto preta"},
    {.members =
         "monthly mensuel mensuelle mensuels monatlich monatliche monats mensual mensile mensal|"
         "yearly annual annuel annuelle annuels jährlich jährliche jahres anual annuale|"
         "weekly hebdomadaire wöchentlich wöchentliche wochen semanal settimanale|"
         "daily quotidien quotidienne täglich tägliche tages diario giornaliero diário"},
    {.members = "indoor|outdoor"},
    {.members =
         "public publique publics öffentliche öffentlichen pubblico pubblica público pública|"
         "private privé privée privés privaten privado privada privato privata"},
    {.members = "single|double"},
    {.members = "minimum min minimale mindest mínimo mínima minimo minima|"
                "maximum max maximale höchst máximo máxima massimo massima"},
    {.members = "mother mère mutter madre mãe|father père vater padre pai"},
    {.members = "brother brothers frère frères bruder brüder hermano fratello irmão|"
                "sister sisters sœur sœurs schwester schwestern hermana sorella irmã"},
    {.members = "son sons fils sohn söhne hijo figlio filho|"
                "daughter daughters fille filles tochter töchter hija figlia filha"},
    {.members =
         "born birth birthday né née naissance geboren geburt nació nacido nacida nato nata nasceu|"
         "died die dies death mort morte décédé décédée décès gestorben starb murió muerte morto "
         "morì "
         "morreu"},
    {.members =
         "open opens opened opening ouvre ouvrent ouvert ouverte ouverture öffnet geöffnet "
         "eröffnet abre "
         "abierto abierta apertura apre aperto aperta aberto aberta abertura|"
         "close closes closed closing shut shuts ferme ferment fermé fermée fermeture schließt "
         "geschlossen cierra cerrado cerrada cierre chiude chiuso chiusa fecha fechado fechada",
     .ranged = true},
    {.members = "begin begins began start starts started débute commence beginnt empieza comienza "
                "comienzo inizia começa|"
                "end ends ended finish finishes finished finit termine endet termina acaba finisce",
     .ranged = true},
    {.members = "breakfast frühstück desayuno colazione|"
                "lunch luncheon mittagessen almuerzo pranzo almoço|"
                "dinner supper dîner abendessen cena jantar",
     .ranged = true},
    {.members = "arrive arrives arrived arrival|leave leaves depart departs departed departure",
     .ranged = true},
};

/* What stands behind `one` in a longer word; nothing where that is not its beginning, or what follows is no noun. */
static bool begins_compound(anc_str word, anc_str one, anc_str *ret_rest)
{
    enum { LETTERS_MIN = 3 };
    if (one.len < LETTERS_MIN || word.len < one.len + LETTERS_MIN ||
        !anc_str_eq_nocase(anc_str_sub(word, 0, one.len), one))
        return false;
    *ret_rest = anc_str_sub(word, one.len, word.len);
    return true;
}

/* The longest member that the word is, or begins with. */
static rag_contrast in_class(unsigned class, anc_str word)
{
    rag_contrast best = {.class = RAG_CONTRAST_NONE};
    anc_str rest = anc_str_of(classes[class].members);
    size_t longest = 0;
    unsigned member = 0;
    for (anc_str words; anc_str_split(&rest, '|', &words);) {
        member++;
        for (anc_str one; anc_str_split(&words, ' ', &one);) {
            anc_str behind = ANC_STR("");
            if ((anc_str_eq_nocase(one, word) || begins_compound(word, one, &behind)) &&
                one.len > longest) {
                longest = one.len;
                best = (rag_contrast){class + 1, member, behind, classes[class].ranged,
                                      classes[class].measures};
            }
        }
    }
    return best;
}

rag_contrast rag_contrast_of(anc_str word)
{
    rag_contrast compound = {.class = RAG_CONTRAST_NONE};
    for (unsigned i = 0; i < ANC_COUNT(classes); i++) {
        const rag_contrast found = in_class(i, word);
        if (found.class != RAG_CONTRAST_NONE && found.rest.len == 0)
            return found;
        if (found.class != RAG_CONTRAST_NONE)
            compound = found;
    }
    return compound;
}

bool rag_contrast_excludes(const rag_contrast *a, const rag_contrast *b)
{
    return a->class != RAG_CONTRAST_NONE && a->class == b->class && a->member != b->member &&
           anc_str_eq_nocase(a->rest, b->rest);
}
