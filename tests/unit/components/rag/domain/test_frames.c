/* test_frames.c - what is asked in a polite frame, in six languages, and what is none. */
#include "support/test.h"

#include "base/str.h"
#include "rag/domain/frames.h"

typedef struct frame_test {
    const char *name;  /* the question */
    const char *asked; /* NULL: all of it */
} frame_test;

static const frame_test frames[] = {
    {"Can you tell me when the museum opens?", "when the museum opens?"},
    {"Could you please tell me who has the spare key?", "who has the spare key?"},
    {"Could you tell us, please, in which year it was built?", "in which year it was built?"},
    {"I would like to know how many days of leave I have", "how many days of leave I have"},
    {"I'd like to know if dogs are allowed.", "dogs are allowed."},
    {"I\u2019m looking for the price of a tandem", "the price of a tandem"},
    {"Tell me what the entry costs", "what the entry costs"},
    {"tell me about sick leave.", "sick leave"},
    {"Can you tell me something about sick leave, please?", "sick leave"},
    {"What do you know about Ruth Carter?", "Ruth Carter"},
    {"Is it true that helmets are free?", "helmets are free?"},
    {"Do you happen to know whether the shop is open on Sunday?", "the shop is open on Sunday?"},
    {"Hi, can you say who the fire warden is?", "who the fire warden is?"},
    {"Hello can you tell me who the fire warden is? Thanks!", "who the fire warden is?"},
    {"Please, who is the fire warden?", "who is the fire warden?"},
    {"Who is the fire warden, please?", "Who is the fire warden"},
    {"What does a locker cost? Thanks a lot!", "What does a locker cost?"},
    {"What does a locker cost? Many thanks in advance.", "What does a locker cost?"},
    {"Any idea where the key is?", "where the key is?"},
    {"May I ask how long it takes?", "how long it takes?"},
    {"Tell me if you know when it opens", "when it opens"},
    {"Can you tell me \"drip tray\"?", "\"drip tray\"?"},

    {"Können Sie mir sagen, wer Kassenwartin ist?", "wer Kassenwartin ist?"},
    {"Kannst du mir bitte die Adresse nennen?", "die Adresse"},
    {"Weißt du, wann das Abrudern ist?", "wann das Abrudern ist?"},
    {"Bitte sag mir, was der Vierer kostet", "was der Vierer kostet"},
    {"Ich würde gern wissen, ob Hunde erlaubt sind.", "Hunde erlaubt sind."},
    {"Ich hätte gern gewusst, wie hoch die Kaution ist.", "wie hoch die Kaution ist."},
    {"Erzähl mir etwas über den Verein", "den Verein"},
    {"Was kannst du mir über den Verein sagen?", "den Verein"},
    {"Stimmt es, dass der Eintritt frei ist?", "der Eintritt frei ist?"},
    {"Wann beginnt der Kurs bitte?", "Wann beginnt der Kurs"},

    {"Pouvez-vous me dire quelle est la franchise ?", "quelle est la franchise ?"},
    {"Pourriez-vous, s'il vous plaît, me dire où est la clé ?", "où est la clé ?"},
    {"Sais-tu où se trouve l'appartement ?", "où se trouve l'appartement ?"},
    {"J'aimerais savoir combien coûte l'entrée", "combien coûte l'entrée"},
    {"J’aimerais savoir si les chiens sont admis", "les chiens sont admis"},
    {"Parle-moi de l'assurance.", "l'assurance"},
    {"Est-il vrai que l'entrée est gratuite ?", "l'entrée est gratuite ?"},
    {"Où est la clé, s'il te plaît ?", "Où est la clé"},

    {"¿Me puedes decir cuántos gramos de patatas?", "cuántos gramos de patatas?"},
    {"¿Sabes dónde está la llave?", "dónde está la llave?"},
    {"Por favor, dime cuánto cuesta", "cuánto cuesta"},
    {"Háblame del museo", "museo"},
    {"Mi può dire a che ora apre il museo?", "a che ora apre il museo?"},
    {"Vorrei sapere quanto costa", "quanto costa"},
    {"Sa dove si trova la chiave, per favore?", "dove si trova la chiave"},
    {"È vero che l'ingresso è gratuito?", "l'ingresso è gratuito?"},
    {"Você pode me dizer onde fica o museu?", "onde fica o museu?"},
    {"Gostaria de saber quanto custa a entrada", "quanto custa a entrada"},
    {"Me fale sobre o museu", "o museu"},

    {"When does the museum open?", NULL},
    {"Can you tell me?", NULL},
    {"Please", NULL},
    {"Thanks", NULL},
    {"", NULL},
    {"?", NULL},
    {"Tell the office at once", NULL},
    {"Who told me the price?", NULL},
    {"Can you tell time with it?", NULL},
    {"Say cheese", NULL},
    {"Hello Kitty mug price", NULL},
    {"Sabe a sal", NULL},
    {"Si è vero", NULL},
    {"Ich weiß nichts", NULL},
    {"How do you say thanks?", NULL},
    {"I want to cancel a booking", NULL},
};

static void is_taken_off(void **state)
{
    const frame_test *row = *state;
    const anc_str asked = rag_without_frame(anc_str_of(row->name));
    const char *wanted = row->asked != NULL ? row->asked : row->name;
    if (!anc_str_eq(asked, anc_str_of(wanted)))
        fail_msg("'%s' asks '%.*s', not '%s'", row->name, ANC_FMT(asked), wanted);
}

int main(void)
{
    return RUN_TABLE("frames", frames, is_taken_off);
}
