/* test_mixed.c - plain questions over documents that have little to do with each other: what is there is told, and what is not
 * there is not told of another thing.
 *
 * 219 such questions in six languages, put over three collections of which one is not of the house, showed what is in here.
 */
#include "told.h"

DOCUMENT(leave, "en", "Leave policy",
         "Full-time employees receive 27 days of annual leave a year. The leave year runs from 1 "
         "April to 31 March, so that nobody has to choose. New staff "
         "start on a Monday and end their first week with a tour.");

DOCUMENT(club, "en", "Boat club",
         "The bar opens at 17.00 on weekdays. The house has a garden. Anyone taken ill afloat must "
         "radio the duty officer. On Sundays the shop is closed.");

DOCUMENT(encyclopedia, "en", "Northwind",
         "An Irish subsidiary of Northwind based in Ireland paid no tax in 2020. The exchange "
         "dropped its Northwind system for a Linux-based one in 2010.");

DOCUMENT(novel, "en", "A novel",
         "As I waited the door of the library opened and two people came out together. He was "
         "saying some last word to her.");

DOCUMENT(
    manifest, "en", "MANIFEST",
    "file | note\nten-k.pdf | a whole annual report with the net loss of 2021\nb.txt | text\n");

DOCUMENT(
    conges, "fr", "Politique de congés",
    "Les jours épargnés financent un congé long ou, dans la limite de cinq jours par an, un "
    "complément. Chaque salarié acquiert 2,5 jours ouvrables de congés par mois travaillé, soit "
    "cinq semaines par an. La période de référence va du 1er juin au 31 mai. La journée commence à "
    "9 h.");

DOCUMENT(gite, "fr", "Le gîte",
         "Le dîner, sur réservation, est servi à 19 h 30. Les chiens sont acceptés. La piscine est "
         "chauffée de mai à septembre.");

DOCUMENT(film, "fr", "Un film",
         "Skynet avait envoyé un cyborg en 1984 afin d'éliminer Sarah Connor avant la naissance de "
         "son fils.");

DOCUMENT(
    noce, "it", "Agriturismo Il Noce",
    "La cena costa 28 euro a persona. La colazione è compresa nel prezzo. Il giardino è aperto "
    "agli ospiti dalle 8 alle 20. La piscina chiude alle 19. Gli animali non sono ammessi nelle "
    "camere.");

DOCUMENT(palmeras, "es", "Gimnasio Las Palmeras",
         "Los sábados abre de 9:00 a 14:00. Los domingos está cerrado. Los socios pueden aparcar "
         "gratis dos horas en el sótano del edificio.");

DOCUMENT(kurse, "de", "Kurse",
         "Kurs | Dauer | Preis\nAnfängerkurs Deutsch | 10 Wochen | 340 Euro\nAbendkurs | 12 Wochen "
         "| 290 Euro\n");

DOCUMENT(orders, "en", "Orders",
         "Order | Customer | Total\nA-1 | Nordlicht | 30\nA-2 | Bel | 20\nA-3 | Nordlicht | 70\n");

DOCUMENT(sales, "en", "sales.ndjson",
         "sale: A-1\ncustomer: Nordlicht\ntotal: 30\nstatus: open\n\nsale: A-2\ncustomer: "
         "Bel\ntotal: 20\n"
         "status: sent\n\nsale: A-3\ncustomer: Nordlicht\ntotal: 70\nstatus: open\n");

DOCUMENT(hof, "de", "Die Schule",
         "Fahrräder können im Keller abgestellt werden. Die Anmeldung ist bis zwei Wochen vor "
         "Kursbeginn möglich.");

DOCUMENT(biblioteca, "pt", "Biblioteca Municipal",
         "A biblioteca foi inaugurada em 2006. A biblioteca abre às 10h e fecha às 19h.");

DOCUMENT(claims, "en", "Home insurance",
         "You receive a claim number of the form WR-2025-0000. Call the claims department on 01432 "
         "555 780.");

DOCUMENT(invoice, "en", "Invoice", "Phone (425) 111-1111 Trim Limited. Date 4 May.");

static const told_row rows[] = {
    {{&leave}, "When does the leave year start?", "1 April"},
    {{&leave}, "When does the leave year end?", "31 March"},
    {{&club}, "When does the shop open on Sundays?", "closed"},
    {{&club}, "Does the club have a swimming pool?", NULL},
    {{&club}, "Does the club have a garden?", "garden"},
    {{&novel, &club}, "Does the club have a library?", NULL},
    {{&claims, &invoice}, "What is the claims phone number?", "01432 555 780"},
    {{&invoice}, "What is the claims phone number?", NULL},
    {{&encyclopedia}, "Where is Northwind based?", NULL},
    {{&novel}, "When was the library opened?", NULL},
    {{&manifest}, "What was the net loss in 2021?", NULL},
    {{&conges}, "Combien de jours de congés par an ?", "2,5 jours"},
    {{&conges}, "Quand commence la période de référence ?", "1er juin"},
    {{&gite}, "Peut-on annuler la réservation ?", NULL},
    {{&gite}, "Les chiens sont-ils acceptés ?", "acceptés"},
    {{&film}, "What should Sarah do?", NULL},
    {{&noce}, "A che ora chiude il giardino?", "alle 20"},
    {{&noce}, "Quanto costa la colazione?", "compresa"},
    {{&palmeras}, "¿A qué hora abre el gimnasio los domingos?", "cerrado"},
    {{&palmeras}, "¿Dónde puedo aparcar?", "sótano"},
    {{&kurse}, "Wie lange dauert der Anfängerkurs?", "10 Wochen"},
    {{&hof}, "Wie hoch ist der Rabatt bei früher Anmeldung?", NULL},
    {{&hof}, "Kann man Fahrräder abstellen?", "Keller"},
    {{&biblioteca}, "A biblioteca tem café?", NULL},
    {{&orders}, "What is the total of order A-2?", "20"},
    {{&sales}, "What is the total of sale A-2?", "20"},
    {{&sales}, "What is the total of all sales to Nordlicht?", NULL},
    {{&sales}, "How many sales are open?", NULL},
    {{&orders}, "What is the total of all orders from Nordlicht?", NULL},
};

int main(void)
{
    return RUN_TABLE("mixed", rows, is_told);
}
