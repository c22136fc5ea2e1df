/* test_near.c - what a document nearly says: questions that it answers in other words, and others of the same words that
 * it does not answer.
 *
 * The rows of the second table were put once those of the first were answered: 31 of 40 were right before, 37 on the first
 * try. What is still wrong is left out: "to rent" of what is for hire, and who built what was "designed by Paul Vial and built
 * in 1870".
 */
#include "told.h"

DOCUMENT(tern, "en", "The Tern Sound ferry",
         "The Tern Sound ferry is operated by Lowick Shipping Ltd. Its captain is Rhona "
         "Teale, and the engineer is Ivo Marsh. The ferry carries 14 cars and 120 "
         "passengers. It was launched at Greenock in 1987.");

DOCUMENT(jardin, "es", "El jardín botánico de Almerana",
         "El invernadero tropical alberga 300 especies de plantas. Fue inaugurado en 1998 "
         "por el alcalde Rafael Soto. La arquitecta Inés Robles diseñó el pabellón de "
         "entrada. El restaurante del jardín tiene 40 mesas. El desayuno se sirve a las "
         "8:00 y la cena a las 21:00.");

DOCUMENT(wreck, "en", "Wrecks of the Gannet Rocks",
         "In November 1891 the Selina, loaded with slate, struck the Gannet Rocks and "
         "sank within the hour. The Marigold was lost there in 1902 with a cargo of coal. "
         "Four of her crew drowned.");

DOCUMENT(bad, "de", "Das Hallenbad Unterwalden",
         "Das Schwimmerbecken ist 25 m lang und 2,10 m tief. Nichtschwimmerbecken: 1,20 m "
         "tief. Das Kinderbecken wird auf 32 Grad geheizt. Der Eintritt kostet 4,50 Euro.");

DOCUMENT(fares, "en", "Getting to Skerrin", "Adult: £6\nChild: £3\nCar: £12\nBicycle: £2\n");

DOCUMENT(village, "en", "Skerrin: village notes",
         "The shop is open on weekdays. Dr Moss holds a surgery in the village hall on "
         "Tuesdays from 10:00. The mobile library calls on alternate Fridays. The church "
         "was restored in 1972.");

DOCUMENT(wein, "de", "Weingut Ahrens",
         "Das Weingut Ahrens bewirtschaftet zwölf Hektar. Zur Weinprobe mit fünf Weinen "
         "sollten Sie zwei Stunden einplanen; sie kostet 18 Euro. Die Kellerführung "
         "dauert 40 Minuten.");

DOCUMENT(theatre, "fr", "Le théâtre municipal de Vernoux",
         "Le théâtre municipal de Vernoux compte 480 places. L'architecte Louis Barral "
         "dessina le théâtre en 1884. La façade fut restaurée en 1998 par l'entreprise "
         "Morel. Le guide, Émile Sorel, attend les visiteurs à l'entrée.");

DOCUMENT(quay, "en", "The Old Quay",
         "The sloop Petrel, carrying timber, ran aground in 1884. Boat hire: rowing boat "
         "£8, canoe £10, motor boat £25 an hour. The nurse visits the island every second "
         "Thursday. The workshop is run by Ada Crane for the harbour trust. The chapel "
         "was restored in 1962.");

DOCUMENT(moulin, "fr", "Le moulin de Praz",
         "Le moulin fut dessiné par l'ingénieur Paul Vial et bâti en 1870. La roue mesure "
         "6 mètres de diamètre. Le guide s'appelle Jean Bost. Une visite dure une heure. "
         "Le dîner est servi à 20 heures.");

DOCUMENT(faro2, "es", "El faro de Punta Roca",
         "El faro fue construido en 1860. La torre mide 22 metros. El comedor sirve el "
         "desayuno a las 8:30. El guía es Luis Prado.");

DOCUMENT(hof, "de", "Der Hof Brink",
         "Planschbecken 0,40 m tief, Sprungbecken 3,80 m tief. Eine Kutschfahrt dauert 45 "
         "Minuten und kostet 9 Euro. Die Scheune wurde 1905 errichtet. Der Tierarzt kommt "
         "jeden Montag.");

