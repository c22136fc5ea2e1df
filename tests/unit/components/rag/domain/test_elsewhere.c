/* test_elsewhere.c - the question's words stand there and are told of something else: it is declined, or what tells it comes
 * first. Beside each what is nearly the same and has to be told.
 */
#include "told.h"

DOCUMENT(minutes, "en", "Meeting of the board",
         "Present were Ines Poll and Tom Rask. The second branch in Leeds opens on 3 May. We buy "
         "forty chairs from Hollin Brothers for 900 pounds.");

DOCUMENT(dealers, "en", "Dealers",
         "Our dealers in Leeds are Hollin Brothers and Marsh Ltd. The dealer in York is Pell.");

DOCUMENT(handbook, "en", "Working at the pottery",
         "The kiln room opens at 7:00 and the yard at 8:30. Breaks are paid. Mara Venn works in "
         "the glaze room. The stores are looked after by the caretaker.");

DOCUMENT(risks, "en", "Risks",
         "A long illness could make living and working in large cities less attractive. We earn a "
         "third of our sales in Denver, Miami and Austin, and these markets are crowded.");

DOCUMENT(people, "en", "people.csv",
         "Name | Age | City\nAlva | 30 | Boston\nBruno | 25 | Tulsa\nCelia | 35 | Denver");

DOCUMENT(hire, "en", "Boat hire",
         "A deposit of 80 pounds is taken for each rowing boat and 200 pounds for each sailing "
         "boat. The deposit is paid back within two days after the boat has been returned clean.");

DOCUMENT(fees, "en", "Fees of the boat club",
         "The annual fee is 90 pounds for adults and 40 pounds for juniors. It is due on 1 March. "
         "The four may be used in the evening. Only members may row the eight.");

DOCUMENT(late, "en", "Late return", "Boats are returned by 18:00, or an extra day is charged.");

DOCUMENT(prices, "en", "Prices", "Boat | Hour | Day\nRowing boat | 9 | 40\nSailing boat | 20 | 95");

DOCUMENT(fleet, "en", "Fleet", "Boat | Quantity\nRowing boat | 12\nSailing boat | 3");

DOCUMENT(complaint, "en", "Complaint",
         "The engine of my boat stopped yesterday, ten days after your repair. I expect a refund.");

DOCUMENT(receipt, "en", "Till receipt of Calder Stores",
         "Calder Stores, shop #0342, 11/23/2024 14:32:18, till 7. Thank you for your visit.");

DOCUMENT(contact, "en", "Calder Stores", "The phone number of Calder Stores is (415) 555-0199.");

DOCUMENT(boats, "de", "Wer welches Boot fährt",
         "Nr | Name | Boot\n7 | Edda Wulf | Seerose\n8 | Timo Brandt | Kranich");

DOCUMENT(rules, "de", "Ordnung",
         "Schäden an Booten sind sofort in das Fahrtenbuch einzutragen. Das Rudern bei Sturm ist "
         "verboten.");

DOCUMENT(
    assurance, "fr", "Contrat d'assurance habitation",
    "Assureur : Mutuelle du Lac. Le vol est couvert jusqu'à 6 000 euros. Le dégât des eaux est "
    "couvert jusqu'à 20 000 euros.");

DOCUMENT(prime, "fr", "Contrat d'assurance habitation",
         "Le vol est couvert jusqu'à 6 000 euros. L'assurance coûte 310 euros par an.");

static const told_row rows[] = {
    {{&minutes}, "Which suppliers are in Leeds?", NULL},
    {{&minutes, &dealers}, "Which dealers are in Leeds?", "Hollin Brothers and Marsh"},
    {{&minutes}, "Which branches are in Leeds?", "second branch in Leeds"},

    {{&handbook}, "Who works in the kiln room?", NULL},
    {{&handbook}, "Who works in the glaze room?", "Mara Venn"},
    {{&handbook}, "Who looks after the stores?", "the caretaker"},

    {{&risks}, "Who lives in Denver?", NULL},
    {{&risks, &people}, "Who lives in Denver?", "Name: Celia"},
    {{&risks, &people}, "Who lives in Austin?", NULL},

    {{&hire}, "What is the deposit for a motor boat?", NULL},
    {{&hire}, "What is the deposit for a sailing boat?", "200 pounds"},
    {{&hire}, "When is the deposit paid back?", "within two days"},

    {{&hire}, "When must I return the boat?", NULL},
    {{&hire, &late}, "When must I return the boat?", "by 18:00"},

    {{&prices}, "How many sailing boats are there?", NULL},
    {{&prices, &fleet}, "How many sailing boats are there?", "Quantity: 3"},
    {{&fees}, "When is the annual fee due?", "due on 1 March"},
    {{&fees}, "Who may row the four?", NULL},
    {{&fees}, "Who may row the eight?", "Only members"},
    {{&complaint}, "Who repaired the engine?", NULL},
    {{&receipt}, "What is the phone number of Calder Stores?", NULL},
    {{&receipt, &contact}, "What is the phone number of Calder Stores?", "555-0199"},
    {{&rules, &boats}, "Welches Boot fährt Edda Wulf?", "Boot: Seerose"},
    {{&assurance}, "Combien coûte l'assurance ?", NULL},
    {{&prime}, "Combien coûte l'assurance ?", "310 euros"},
    {{&prices}, "What does a sailing boat cost for a day?", "Day: 95"},
};

int main(void)
{
    return RUN_TABLE("told of something else", rows, is_told);
}
