/* test_measured.c - totals, means, the most and the least, and differences of a column of figures. */
#include "tallied.h"

static const char *const invoices = "Invoice | Customer | City | Status | Amount\n"
                                    "A-1 | Orrin | Porto | overdue | 500\n"
                                    "A-2 | Bel | Oulu | paid | 120\n"
                                    "A-3 | Cato | Porto | overdue | 90\n"
                                    "A-4 | Orrin | Oulu | not overdue | 500\n"
                                    "A-5 | Dag | Graz | paid |\n"
                                    "A-6 | Bel | Graz | paid | 75";

static const char *const tools = "Tool | Kind | Price (EUR) | Weight\n"
                                 "Saw | cutting | 1,250.50 | 12 kg\n"
                                 "Drill | power | 49.50 | 2 kg\n"
                                 "Axe | cutting | 49.50 | 3 kg\n"
                                 "Press | power | 2,000.00 | 640 kg";
static const char *const outils = "Outil | Sorte | Prix\n"
                                  "Scie | coupe | 1 250,50 €\n"
                                  "Perceuse | moteur | 49,50 €\n"
                                  "Hache | coupe | 50,00 €";
static const char *const werkzeuge = "Werkzeug | Art | Preis\n"
                                     "Säge | Schnitt | 1.250,50 €\n"
                                     "Bohrer | Motor | 49,50 €\n"
                                     "Axt | Schnitt | 50,00 €";

static const char *const hills =
    "Hill | Height (m) | Walk (h)\nKern | 812 | 3\nTarn | 455 | 5\nOld "
    "Man | 803 | 2";
static const char *const autos =
    "Auto | Gewicht | Geschwindigkeit\nA | 900 kg | 120\nB | 1400 kg | 180";