DOCUMENT(mulino, "it", "Il mulino di Rezzo",
         "La ruota fu costruita nel 1790. La guida è Sara Bassi. La cena è servita alle "
         "20. Il sentiero è lungo 3 chilometri.");

DOCUMENT(moinho, "pt", "O moinho do Cabo",
         "O moinho foi restaurado em 1999. O guia é Nuno Reis. O jantar é servido às 20h. "
         "A visita custa 4 euros.");

DOCUMENT(beete, "de", "Gartennotizen",
         "Die Tomaten werden Mitte Mai nach den Eisheiligen ausgepflanzt. Gegossen wird "
         "morgens. Der Salat wird ab März ausgesät. Die Möhren werden umgesetzt.");

/* The prefix of a German verb stands at the end, and the verb in one word where it is told. */
DOCUMENT(studio, "de", "Hausordnung und Mietbedingungen des Tonstudios Klangwerk",
         "Der Flügel wird jeden Montag gestimmt.\n\nRauchen ist nur im Innenhof erlaubt. Haustiere "
         "dürfen nicht mitgebracht werden.\n\nAufnahmen werden 90 Tage auf dem Server aufbewahrt "
         "und dann gelöscht.");

DOCUMENT(buero, "de", "Nutzungsordnung des Büros Nordhof",
         "Die Fenster werden jeden Freitag geputzt. Der Teppich wird im März gereinigt.");

static const told_row separated[] = {
    {{&beete}, "Wann pflanzt man Tomaten aus?", "Mitte Mai"},
    {{&beete}, "Wann sät man den Salat aus?", "März"},
    {{&beete}, "Wann pflanzt man Tomaten um?", NULL},
    {{&beete}, "Wann gräbt man die Möhren aus?", NULL},
};

static const told_row rows[] = {
    {{&tern}, "Who is the owner of the ferry?", NULL},
    {{&tern}, "Who owns the ferry?", NULL},
    {{&tern}, "Who operates the ferry?", "Lowick Shipping"},
    {{&tern}, "Who is the captain of the ferry?", "Rhona Teale"},
    {{&tern}, "Who built the ferry?", NULL},
    {{&tern}, "Who launched the ferry?", NULL},
    {{&jardin}, "¿Quién construyó el invernadero tropical?", NULL},
    {{&jardin}, "¿Quién diseñó el pabellón de entrada?", "Inés Robles"},
    {{&jardin}, "¿Quién inauguró el invernadero tropical?", "Rafael Soto"},
    {{&jardin}, "¿A qué hora se sirve la comida?", NULL},
    {{&jardin}, "¿A qué hora se sirve el almuerzo?", NULL},
    {{&jardin}, "¿A qué hora se sirve la cena?", "21:00"},
    {{&wreck}, "What was the Selina carrying?", "slate"},
    {{&wreck}, "What was the Marigold carrying?", "coal"},
    {{&wreck}, "Who was the captain of the Selina?", NULL},
    {{&wreck}, "When did the Marigold sink?", NULL},
    {{&bad}, "Wie tief ist das Nichtschwimmerbecken?", "1,20"},
    {{&bad}, "Wie tief ist das Schwimmerbecken?", "2,10"},
    {{&bad}, "Wie tief ist das Kinderbecken?", NULL},
    {{&bad}, "Wie warm ist das Kinderbecken?", "32"},
    {{&studio}, "Wann wird der Flügel im Tonstudio gestimmt?", "Montag"},
    {{&studio}, "Wo darf man im Tonstudio rauchen?", "Innenhof"},
    {{&studio}, "Wie lange werden Aufnahmen im Tonstudio aufbewahrt?", "90 Tage"},
    {{&studio}, "Wann wird die Orgel im Tonstudio gestimmt?", NULL},
    {{&buero}, "Wann werden die Fenster im Büro geputzt?", "Freitag"},
    {{&buero}, "Wann werden die Fenster im Studio geputzt?", NULL},
    {{&fares}, "What does it cost to take a car to Skerrin?", "£12"},
    {{&fares}, "What does it cost to take a dog to Skerrin?", NULL},
    {{&fares}, "How much is it for a child to Skerrin?", "£3"},
    {{&village}, "When does the doctor come to Skerrin?", "Tuesdays"},
    {{&village}, "When does the mobile library come to Skerrin?", "alternate Fridays"},
    {{&village}, "When does the dentist come to Skerrin?", NULL},
    {{&wein}, "Wie lange dauert eine Weinprobe?", "zwei Stunden"},
    {{&wein}, "Wie lange dauert die Kellerführung?", "40 Minuten"},
    {{&wein}, "Was kostet die Kellerführung?", NULL},
    {{&theatre}, "Qui a conçu le théâtre de Vernoux ?", "Louis Barral"},
    {{&theatre}, "Qui a restauré la façade ?", "Morel"},
    {{&theatre}, "Qui est le guide ?", "Émile Sorel"},
    {{&theatre}, "Qui est le directeur du théâtre ?", NULL},
    {{&theatre}, "Qui a construit le théâtre de Vernoux ?", NULL},
};

