/* test_told.c - what was asked has to be told: questions about prose in six languages that it answers, and others of the
 * same words that it does not.
 *
 * The documents and the questions were written before it was known how they are read.
 */
#include "told.h"

DOCUMENT(
    ferry, "en", "The Lowick ferry",
    "The Lowick ferry crosses the Tern every half hour between Lowick and Ashby. It was "
    "launched in 1962 and is run by Marta Quill with a crew of five. The ferry was built by the "
    "Hale brothers at Portrush. A foot passenger pays £3, a car £9. In winter the last boat "
    "leaves Ashby at 18:00. The boat is painted green and carries twelve cars. Tickets are sold "
    "on board by the mate, Owen Price.");

DOCUMENT(
    choir, "en", "The choir of St Brannock",
    "The choir of St Brannock was founded by Edith Larch in 1951. Its hymn, Morning over Tern, "
    "is sung at every wedding. The choir rehearses on Tuesday evenings in the parish hall. The "
    "conductor is Paul Venn, and the pianist is Greta Sollis. New singers apply to the "
    "secretary, Dora Finch. The summer course takes place at Marle House and costs £140. The "
    "spring concert was recorded by Radio Tern.");

DOCUMENT(
    baths, "en", "The baths at Ravensworth",
    "The baths at Ravensworth were opened in 1911 by Alderman Tipping. An adult swim costs "
    "£5.20 and a child swim £2.80. The small pool is heated to 31 degrees. Lessons for children "
    "are on Monday afternoons; the teacher is Hanna Weiss. The café is closed on Sundays. The "
    "roof was repaired in 2018 by Moss and Sons. Lost property is kept at the front desk for "
    "two weeks.");

DOCUMENT(jardins, "fr", "Les jardins de Saint-Aubin",
         "L'association des jardins de Saint-Aubin a été fondée en 1978 par Lucie Hamon. La "
         "présidente est Claire Vasseur et le secrétaire est Yann Le Bris. Les parcelles du nord "
         "sont louées 45 euros par an. La serre a été construite par les élèves du lycée agricole. "
         "Le marché d'été se tient le samedi place du Puits. Les outils sont réparés par Marc "
         "Tillier dans la remise.");

DOCUMENT(livres, "fr", "La médiathèque de Kerlann",
         "La médiathèque de Kerlann ouvre le mardi à 10 heures. Le prêt d'un livre dure trois "
         "semaines. La directrice, Nadia Ferrand, anime le club de lecture. L'abonnement pour "
         "adultes coûte 18 euros par an. Le toit a été peint en 2015. Le mur de droite porte une "
         "fresque de Paul Guérin.");

DOCUMENT(
    verein, "de", "Der Ruderverein Wessum",
    "Der Ruderverein Wessum wurde 1923 von Karl Brinkmann gegründet. Die Vorsitzende ist "
    "Annegret Pohl, der Kassenwart heißt Bernd Tesch. Das Bootshaus wurde 1988 von der Firma "
    "Lohmann gebaut. Der Jahresbeitrag für Erwachsene beträgt 120 Euro. Das Sommerfest findet "
    "am Ufer der Wese statt. Die Boote repariert Ilse Raab in ihrer Werkstatt. Das Training für "
    "Anfänger ist am Dienstag um 18 Uhr.");

DOCUMENT(muehle, "de", "Die Mühle am Bach",
         "Die Mühle am Bach mahlt seit 1790 Korn. Sie gehört der Familie Oster. Der Müller, Jost "
         "Kremer, führt jeden Samstag durch das Haus. Das Wasserrad wurde 2004 erneuert. Das alte "
         "Tor ist grün gestrichen.");

DOCUMENT(
    teatro, "es", "El teatro de la Ribera",
    "El teatro de la Ribera fue fundado por Elena Prado en 1934. El director es Tomás Rueda y "
    "la taquillera es Inés Calvo. La entrada para adultos cuesta 14 euros. El curso de verano "
    "se da en la sala azul. La cortina fue cosida por las vecinas del barrio. Los martes ensaya "
    "el coro. El escenario fue pintado por Luis Mora en 2011.");