static const tally_row figures[] = {
    {"a total", "What is the total price of the tools?", "tools.csv", "", tools, 4, "xxxx",
     "3,349.50"},
    {"of some", "What is the total weight of the cutting tools?", "tools.csv", "", tools, 2, "x.x.",
     "15 kg"},
    {"the sum of the column", "What is the sum of the weights?", "tools.csv", "", tools, 4, "xxxx",
     "657 kg"},
    {"what they cost together", "How much do the power tools cost in total?", "tools.csv", "",
     tools, 2, ".x.x", "2,049.50"},
    {"a mean", "What is the average weight of the tools?", "tools.csv", "", tools, 4, "xxxx",
     "164.25 kg"},
    {"a mean that is rounded", "What is the average weight?", "tools.csv", "",
     "Tool | Weight\nSaw | 1 kg\nAxe | 1 kg\nAwl | 2 kg", 3, "xxx", "≈ 1.33 kg"},
    {"the heaviest", "Which is the heaviest tool?", "tools.csv", "", tools, 4, "...x", "640 kg"},
    {"the lightest of some", "Which is the lightest power tool?", "tools.csv", "", tools, 2, ".x..",
     "2 kg"},
    {"the tallest", "Which is the tallest hill?", "hills.csv", "", hills, 3, "x..", "812"},
    {"the widest of what has no width", "Which is the widest hill?", "hills.csv", "", hills, 0, "",
     NULL},
    {"schwerste", "Welches ist das schwerste Auto?", "autos.csv", "", autos, 2, ".x", "1400 kg"},
    {"langsamste", "Welches Auto ist das langsamste?", "autos.csv", "", autos, 2, "x.", "120"},
    {"plus lourd", "Quel est l'outil le plus lourd ?", "outils.csv", "",
     "Outil | Poids\nScie | 12 kg\nHache | 3 kg", 2, "x.", "12 kg"},
    {"the most", "Which tool costs the most?", "tools.csv", "", tools, 4, "...x", "2,000.00"},
    {"the most expensive", "What is the most expensive cutting tool?", "tools.csv", "", tools, 2,
     "x...", "1,250.50"},
    {"the least, of two", "Which tool is the cheapest?", "tools.csv", "", tools, 4, ".xx.",
     "49.50"},
    {"by the column", "Which tool has the lowest weight?", "tools.csv", "", tools, 4, ".x..",
     "2 kg"},
    {"the least of a few words", "Which plan is the cheapest?", "plans.html", "Plans and prices",
     "Plan | Price | Storage | Support\nStarter | 4 | 50 GB | community\nTeam | 9 | 500 GB | "
     "e-mail\nMore | 15 | 2 TB | e-mail and phone",
     3, "x..", "4"},
    {"German, who has the largest", "Wer hat die größte Parzelle?", "garten.csv", "",
     "Parzelle | Pächter | Fläche m2\n1 | Bel | 310\n2 | Cato | 330", 2, ".x", "330"},
    {"the most copies", "Which book has the most copies?", "shelf.json", "books",
     "isbn: 978-1\ntitle: Sun\ncopies: 3\n\nisbn: 978-2\ntitle: Moon\ncopies: 5", 2, ".x", "5"},
    {"the cheaper", "Which is cheaper, the saw or the axe?", "tools.csv", "", tools, 2, "..x.",
     "49.50"},
    {"the more costly", "Which is dearer, the saw or the drill?", "tools.csv", "", tools, 2, "x...",
     "1,250.50"},
    {"cheaper than what", "Which tool is cheaper than the saw?", "tools.csv", "", tools, 0, NULL,
     NULL},
    {"a difference", "What is the difference between the price of the saw and the drill?",
     "tools.csv", "", tools, 2, "xx..", "1,201.00"},
    {"the same of what they cost", "How much more does the saw cost than the axe?", "tools.csv", "",
     tools, 2, "x.x.", "1,201.00"},
    {"a difference of kinds", "What is the difference between cutting and power?", "tools.csv", "",
     tools, 0, NULL, NULL},
    {"a difference of one", "How much more does the saw cost than a boat?", "tools.csv", "", tools,
     0, NULL, NULL},
    {"the largest, of sizes", "Who has the largest plot?", "plots.csv", "",
     "Plot | Tenant | Area (m2) | Since\n1 | Bel | 310 | 1998\n2 | Cato | 285 | 2011\n3 | Dag | "
     "330 "
     "| 2003",
     3, "..x", "330"},
    {"a total that is how many", "How many seats are there in total?", "halls.csv", "",
     "Hall | Seats\nAsh | 40\nElm | 25", 2, "xx", "65"},
    {"rows and no total", "How many halls are there in total?", "halls.csv", "",
     "Hall | Chairs\nAsh | 40\nElm | 25", 2, "xx", NULL},
    {"German, a difference", "Was ist der Unterschied zwischen dem Preis von Säge und Axt?",
     "werkzeuge.csv", "", werkzeuge, 2, "x.x", "1.200,50 €"},
    {"German, more", "Wie viel mehr kostet die Säge als die Axt?", "werkzeuge.csv", "", werkzeuge,
     2, "x.x", "1.200,50 €"},
    {"German, the cheaper", "Was ist billiger, Bohrer oder Axt?", "werkzeuge.csv", "", werkzeuge, 2,
     ".x.", "49,50 €"},
    {"German, how many in all", "Wie viele Plätze gibt es insgesamt?", "saal.csv", "",
     "Saal | Plätze\nEsche | 40\nUlme | 25", 2, "xx", "65"},
    {"French, a difference", "Quelle est la différence entre le prix de la scie et de la hache ?",
     "outils.csv", "", outils, 2, "x.x", "1 200,50 €"},
    {"French, one of two", "Quel est le moins cher, la perceuse ou la hache ?", "outils.csv", "",
     outils, 2, ".x.", "49,50 €"},
    {"Spanish, a difference", "¿Cuál es la diferencia entre el importe de Sol y Luna?",
     "facturas.csv", "", "Factura | Importe\nSol | 12,50\nLuna | 7,50", 2, "xx", "5,00"},
    {"Italian, a difference", "Qual è la differenza tra l'importo di Sole e Luna?", "fatture.csv",
     "", "Fattura | Importo\nSole | 12,50\nLuna | 7,50", 2, "xx", "5,00"},
    {"Portuguese, a difference", "Qual é a diferença entre o valor de Sol e Lua?", "faturas.csv",
     "", "Fatura | Valor\nSol | 12,50\nLua | 7,50", 2, "xx", "5,00"},
    {"of one row", "What is the total weight of the saw?", "tools.csv", "", tools, 0, NULL, NULL},
    {"per something", "What is the total weight per kind?", "tools.csv", "", tools, 0, NULL, NULL},
    {"by something", "What is the total weight by kind?", "tools.csv", "", tools, 0, NULL, NULL},
    {"of others", "What is the total weight of the boats?", "tools.csv", "", tools, 0, NULL, NULL},
    {"more than", "What is the total weight of tools over 3 kg?", "tools.csv", "", tools, 2, "x..x",
     "652 kg"},
    {"no column", "What is the total of the tools?", "tools.csv", "", tools, 0, NULL, NULL},
    {"a column of words", "What is the highest kind?", "tools.csv", "", tools, 0, NULL, NULL},
    {"both ends", "What are the highest and the lowest weight?", "tools.csv", "", tools, 0, NULL,
     NULL},
    {"which kind, of rows that share it", "Which kind has the highest weight?", "tools.csv", "",
     tools, 0, NULL, NULL},
    {"an empty cell", "What is the total amount of the invoices?", "invoices.csv", "", invoices, 0,
     NULL, NULL},
    {"of rows without it", "What is the total amount of the overdue invoices?", "invoices.csv", "",
     invoices, 0, NULL, NULL},
    {"units that differ", "What is the total weight?", "tools.csv", "",
     "Tool | Weight\nSaw | 2 kg\nAxe | 300 g", 0, NULL, NULL},
    {"a cell that is no number", "What is the total weight?", "tools.csv", "",
     "Tool | Weight\nSaw | 2 kg\nAxe | unknown", 0, NULL, NULL},
    {"two columns", "What is the total price?", "tools.csv", "",
     "Tool | Net price | Gross price\nSaw | 2 | 3\nAxe | 3 | 4", 0, NULL, NULL},
    {"one of two", "What is the total net price?", "tools.csv", "",
     "Tool | Net price | Gross price\nSaw | 2 | 3\nAxe | 3 | 4", 2, "xx", "5"},
    {"a row of sums behind an empty cell", "What is the total weight?", "tools.csv", "",
     "Tool | Kind | Weight\nSaw | cutting | 1 kg\nAxe | cutting | 1 kg\n | Total | 2 kg", 0, NULL,
     NULL},
    {"a row of sums of some", "What is the total weight?", "tools.csv", "",
     "Tool | Weight\nSaw | 1 kg\nAxe | 1 kg\nSub-total | 2 kg\nAwl | 3 kg", 0, NULL, NULL},
    {"a row of sums with its unit", "What is the total weight?", "tools.csv", "",
     "Tool | Weight\nSaw | 1 kg\nAxe | 1 kg\nTotal (kg): | 2 kg", 0, NULL, NULL},
    {"a row of means", "What is the lowest weight?", "tools.csv", "",
     "Tool | Weight\nSaw | 1 kg\nAxe | 4 kg\nAverage | 2.5 kg", 0, NULL, NULL},
    {"a row of sums", "What is the total weight?", "tools.csv", "",
     "Tool | Weight\nSaw | 2\nAxe | 3\nTotal | 5", 0, NULL, NULL},
    {"numbers of rows", "Which customer has the most invoices?", "customers.csv", "",
     "Customer | Invoice\nBel | 7\nCato | 8\nDag | 9", 0, NULL, NULL},
    {"the number of them", "What is the total number of invoices?", "invoices.csv", "",
     "Name | Number\nBel | 70\nCato | 81\nDag | 9", 0, NULL, NULL},
    {"shares", "What is the total share?", "shares.csv", "",
     "Owner | Share\nBel | 40 %\nCato | 60 %", 0, NULL, NULL},
    {"the largest share", "Which owner has the largest share?", "shares.csv", "",
     "Owner | Share\nBel | 40 %\nCato | 60 %", 2, ".x", "60 %"},
    {"below nought", "What is the total change?", "changes.csv", "",
     "Month | Change\nMay | -$5.50\nJune | $2.25", 2, "xx", "-$3.25"},
    {"not known which", "What is the total length?", "ropes.csv", "",
     "Rope | Length\nA | 1.250\nB | 2.500", 0, NULL, NULL},
    {"known by another", "What is the total length?", "ropes.csv", "",
     "Rope | Length\nA | 1.250\nB | 0.500", 2, "xx", "1.750"},
    {"codes", "What is the highest code?", "codes.csv", "", "Place | Code\nA | 0123\nB | 0456", 0,
     NULL, NULL},
    {"too large", "What is the total weight?", "stars.csv", "",
     "Star | Weight\nA | 9,000,000,000,000,000,000\nB | 9,000,000,000,000,000,000", 0, NULL, NULL},
    {"in French", "Quel est le prix total des outils ?", "outils.csv", "", outils, 3, "xxx",
     "1 350,00 €"},
    {"French, the most", "Quel outil coûte le plus ?", "outils.csv", "", outils, 3, "x..",
     "1 250,50 €"},
    {"French, the highest", "Quel est le prix le plus élevé ?", "outils.csv", "", outils, 3, "x..",
     "1 250,50 €"},
    {"French, the cheapest", "Quel est l'outil le moins cher ?", "outils.csv", "", outils, 3, ".x.",
     "49,50 €"},
    {"French, a mean", "Quelle est la moyenne des prix ?", "outils.csv", "", outils, 3, "xxx",
     "450,00 €"},
    {"in German", "Was ist die Summe der Preise?", "werkzeuge.csv", "", werkzeuge, 3, "xxx",
     "1.350,00 €"},
    {"German, the most", "Welches Werkzeug kostet am meisten?", "werkzeuge.csv", "", werkzeuge, 3,
     "x..", "1.250,50 €"},
    {"German, the lowest", "Welches Werkzeug hat den niedrigsten Preis?", "werkzeuge.csv", "",
     werkzeuge, 3, ".x.", "49,50 €"},
    {"German, together", "Wie viel kosten die Werkzeuge insgesamt?", "werkzeuge.csv", "", werkzeuge,
     3, "xxx", "1.350,00 €"},
    {"in Spanish", "¿Cuál es el importe total de las facturas?", "facturas.csv", "",
     "Factura | Importe\nA | 12,50\nB | 7,50", 2, "xx", "20,00"},
    {"Spanish, the most", "¿Qué factura tiene el importe más alto?", "facturas.csv", "",
     "Factura | Importe\nA | 12,50\nB | 7,50", 2, "x.", "12,50"},
    {"in Italian", "Qual è l'importo totale delle fatture?", "fatture.csv", "",
     "Fattura | Importo\nA | 12,50\nB | 7,50", 2, "xx", "20,00"},
    {"Italian, per something", "Qual è l'importo totale per fattura?", "fatture.csv", "",
     "Fattura | Importo\nA | 12,50\nB | 7,50", 0, NULL, NULL},
    {"Italian, the least", "Quale fattura ha l'importo più basso?", "fatture.csv", "",
     "Fattura | Importo\nA | 12,50\nB | 7,50", 2, ".x", "7,50"},
    {"in Portuguese", "Qual é o valor total das faturas?", "faturas.csv", "",
     "Fatura | Valor\nA | 12,50\nB | 7,50", 2, "xx", "20,00"},
    {"Portuguese, the most", "Qual é a ferramenta mais cara?", "ferramentas.csv", "",
     "Ferramenta | Preço\nSerra | 12,50\nMartelo | 7,50", 2, "x.", "12,50"},
};

int main(void)
{
    return RUN_TABLE("figures", figures, rows_are_counted);
}