static const told_row later[] = {
    {{&quay}, "What was the Petrel loaded with?", "timber"},
    {{&quay}, "What does it cost to hire a canoe?", "£10"},
    {{&quay}, "When does the nurse visit?", "Thursday"},
    {{&quay}, "When does the nurse come to the island?", "Thursday"},
    {{&quay}, "When does the vet come to the island?", NULL},
    {{&quay}, "Who owns the workshop?", NULL},
    {{&quay}, "Who runs the workshop?", "Ada Crane"},
    {{&quay}, "Who restored the chapel?", NULL},
    {{&quay}, "What does it cost to hire a bicycle?", NULL},
    {{&moulin}, "Qui a conçu le moulin ?", "Paul Vial"},
    {{&moulin}, "Qui est le guide ?", "Jean Bost"},
    {{&moulin}, "Qui est le propriétaire du moulin ?", NULL},
    {{&moulin}, "À quelle heure est servi le déjeuner ?", NULL},
    {{&moulin}, "À quelle heure est servi le dîner ?", "20 heures"},
    {{&moulin}, "Combien de temps dure une visite ?", "une heure"},
    {{&faro2}, "¿Quién construyó el faro?", NULL},
    {{&faro2}, "¿Cuánto mide la torre?", "22"},
    {{&faro2}, "¿A qué hora se sirve la merienda?", NULL},
    {{&faro2}, "¿A qué hora se sirve el desayuno?", "8:30"},
    {{&faro2}, "¿Quién es el guía?", "Luis Prado"},
    {{&faro2}, "¿Quién es el director?", NULL},
    {{&hof}, "Wie tief ist das Sprungbecken?", "3,80"},
    {{&hof}, "Wie lange dauert eine Kutschfahrt?", "45"},
    {{&hof}, "Wer hat die Scheune gebaut?", NULL},
    {{&hof}, "Wann kommt der Tierarzt?", "Montag"},
    {{&hof}, "Wann kommt der Hufschmied?", NULL},
    {{&hof}, "Wie lange dauert eine Führung?", NULL},
    {{&mulino}, "Chi costruì la ruota?", NULL},
    {{&mulino}, "Chi è la guida?", "Sara Bassi"},
    {{&mulino}, "A che ora è servita la colazione?", NULL},
    {{&mulino}, "A che ora è servita la cena?", "alle 20"},
    {{&mulino}, "Chi ha costruito la ruota?", NULL},
    {{&moinho}, "Quem restaurou o moinho?", NULL},
    {{&moinho}, "Quem é o guia?", "Nuno Reis"},
    {{&moinho}, "A que horas é servido o almoço?", NULL},
    {{&moinho}, "A que horas é servido o jantar?", "20h"},
    {{&moinho}, "Quanto custa a visita?", "4 euros"},
    {{&moinho}, "Quanto custa o almoço?", NULL},
};

int main(void)
{
    return RUN_TABLE("near", rows, is_told) + RUN_TABLE("near, put later", later, is_told) +
           RUN_TABLE("separable verbs", separated, is_told);
}