DOCUMENT(
    libri, "it", "La biblioteca di Montalto",
    "La biblioteca di Montalto è stata fondata da Carla Neri nel 1960. La direttrice è Bruna "
    "Galli. L'abbonamento annuale costa 20 euro. Il corso d'estate si tiene nella sala grande. "
    "Il tetto è stato riparato da Aldo Fini.");

DOCUMENT(clube, "pt", "O clube de Vila Serena",
         "O clube de Vila Serena foi fundado por Rita Lobo em 1948. O presidente é Nuno Castro. O "
         "curso de verão realiza-se na praia. A quota para adultos custa 30 euros por ano. O barco "
         "foi construído por Abel Pinto.");

DOCUMENT(
    mill, "en", "Corran Mill",
    "Corran Mill stands on the river Ayle. It was built in 1788 by Josiah Penn and burned down in "
    "1840. The present mill is managed by Lydia Fenn. Flour is sold at the mill shop on Fridays. "
    "The wheel was restored by volunteers in 1999. The east wing houses a bakery run by Tom Askew. "
    "School groups are led round by Mary Dunn. The old kiln is closed to visitors.");
DOCUMENT(club, "en", "Harrow Chess Club",
         "Harrow Chess Club meets every Thursday at 19:30 in the Old Bank. The club captain is "
         "Vikram Shah. Membership costs £30 a year. The junior tournament was won by Elsie Moore. "
         "The senior squad trains in the upper room. Boards were donated by the Rotary Club. The "
         "newsletter is edited by Fay Coll. The first match of the season was lost to Pinner.");
DOCUMENT(camping, "fr", "Le camping des Dunes",
         "Le camping des Dunes est tenu par Sylvie Marchand depuis 2010. La piscine a été creusée "
         "en 1995 par l'entreprise Bardin. Le restaurant sert le midi de 12 à 14 heures. La nuit "
         "pour un adulte coûte 11 euros. Le gardien de nuit est Hugo Pons. La plage du nord est "
         "surveillée en juillet. Les vélos sont loués par Luc Aubry.");
DOCUMENT(hof, "de", "Der Lindenhof",
         "Der Lindenhof wird von Gesa Brandt bewirtschaftet. Den Stall hat die Zimmerei Volk 2012 "
         "errichtet. Im Hofladen verkauft Jan Ehlers Käse. Das Frühlingsfest ist am 4. Mai. Eine "
         "Führung für Erwachsene kostet 6 Euro. Der Tierarzt ist Dr. Rolf Meinert. Die Scheune "
         "wurde 1931 gebaut.");
DOCUMENT(hotel, "es", "El hotel Miramar",
         "El hotel Miramar pertenece a la familia Soler. La gerente es Lucía Ferrer. La habitación "
         "doble cuesta 80 euros. El jardín fue diseñado por Pablo Olmos en 1970. El desayuno se "
         "sirve de 7 a 10. La piscina pequeña está en la azotea.");

/* Of these it is asked whose and what kind of thing it is. */
DOCUMENT(printing, "en", "The Alder printing works",
         "The Alder printing works are led by Joan Marsh since 2014. Her predecessor, Neil Orde, "
         "retired "
         "to Wales. The keeper of the type room is Ian Stroud. A workshop costs £35 and a season "
         "pass £90. "
         "Tea is served in the yard.");
DOCUMENT(
    salzmuseum, "de", "Das Salzmuseum Brunn",
    "Das Salzmuseum Brunn leitet seit 2016 Frau Petra Lindner. Bis 2016 war Otto Haas Direktor "
    "des Museums. Die Kasse führt Doris Mahler. Der Eintritt kostet 7 Euro für Erwachsene. Der "
    "Stollen ist 40 Meter lang und 9 Grad kalt. Die Kapelle steht daneben.");
DOCUMENT(
    atelier, "fr", "L'atelier de Montrieux",
    "L'atelier de Montrieux est dirigé par Hélène Caron depuis 2018. Le goûter est servi à 16 "
    "heures. La réfection du toit a coûté 12 000 euros. La séance coûte 9 euros pour les adultes.");
