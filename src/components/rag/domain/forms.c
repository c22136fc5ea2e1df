/* forms.c - see forms.h. */
#include "rag/domain/forms.h"

#include "base/str.h"

typedef struct form {
    anc_str form, base;
} form;

#define FORM(form, base)                       \
    {                                          \
        ANC_STR_INIT(form), ANC_STR_INIT(base) \
    }

/* Ascending, so that a word is found by halving. */
static const form forms[] = {
    FORM("became", "becom"),
    FORM("began", "begin"),
    FORM("begun", "begin"),
    FORM("bent", "bend"),
    FORM("blew", "blow"),
    FORM("blown", "blow"),
    FORM("bought", "buy"),
    FORM("broke", "break"),
    FORM("broken", "break"),
    FORM("brought", "bring"),
    FORM("built", "build"),
    FORM("burnt", "burn"),
    FORM("came", "come"),
    FORM("caught", "catch"),
    FORM("children", "child"),
    FORM("chose", "choos"),
    FORM("chosen", "choos"),
    FORM("dealt", "deal"),
    FORM("drank", "drink"),
    FORM("drawn", "draw"),
    FORM("drew", "draw"),
    FORM("driven", "drive"),
    FORM("drove", "drive"),
    FORM("drunk", "drink"),
    FORM("eaten", "eat"),
    FORM("fallen", "fall"),
    FORM("fed", "feed"),
    FORM("feet", "foot"),
    FORM("fell", "fall"),
    FORM("fled", "flee"),
    FORM("flew", "fli"),
    FORM("flown", "fli"),
    FORM("forbidden", "forbid"),
    FORM("forgave", "forgiv"),
    FORM("forgot", "forget"),
    FORM("forgotten", "forget"),
    FORM("fought", "fight"),
    FORM("found", "find"),
    FORM("froze", "freez"),
    FORM("frozen", "freez"),
    FORM("gave", "give"),
    FORM("geese", "goos"),
    FORM("given", "give"),
    FORM("gone", "go"),
    FORM("grew", "grow"),
    FORM("grown", "grow"),
    FORM("halves", "half"),
    FORM("heard", "hear"),
    FORM("held", "hold"),
    FORM("hid", "hide"),
    FORM("hidden", "hide"),
    FORM("hung", "hang"),
    FORM("kept", "keep"),
    FORM("knew", "know"),
    FORM("knives", "knife"),
    FORM("known", "know"),
    FORM("led", "lead"),
    FORM("lent", "lend"),
    FORM("lost", "lose"),
    FORM("made", "make"),
    FORM("meant", "mean"),
    FORM("men", "man"),
    FORM("met", "meet"),
    FORM("mice", "mous"),
    FORM("paid", "pay"),
    FORM("ran", "run"),
    FORM("rang", "ring"),
    FORM("risen", "rise"),
    FORM("rose", "rise"),
    FORM("said", "say"),
    FORM("sang", "sing"),
    FORM("sank", "sink"),
    FORM("sat", "sit"),
    FORM("sent", "send"),
    FORM("shelves", "shelf"),
    FORM("shook", "shake"),
    FORM("shot", "shoot"),
    FORM("shrank", "shrink"),
    FORM("slept", "sleep"),
    FORM("slid", "slide"),
    FORM("sold", "sell"),
    FORM("sought", "seek"),
    FORM("spent", "spend"),
    FORM("spoken", "speak"),
    FORM("sprang", "spring"),
    FORM("stole", "steal"),
    FORM("stolen", "steal"),
    FORM("stood", "stand"),
    FORM("struck", "strike"),
    FORM("sung", "sing"),
    FORM("sunk", "sink"),
    FORM("swam", "swim"),
    FORM("swept", "sweep"),
    FORM("swore", "swear"),
    FORM("swung", "swing"),
    FORM("taken", "take"),
    FORM("taught", "teach"),
    FORM("teeth", "tooth"),
    FORM("thieves", "thief"),
    FORM("thought", "think"),
    FORM("threw", "throw"),
    FORM("thrown", "throw"),
    FORM("told", "tell"),
    FORM("took", "take"),
    FORM("tore", "tear"),
    FORM("torn", "tear"),
    FORM("understood", "understand"),
    FORM("went", "go"),
    FORM("withdrawn", "withdraw"),
    FORM("withdrew", "withdraw"),
    FORM("wives", "wife"),
    FORM("woke", "wake"),
    FORM("wolves", "wolf"),
    FORM("women", "woman"),
    FORM("won", "win"),
    FORM("wore", "wear"),
    FORM("worn", "wear"),
    FORM("wove", "weav"),
    FORM("woven", "weav"),
    FORM("written", "write"),
    FORM("wrote", "write"),
};

enum { FORM_MIN = 3, FORM_MAX = 11 };

static anc_str lowered(anc_str word, char out[FORM_MAX])
{
    for (size_t i = 0; i < word.len; i++)
        out[i] = (char)(word.ptr[i] >= 'A' && word.ptr[i] <= 'Z' ? word.ptr[i] + ('a' - 'A')
                                                                 : word.ptr[i]);
    return (anc_str){out, word.len};
}

anc_str rag_form_of(anc_str word)
{
    char letters[FORM_MAX];
    if (word.len < FORM_MIN || word.len > FORM_MAX)
        return ANC_STR("");
    word = lowered(word, letters);
    size_t low = 0;
    size_t high = ANC_COUNT(forms);
    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        const int order = anc_str_cmp(forms[mid].form, word);
        if (order == 0)
            return forms[mid].base;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return ANC_STR("");
}
