/* test_senses.c - words of the question in another sense, of something else, or that say nothing alone. */
#include "told.h"

DOCUMENT(questions, "en", "Frequently asked questions | Orlavane",
         "# Frequently asked questions\n\n## Using\n\nMay I paint the box? Yes, with water-based "
         "paint, but keep the vent free. The app also runs in a web browser, and on a tablet.\n\n"
         "## Faults\n\nW08 means that there is no contact with the gateway. The Tern 2 is a box "
         "that stays outside.\n");
DOCUMENT(firm, "en", "About us",
         "# About us\n\nOrlavane is based in Hexham. Ruth Haldane runs Orlavane since 2019. "
         "You contact support by telephone: ring 01434 555 010.\n");
DOCUMENT(plant, "en", "The mill",
         "# The mill\n\nThe mill was founded in 1931 in Corran by Peter Oake. A UK-based company "
         "called Lisle repairs it.\n");
DOCUMENT(market, "en", "Notes",
         "# Notes\n\nAcme leads the market in scales. The office keeps its files on paper. The "
         "Azure migration was closed on 12 May 2024.\n");
DOCUMENT(staff, "en", "Staff",
         "# Staff\n\nMaud Lisle leads Marketing. The office is closed on "
         "Sundays.\n");
DOCUMENT(calls, "en", "Ryde",
         "# Ryde\n\nRyde had 12 drivers in 2021. Ryde says that all calls were encrypted in 2021, "
         "of 4,000 in a week.\n");
DOCUMENT(states, "en", "States",
         "# States\n\n| Item | State |\n|---|---|\n| Phones | OK |\n| Time clock | OK |\n");
DOCUMENT(huts, "en", "Huts of the Salva valley",
         "# Huts of the Salva valley\n\n| Hut | Altitude | Beds |\n|---|---|---|\n"
         "| Corno | 2310 m | 36 |\n| Salva | 1840 m | 18 |\n| Fiori | 1620 m | 24 |\n");
DOCUMENT(sim, "fr", "Manuel de la passerelle Balise",
         "# Manuel de la passerelle Balise\n\n## Carte SIM\n\nL'abonnement de données est compris "
         "pendant cinq ans. Ensuite, il coûte 18 euros par an.\n");
DOCUMENT(tariff, "fr", "Tarifs",
         "# Tarifs\n\n| Référence | Désignation | Prix TTC |\n|---|---|---|\n| BA2 | Passerelle "
         "Balise | 219 € |\n| SK2 | Pèse-ruche Skep | 349 € |\n\nTrois Skep, une Balise et une "
         "mallette, le lot Transhumance coûte 2 490 €.\n");

static const told_row rows[] = {
    {{&questions}, "Where is Orlavane based?", NULL},
    {{&questions, &firm}, "Where is Orlavane based?", "Hexham"},
    {{&plant}, "Where is Lisle based?", NULL}, /* which could as well be "Linux-based" */
    {{&questions}, "Who runs Orlavane?", NULL},
    {{&questions, &firm}, "Who runs Orlavane?", "Ruth Haldane"},
    {{&plant}, "Who founded the mill?", "Peter Oake"},
    {{&questions}, "How do I contact support?", NULL},
    {{&questions, &firm}, "How do I contact support?", "01434"},
    {{&questions}, "What is 2+2?", NULL},
    {{&questions}, "What is the Tern 2?", "a box"},
    {{&states, &market}, "what time is it?", NULL},
    {{&states, &market}, "What is it?", NULL},
    {{&states}, "ok", NULL},
    {{&sim}, "Quelle heure est-il ?", NULL},
    {{&market}, "Who leads Marketing?", NULL},
    {{&market, &staff}, "Who leads Marketing?", "Maud Lisle"},
    {{&market}, "When is the office closed?", NULL},
    {{&market, &staff}, "When is the office closed?", "Sundays"},
    {{&market}, "When was the Azure migration closed?", "12 May"},
    {{&calls}, "How many employees did Uber have in 2021?", NULL},
    {{&calls}, "How many employees did Ryde have in 2021?", NULL},
    {{&calls}, "How many drivers did Ryde have in 2021?", "12 drivers"},
    {{&huts}, "How many beds does the Salva hut have?", "18"},
    {{&sim}, "Combien coûte la Balise ?", NULL},
    {{&sim, &tariff}, "Combien coûte la Balise ?", "219"},
    {{&tariff}, "Combien coûte le lot Transhumance ?", "2 490"},
};

int main(void)
{
    return RUN_TABLE("senses", rows, is_told);
}
