/* test_worded.c - what is told nearly word for word, in other words of the same matter: it is told; and what only comes near to
 * that is not.
 */
#include "told.h"

DOCUMENT(statutes, "de", "Satzung des Segelvereins",
         "§ 4 Beiträge\nDer Jahresbeitrag beträgt für Erwachsene 140 Euro und für Kinder 60 Euro. "
         "Der Beitrag ist bis zum 15. Mai fällig. Bei Diebstahl wird die Polizei verständigt.\n\n"
         "§ 5 Kündigung\nDie Kündigung ist nur zum Ende der Saison möglich. Sie muss dem Vorstand "
         "bis zum 31. August schriftlich erklärt werden.\n\n"
         "§ 6 Boote\nEine Jolle darf nur mit einem geprüften Skipper gesegelt werden. Ein Kajak "
         "darf nur bei ruhigem Wetter gefahren werden.");

DOCUMENT(fees, "de", "Gebühren", "Die Bearbeitung der Aufnahmegebühr dauert drei Tage.");

DOCUMENT(days, "de", "Termine", "- Absegeln: 12. Oktober 2025\n- Hafenfest: 14. Juni 2025");

DOCUMENT(lease, "fr", "Contrat de location",
         "Le loyer mensuel est de 720 euros. Il est payable le trois de chaque mois. Le dépôt de "
         "garantie s'élève à 700 euros. Le jardin est entretenu par le propriétaire.");

DOCUMENT(deposit, "fr", "Loyer",
         "Le dépôt de garantie est versé à la signature. Il s'élève à 700 euros.");

DOCUMENT(budget, "de", "Haushalt", "Monat | Miete | Strom\nJanuar | 800 | 61\nFebruar | 800 | 58");

DOCUMENT(rides, "de", "Fahrten", "Monat | Kajak | Jolle\nJanuar | 8 | 61\nFebruar | 3 | 58");

DOCUMENT(minutes, "en", "Board meeting",
         "Decisions\n\n1. The Friday market is moved to the square.\n2. The van is sold.");

DOCUMENT(hire, "en", "Scooter hire", "A deposit of 90 pounds is taken for each electric scooter.");

DOCUMENT(branch, "en", "Opening",
         "The mill opens at 8:00 and the store at 9:30. The second store in Leeds opens on 1 "
         "September.");

static const told_row rows[] = {
    {{&statutes}, "Was kostet der Beitrag für Kinder?", "60 Euro"},
    {{&statutes}, "Bis wann ist der Jahresbeitrag fällig?", "15. Mai"},
    {{&fees}, "Was kostet die Aufnahme?", NULL},
    {{&statutes}, "Was passiert bei Diebstahl?", "Polizei"},
    {{&statutes}, "Was passiert bei Sturm?", NULL},
    {{&statutes}, "Frist für die Kündigung", "31. August"},
    {{&statutes}, "Frist für den Antrag", NULL},
    {{&statutes}, "Wer darf eine Jolle segeln?", "geprüften Skipper"},
    {{&statutes}, "Wer darf ein Kajak fahren?", NULL},

    {{&days}, "Wann beginnt das Absegeln?", "12. Oktober"},
    {{&days}, "Wann endet das Absegeln?", NULL},

    {{&lease}, "Quel est le montant du loyer ?", "720 euros"},
    {{&lease}, "Quel est le montant du dépôt de garantie ?", "700 euros"},
    {{&lease}, "Quel est le montant du jardin ?", NULL},
    {{&deposit}, "Quel est le montant du loyer ?", NULL},
    {{&deposit}, "Quel est le montant du dépôt de garantie ?", "700 euros"},
    {{&lease}, "Quand faut-il payer le loyer ?", "le trois de chaque mois"},

    {{&budget}, "Wie viel kostete der Strom im Februar?", "Strom: 58"},
    {{&rides}, "Wie viel kostete das Kajak im Februar?", NULL},

    {{&minutes}, "What did the meeting decide about the Friday market?", "moved to the square"},
    {{&hire}, "How much is the deposit for an e-scooter?", "90 pounds"},
    {{&hire}, "How much is the deposit for a cargo scooter?", NULL},
    {{&branch}, "When does the store open?", "store at 9:30"},
    {{&branch}, "When does the second store open?", "1 September"},
};

int main(void)
{
    return RUN_TABLE("told in other words", rows, is_told);
}