DOCUMENT(
    faro, "es", "El faro de Cabo Lirio",
    "El faro de Cabo Lirio está en la calle del Puerto, 8. Desde 2012 lo dirige Marina Solano. La "
    "merienda cuesta 6 euros. El almuerzo se sirve en el patio a las 14:30. La torre mide 31 "
    "metros. El muelle queda al norte. La travesía a la isla dura dos horas. El guarda mayor vive "
    "arriba.");

DOCUMENT(
    barge, "en", "The barge to Holm",
    "The barge Vera of Lund sails between Wick and Holm. She was launched in 1990 by the Orr yard. "
    "Her master is Captain Jean Ross. The passage takes forty minutes.");
DOCUMENT(
    pension, "de", "Die Pension Waldblick",
    "Die Pension Waldblick liegt am Hang. Die Sauna wird von Uwe Stark betrieben. In der Pension "
    "gibt es sieben Doppelzimmer.");

/* That search rates low. */
static const rag_passage kiln = {
    .text = ANC_STR_INIT(
        "The kiln opens at nine. The yearly pass is sold for £12. A firing takes six hours."),
    .title = ANC_STR_INIT("The kiln"),
    .language = ANC_STR_INIT("en"),
    .score = 0.3};

#define EN      &ferry, &choir, &baths
#define FR      &jardins, &livres
#define DE      &verein, &muehle
#define MORE_EN &mill, &club

