/* test_property.c - a year, a weight, a width, a depth and a height are told where they stand, and nothing near them is. */
#include "told.h"

/* ---- none of it is told --------------------------------------------------------------------------- */

DOCUMENT(
    mixer, "en", "Corvana CX-40 dough mixer",
    "Technical data\n\nThe bowl of the CX-40 mixer takes 25 kg of dough. The motor of the mixer "
    "was made for 400 V.\n\n"
    "Installation\n\nPlace the CX-40 mixer on a level floor and leave a clearance of 15 cm on "
    "every side of the mixer. It must not stand nearer than 2 m to a door.\n\n"
    "Warranty\n\nThe warranty of the mixer runs for 24 months. Service hotline for the mixer: "
    "+44 1632 960 417, Monday to Friday from 7 am.");

DOCUMENT(piscine, "fr", "Piscine municipale des Carmes",
         "Horaires\n\nLa piscine des Carmes est ouverte du mardi au dimanche.\n\n"
         "Règlement\n\nLe grand bassin mesure 25 mètres. La capacité d'accueil est limitée à 210 "
         "baigneurs. Le filtre contient 300 kg de sable.");

DOCUMENT(wehr, "de", "Protokoll der Feuerwehr Oberlauter",
         "Im Jahr 2024 rückte die Feuerwehr Oberlauter zu 73 Einsätzen aus. Das Löschfahrzeug der "
         "Feuerwehr steht 20 m vom Tor entfernt. Der Tank des Löschfahrzeugs fasst 900 kg "
         "Wasser.");

DOCUMENT(caldera, "es", "Caldera de pellets Brasal 18",
         "La caldera Brasal tiene una potencia de 18 kW. El consumo de la caldera es de 3,9 kg por "
         "hora. El depósito de la caldera admite 45 kg de "
         "pellets. La caldera se instala a 50 cm de la pared. El teléfono de la empresa Brasal es "
         "976 555 230.");

DOCUMENT(canottieri, "it", "Verbale della società canottieri",
         "La società canottieri approva l'acquisto di una barca per 1480 euro. Il pontile della "
         "società dista 300 metri dalla sede. Il furgone della società porta 800 kg di remi.");

DOCUMENT(parque, "pt", "Parque de campismo",
         "O parque de campismo abre de maio a setembro. A piscina do parque fica a 200 metros da "
         "receção. O bungalow tem um cofre para 5 kg de objetos.");

static const told_row untold[] = {
    {{&mixer}, "In which year was the CX-40 mixer made?", NULL},
    {{&mixer}, "What year was the CX-40 mixer built?", NULL},
    {{&mixer}, "How wide is the CX-40 mixer?", NULL},
    {{&mixer}, "How tall is the CX-40 mixer?", NULL},
    {{&mixer}, "What is the depth of the CX-40 mixer?", NULL},
    {{&mixer}, "How heavy is the CX-40 mixer?", NULL},
    {{&piscine}, "En quelle année la piscine des Carmes a-t-elle ouvert ?", NULL},
    {{&piscine}, "Quelle est la profondeur du grand bassin ?", NULL},
    {{&piscine}, "Quelle est la largeur du grand bassin ?", NULL},
    {{&piscine}, "Combien pèse le filtre ?", NULL},
    {{&wehr}, "In welchem Jahr wurde die Feuerwehr Oberlauter gegründet?", NULL},
    {{&wehr}, "Wie breit ist das Löschfahrzeug?", NULL},
    {{&wehr}, "Wie schwer ist das Löschfahrzeug?", NULL},
    {{&caldera}, "¿En qué año se fundó la empresa Brasal?", NULL},
    {{&caldera}, "¿Cuánto pesa la caldera Brasal?", NULL},
    {{&caldera}, "¿Qué anchura tiene la caldera?", NULL},
    {{&canottieri}, "In che anno è stata fondata la società canottieri?", NULL},
    {{&canottieri}, "Quanto è largo il pontile?", NULL},
    {{&canottieri}, "Quanto pesa il furgone?", NULL},
    {{&parque}, "Em que ano abriu o parque de campismo?", NULL},
    {{&parque}, "Qual é a profundidade da piscina do parque?", NULL},
    {{&parque}, "Quanto pesa o cofre?", NULL},
};

/* ---- all of it is --------------------------------------------------------------------------------- */

DOCUMENT(
    crane, "en", "Heron 50 crane",
    "The Heron 50 was built in 1987 by Corvana. It weighs 12 kg without its case.\n\n"
    "The tower is 40 m high. The harbour basin is about 9 m deep. The gate is 3.5 metres wide. "
    "The mast is 18 m. The bell is 250 kg in weight. The crate holds 20 kg of straw and has a "
    "weight of 31 kg. The hut measures 3 x 2 m. The firm was established on 4 July 1902.");

DOCUMENT(sheet, "en", "Heron 50",
         "Property | Value\nHeight of the Heron 50 | 42 m\nWidth of the Heron 50 | 6 m\n"
         "Year of manufacture of the Heron 50 | 2011\n");