static const told_row rows[] = {
    {{EN}, "Who runs the ferry?", "Marta Quill"},
    {{EN}, "Who manages the ferry?", "Marta Quill"},
    {{EN}, "Who built the ferry?", "Hale brothers"},
    {{EN}, "Who sells the tickets?", "Owen Price"},
    {{EN}, "When was the ferry launched?", "1962"},
    {{EN}, "When does the last boat leave Ashby in winter?", "18:00"},
    {{EN}, "Who founded the choir?", "Edith Larch"},
    {{EN}, "Who is the conductor of the choir?", "Paul Venn"},
    {{EN}, "Where is the summer course?", "Marle House"},
    {{EN}, "Who recorded the spring concert?", "Radio Tern"},
    {{EN}, "How much is a child swim?", "2.80"},
    {{EN}, "Who teaches the children?", "Hanna Weiss"},
    {{EN}, "When was the roof repaired?", "2018"},
    {{EN}, "Who is the secretary of the choir?", "Dora Finch"},
    {{EN}, "Who owns the ferry?", NULL},
    {{EN}, "Who designed the ferry?", NULL},
    {{EN}, "Who composed the hymn?", NULL},
    {{EN}, "Where is the winter course?", NULL},
    {{EN}, "Who is the treasurer of the choir?", NULL},
    {{EN}, "Who recorded the autumn concert?", NULL},
    {{EN}, "When does the first boat leave Ashby in summer?", NULL},
    {{EN}, "When was the ferry repaired?", NULL},
    {{EN}, "Who cleans the baths?", NULL},
    {{EN}, "How warm is the large pool?", NULL},
    {{EN}, "Who is the lifeguard at the baths?", NULL},
    {{EN}, "When are the lessons for adults?", NULL},
    {{FR}, "Qui a fondé l'association ?", "Lucie Hamon"},
    {{FR}, "Qui est la présidente ?", "Claire Vasseur"},
    {{FR}, "Qui est le secrétaire de l'association ?", "Yann Le Bris"},
    {{FR}, "Qui a construit la serre ?", "lycée agricole"},
    {{FR}, "Qui répare les outils ?", "Marc Tillier"},
    {{FR}, "Où se tient le marché d'été ?", "place du Puits"},
    {{FR}, "Combien coûte l'abonnement pour adultes ?", "18 euros"},
    {{FR}, "Qui dirige la médiathèque ?", "Nadia Ferrand"},
    {{FR}, "Quand le toit a-t-il été peint ?", "2015"},
    {{FR}, "Combien de temps dure le prêt d'un livre ?", "trois semaines"},
    {{FR}, "Qui est le trésorier de l'association ?", NULL},
    {{FR}, "Qui est le jardinier ?", NULL},
    {{FR}, "Où se tient le marché d'hiver ?", NULL},
    {{FR}, "Qui a vendu la serre ?", NULL},
    {{FR}, "Qui prête les outils ?", NULL},
    {{FR}, "Combien coûtent les parcelles du sud ?", NULL},
    {{FR}, "Combien coûte l'abonnement pour enfants ?", NULL},
    {{FR}, "Qui a financé la médiathèque ?", NULL},
    {{FR}, "Quand le toit a-t-il été remplacé ?", NULL},
    {{FR}, "À quelle heure la médiathèque ferme-t-elle le mardi ?", NULL},
    {{DE}, "Wer hat den Ruderverein gegründet?", "Karl Brinkmann"},
    {{DE}, "Wer ist die Vorsitzende?", "Annegret Pohl"},
    {{DE}, "Wer hat das Bootshaus gebaut?", "Lohmann"},
    {{DE}, "Wer repariert die Boote?", "Ilse Raab"},
    {{DE}, "Wo findet das Sommerfest statt?", "am Ufer"},
    {{DE}, "Wem gehört die Mühle?", "Oster"},
    {{DE}, "Wann wurde das Wasserrad erneuert?", "2004"},
    {{DE}, "Wann ist das Training für Anfänger?", "Dienstag"},
    {{DE}, "Wer führt durch das Haus?", "Jost Kremer"},
    {{DE}, "Wie hoch ist der Jahresbeitrag für Erwachsene?", "120 Euro"},
    {{DE}, "Wer ist der Schriftführer?", NULL},
    {{DE}, "Wer hat das Bootshaus verkauft?", NULL},
    {{DE}, "Wer putzt die Boote?", NULL},
    {{DE}, "Wo findet das Winterfest statt?", NULL},
    {{DE}, "Wann ist das Training für Fortgeschrittene?", NULL},
    {{DE}, "Wie hoch ist der Jahresbeitrag für Kinder?", NULL},
    {{DE}, "Wann wurde das Wasserrad gestohlen?", NULL},
    {{DE}, "Wer hat die Mühle gekauft?", NULL},
    {{DE}, "Wann wurde das Bootshaus abgerissen?", NULL},
    {{DE}, "Wer ist der Trainer?", NULL},
    {{&teatro}, "¿Quién fundó el teatro?", "Elena Prado"},
    {{&teatro}, "¿Quién es el director?", "Tomás Rueda"},
    {{&teatro}, "¿Cuánto cuesta la entrada para adultos?", "14 euros"},
    {{&teatro}, "¿Dónde se da el curso de verano?", "sala azul"},
    {{&teatro}, "¿Quién pintó el escenario?", "Luis Mora"},
    {{&teatro}, "¿Quién cosió la cortina?", "vecinas"},
    {{&teatro}, "¿Quién es la taquillera del teatro?", "Inés Calvo"},
    {{&teatro}, "¿Cuándo ensaya el coro?", "martes"},
    {{&teatro}, "¿Quién es el tesorero del teatro?", NULL},
    {{&teatro}, "¿Quién compró el teatro?", NULL},
    {{&teatro}, "¿Dónde se da el curso de invierno?", NULL},
    {{&teatro}, "¿Cuánto cuesta la entrada para niños?", NULL},
    {{&teatro}, "¿Quién limpia el escenario?", NULL},
    {{&teatro}, "¿Quién es el portero?", NULL},
    {{&teatro}, "¿Quién dirige el coro?", NULL},
    {{&teatro}, "¿Cuándo se quemó el teatro?", NULL},
    {{&libri}, "Chi ha fondato la biblioteca?", "Carla Neri"},
    {{&libri}, "Chi è la direttrice?", "Bruna Galli"},
    {{&libri}, "Quanto costa l'abbonamento annuale?", "20 euro"},
    {{&libri}, "Chi ha riparato il tetto?", "Aldo Fini"},
    {{&libri}, "Chi è il custode della biblioteca?", NULL},
    {{&libri}, "Quanto costa l'abbonamento mensile?", NULL},
    {{&libri}, "Dove si tiene il corso d'inverno?", NULL},
    {{&libri}, "Chi ha venduto la biblioteca?", NULL},
    {{&clube}, "Quem fundou o clube?", "Rita Lobo"},
    {{&clube}, "Quem é o presidente?", "Nuno Castro"},
    {{&clube}, "Quanto custa a quota para adultos?", "30 euros"},
    {{&clube}, "Quem construiu o barco?", "Abel Pinto"},
    {{&clube}, "Quem é o tesoureiro?", NULL},
    {{&clube}, "Quanto custa a quota para crianças?", NULL},
    {{&clube}, "Onde se realiza o curso de inverno?", NULL},
    {{&clube}, "Quem vendeu o barco?", NULL},
};