DOCUMENT(parcels, "en", "parcels.csv",
         "Parcel | Weight (kg) | Width (cm) | Year\nblue parcel | 26 | 40 | 2019\n"
         "red parcel | 31 | 55 | 2021\n");

DOCUMENT(phare, "fr", "Le phare",
         "Le phare a été construit en 1854. La tour mesure 47 mètres. Le bassin est profond de 4 "
         "mètres. La porte fait 2 m de large. La cloche pèse 300 kg.");

DOCUMENT(
    turm, "de", "Der Turm",
    "Der Turm wurde 1904 gebaut. Der Turm ist 38 m hoch. Das Becken hat eine Wassertiefe von 3 "
    "m. Das Tor ist 4 m breit. Die Glocke wiegt 410 kg.");

DOCUMENT(torre, "es", "La torre",
         "La torre se construyó en 1922. La torre tiene 25 metros de altura. La piscina tiene 2 "
         "metros de profundidad. La puerta tiene 3 metros de ancho. La campana pesa 120 kg.");

DOCUMENT(campanile, "it", "Il campanile",
         "Il campanile fu costruito nel 1611. Il campanile è alto 33 metri. La vasca è profonda 2 "
         "metri. Il portone è largo 3 metri. La campana pesa 95 kg.");

DOCUMENT(
    farol, "pt", "O farol",
    "O farol foi construído em 1898. O farol tem 28 metros de altura. O tanque tem 3 metros de "
    "profundidade. A porta tem 2 metros de largura. O sino pesa 80 kg.");

DOCUMENT(
    chemists, "en", "Chemists",
    "The English chemist John Mayow (1641–1679) refined this work. The 1983 20th anniversary of "
    "the institute was told on Channel 4. The first experiment on combustion was made in the "
    "2nd century BCE by Philo.");

static const told_row told[] = {
    {{&chemists}, "In what year did the chemist John Mayow refine this work?", "1679"},
    {{&chemists}, "In what year was the 20th anniversary of the institute?", "1983"},
    {{&chemists}, "In what year was the first experiment on combustion?", "2nd century"},
    {{&crane}, "In which year was the Heron 50 built?", "1987"},
    {{&crane}, "What year was the firm founded?", "1902"},
    {{&crane}, "How heavy is the Heron 50?", "12 kg"},
    {{&crane}, "How high is the tower?", "40 m"},
    {{&crane}, "How deep is the harbour basin?", "9 m"},
    {{&crane}, "How wide is the gate?", "3.5"},
    {{&crane}, "How tall is the mast?", "18 m"},
    {{&crane}, "What is the weight of the bell?", "250 kg"},
    {{&crane}, "How heavy is the crate?", "31 kg"},
    {{&crane}, "How wide is the hut?", "3 x 2 m"},
    {{&sheet}, "How tall is the Heron 50?", "42 m"},
    {{&sheet}, "How wide is the Heron 50?", "6 m"},
    {{&parcels}, "How heavy is the blue parcel?", "26"},
    {{&parcels}, "What is the width of the red parcel?", "55"},
    {{&parcels}, "What year is the blue parcel from?", "2019"},
    {{&phare}, "En quelle année le phare a-t-il été construit ?", "1854"},
    {{&phare}, "Quelle est la hauteur de la tour ?", "47"},
    {{&phare}, "Quelle est la profondeur du bassin ?", "4"},
    {{&phare}, "Quelle est la largeur de la porte ?", "2 m"},
    {{&phare}, "Combien pèse la cloche ?", "300"},
    {{&turm}, "In welchem Jahr wurde der Turm gebaut?", "1904"},
    {{&turm}, "Wie hoch ist der Turm?", "38"},
    {{&turm}, "Wie tief ist das Becken?", "3"},
    {{&turm}, "Wie breit ist das Tor?", "4 m"},
    {{&turm}, "Wie schwer ist die Glocke?", "410"},
    {{&torre}, "¿En qué año se construyó la torre?", "1922"},
    {{&torre}, "¿Qué altura tiene la torre?", "25"},
    {{&torre}, "¿Qué profundidad tiene la piscina?", "2 metros"},
    {{&torre}, "¿Cuánto pesa la campana?", "120"},
    {{&campanile}, "In che anno fu costruito il campanile?", "1611"},
    {{&campanile}, "Quanto è alto il campanile?", "33"},
    {{&campanile}, "Quanto è profonda la vasca?", "2 metri"},
    {{&campanile}, "Quanto è largo il portone?", "3 metri"},
    {{&campanile}, "Quanto pesa la campana?", "95"},
    {{&farol}, "Em que ano foi construído o farol?", "1898"},
    {{&farol}, "Qual é a altura do farol?", "28"},
    {{&farol}, "Qual é a profundidade do tanque?", "3"},
    {{&farol}, "Qual é o peso do sino?", "80"},
};

int main(void)
{
    return RUN_TABLE("untold", untold, is_told) + RUN_TABLE("told", told, is_told);
}