/* Written when the rules had been made for those above. */
static const told_row later[] = {
    {{MORE_EN}, "Who manages the mill?", "Lydia Fenn"},
    {{MORE_EN}, "Who built the mill?", "Josiah Penn"},
    {{MORE_EN}, "Who restored the wheel?", "volunteers"},
    {{MORE_EN}, "Who runs the bakery?", "Tom Askew"},
    {{MORE_EN}, "When is flour sold?", "Fridays"},
    {{MORE_EN}, "Who is the captain of the chess club?", "Vikram Shah"},
    {{MORE_EN}, "Who won the junior tournament?", "Elsie Moore"},
    {{MORE_EN}, "Who donated the boards?", "Rotary"},
    {{MORE_EN}, "Who is the editor of the newsletter?", "Fay Coll"},
    {{MORE_EN}, "Where does the senior squad train?", "upper room"},
    {{MORE_EN}, "Who owns Corran Mill?", NULL},
    {{MORE_EN}, "Who painted the wheel?", NULL},
    {{MORE_EN}, "Who is the baker's apprentice?", NULL},
    {{MORE_EN}, "When is bread sold?", NULL},
    {{MORE_EN}, "What is in the west wing?", NULL},
    {{MORE_EN}, "Who won the senior tournament?", NULL},
    {{MORE_EN}, "Who is the president of the chess club?", NULL},
    {{MORE_EN}, "Who prints the newsletter?", NULL},
    {{MORE_EN}, "When was the last match of the season lost?", NULL},
    {{MORE_EN}, "Where does the junior squad train?", NULL},
    {{MORE_EN}, "Who founded the chess club?", NULL},
    {{&camping}, "Qui tient le camping ?", "Sylvie Marchand"},
    {{&camping}, "À quelle heure sert le restaurant ?", "de 12 à 14 heures"},
    {{&camping}, "Qui loue les vélos ?", "Luc Aubry"},
    {{&camping}, "Qui a creusé la piscine ?", "Bardin"},
    {{&camping}, "Qui est le gardien de nuit ?", "Hugo Pons"},
    {{&camping}, "Combien coûte la nuit pour un adulte ?", "11 euros"},
    {{&camping}, "Qui répare les vélos ?", NULL},
    {{&camping}, "Qui est le gardien de jour ?", NULL},
    {{&camping}, "Combien coûte la nuit pour un enfant ?", NULL},
    {{&camping}, "Qui est le cuisinier du restaurant ?", NULL},
    {{&camping}, "Quand la plage du sud est-elle surveillée ?", NULL},
    {{&hof}, "Wer bewirtschaftet den Lindenhof?", "Gesa Brandt"},
    {{&hof}, "Wer hat den Stall gebaut?", "Volk"},
    {{&hof}, "Wer verkauft Käse?", "Jan Ehlers"},
    {{&hof}, "Wer ist der Tierarzt?", "Rolf Meinert"},
    {{&hof}, "Wann ist das Frühlingsfest?", "4. Mai"},
    {{&muehle, &hof}, "Wem gehört der Lindenhof?", NULL},
    {{&hof}, "Wann ist das Herbstfest?", NULL},
    {{&hof}, "Was kostet eine Führung für Kinder?", NULL},
    {{&hof}, "Wer hat die Scheune gestrichen?", NULL},
    {{&hof}, "Wer ist der Hufschmied?", NULL},
    {{&hotel}, "¿A qué hora se sirve el desayuno?", "de 7 a 10"},
    {{&hotel}, "¿Quién es la gerente del hotel?", "Lucía Ferrer"},
    {{&hotel}, "¿Quién diseñó el jardín?", "Pablo Olmos"},
    {{&hotel}, "¿Cuánto cuesta la habitación doble?", "80 euros"},
    {{&hotel}, "¿A quién pertenece el hotel?", "Soler"},
    {{&hotel}, "¿Dónde está la piscina pequeña?", "azotea"},
    {{&hotel}, "¿Quién es el cocinero del hotel?", NULL},
    {{&hotel}, "¿Quién riega el jardín?", NULL},
    {{&hotel}, "¿Cuánto cuesta la habitación individual?", NULL},
    {{&hotel}, "¿Dónde está la piscina grande?", NULL},
    {{&hotel}, "¿A qué hora se sirve la cena?", NULL},
};

/* Who it was before, what something else costs or measures, and words that are spelled alike in two languages. */
static const told_row beside[] = {
    {{&printing}, "Who leads the Alder printing works?", "Joan Marsh"},
    {{&printing}, "Who was the keeper of the type room before Ian Stroud?", NULL},
    {{&printing}, "Who led the printing works before 2014?", NULL},
    {{&printing}, "How much is a workshop?", "£35"},
    {{&printing}, "How much is a season pass for children?", NULL},
    {{&printing}, "How much does the tea cost?", NULL},
    {{&salzmuseum}, "Wer war vor Petra Lindner Direktor des Museums?", "Otto Haas"},
    {{&salzmuseum}, "Wer führte die Kasse vor Doris Mahler?", NULL},
    {{&salzmuseum}, "Wie warm ist die Kapelle?", NULL},
    {{&salzmuseum}, "Wie lang ist der Stollen?", "40 Meter"},
    {{&salzmuseum}, "Was kostet der Eintritt für Kinder?", NULL},
    {{&atelier}, "Qui dirigeait l'atelier avant Hélène Caron ?", NULL},
    {{&atelier}, "Combien coûte le goûter ?", NULL},
    {{&atelier}, "Combien a coûté la réfection du toit ?", "12 000 euros"},
    {{&atelier}, "Combien coûte la séance pour les adultes ?", "9 euros"},
    {{&faro}, "¿Quién dirigía el faro antes de Marina Solano?", NULL},
    {{&faro}, "¿Quién dirigía el faro antes de 2012?", NULL},
    {{&faro}, "¿Cuánto cuesta la merienda?", "6 euros"},
    {{&faro}, "¿Cuánto cuesta el almuerzo?", NULL},
    {{&faro}, "¿Cuál es el teléfono del faro?", NULL},
    {{&faro}, "¿Cuánto mide la torre?", "31 metros"},
    {{&faro}, "¿Cuánto mide el muelle?", NULL},
    {{&faro}, "¿Cuánto dura la travesía a la isla?", "dos horas"},
    {{&faro}, "¿Cuánto dura el regreso de la isla?", NULL},
    {{&barge}, "Who is the captain of the Vera of Lund?", "Jean Ross"},
    {{&barge}, "How long does the passage take?", "forty minutes"},
    {{&kiln}, "What is the price of the yearly pass?", "£12"},
    {{&kiln}, "How long does a firing take?", "six hours"},
    {{&kiln}, "What is the price of the monthly pass?", NULL},
    {{&kiln}, "How long does a glazing take?", NULL},
    {{&pension}, "Wer betreibt die Sauna?", "Uwe Stark"},
    {{&pension}, "Wie viele Doppelzimmer hat die Pension?", "sieben"},
    {{&pension}, "Wie viele Einzelzimmer hat die Pension?", NULL},
    {{&faro}, "Who is the mayor?", NULL},
    {{&salzmuseum}, "When did he die?", NULL},
};

int main(void)
{
    return RUN_TABLE("told", rows, is_told) + RUN_TABLE("told later", later, is_told) +
           RUN_TABLE("told of another", beside, is_told);
}
