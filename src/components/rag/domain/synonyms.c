/* synonyms.c - see synonyms.h. */
#include "rag/domain/synonyms.h"

#include "base/str.h"

typedef struct pair {
    anc_str asked, named;
} pair;

#define PAIR(asked, named)                       \
    {                                            \
        ANC_STR_INIT(asked), ANC_STR_INIT(named) \
    }

static const pair pairs[] = {
    PAIR("old age aged alt alter âge vieux", "age âge alter"),
    PAIR("live lives lived living reside resides based located habite habitent vit vivent réside "
         "demeure wohnt wohnen lebt vive abita mora",
         "city town country address place location residence state region ville pays adresse lieu "
         "domicile commune localité stadt ort land wohnort"),
    PAIR(
        "cost costs price priced charge fee fare coûte coûtent coût prix tarif kostet kosten preis "
        "gebühr cuesta cuestan precio tarifa costa costano prezzo tariffa custa custam preço",
        "price cost amount rate fee charge fare prix coût tarif montant preis kosten betrag gebühr "
        "precio coste costo tarifa importe prezzo tariffa importo preço custo"),
    PAIR("born birth birthday birthdate né née naissance geboren geburtstag",
         "birth born birthdate birthday dob naissance geburt geburtsdatum geburtstag geburtsort "
         "geburtsjahr"),
    PAIR("work works working job employed employer travaille travaillent emploi employeur métier "
         "arbeitet arbeit beruf",
         "company employer job position occupation profession department organisation "
         "organization société entreprise employeur poste métier service firma arbeitgeber beruf "
         "abteilung"),
    PAIR("phone telephone number call ring tel mobile numéro nummer téléphone appeler appelle "
         "joindre telefon "
         "telefonnummer anrufen",
         "phone telephone tel mobile cell extension ext téléphone portable poste telefon "
         "telefonnummer "
         "handy durchwahl nebenstelle"),
    PAIR("email mail e-mail write courriel écrire schreiben", "email mail e-mail courriel"),
    PAIR("weigh weighs weight heavy mass pèse pèsent poids lourd lourde wiegt gewicht schwer pesa "
         "pesan pesano pesam peso",
         "weight mass poids masse gewicht peso massa"),
    PAIR("tall high height hauteur haut haute taille hoch höhe alto alta altura altezza",
         "height hauteur taille höhe altura altezza"),
    PAIR("long length longueur lang länge last lasts take takes dure durent dauert dauern dura "
         "duran durano duram longitud lungo lunga lunghezza comprimento",
         "length duration longueur durée länge dauer laufzeit duración durata duração longitud "
         "lunghezza comprimento"),
    PAIR("big large size area surface grand grande superficie groß größe fläche",
         "size area surface superficie taille größe fläche área superfície tamaño tamanho"),
    PAIR("supply supplies supplied supplier fournit fournisseur liefert lieferant",
         "supplier vendor fournisseur lieferant"),
    PAIR("wrote written author écrit auteur schrieb geschrieben autor verfasser",
         "author writer auteur autor verfasser"),
    PAIR("make makes made manufacturer fabrique fabriqué fabricant hergestellt hersteller",
         "manufacturer maker brand fabricant marque hersteller marke"),
    PAIR("earn earns paid salary wage gagne salaire verdient gehalt lohn gana sueldo salario "
         "stipendio "
         "guadagna ganha salário",
         "salary wage pay income salaire revenu gehalt lohn sueldo salario stipendio salário"),
    PAIR("manage manages manager lead leads run runs head boss dirige gère responsable chef leitet "
         "leiter",
         "manager head lead director responsable directeur directrice chef leiter leitung"),
    PAIR("speak speaks spoken language parle langue spricht sprache",
         "language languages langue langues sprache sprachen"),
    PAIR("sex gender sexe genre geschlecht", "sex gender sexe genre geschlecht"),
    PAIR("warranty guarantee guaranteed garantie garanti",
         "warranty guarantee garantie garantiezeit"),
    PAIR("stock left available inventory quantité disponible vorrat bestand",
         "stock quantity inventory quantité bestand menge"),
    PAIR("start starts started begin begins began join joins joined hire hired débute commence "
         "entered embauché embauchée embauchés adhéré inscrit inscrite beginnt eingetreten "
         "beigetreten eingestellt angefangen",
         "start begin begins joined joining hired entry hiring début embauche entrée adhésion "
         "inscription "
         "beginn eintritt eintrittsdatum beitritt einstellung"),
    PAIR("drive drives drove driven driver conduit conduisent conduire conducteur chauffeur fährt "
         "fahren "
         "fahrer conduce",
         "driver conducteur conductrice chauffeur fahrer fahrerin conductor"),
    PAIR("deliver delivers delivered delivery arrive arrives livré livrée livraison geliefert "
         "lieferung",
         "delivery delivered arrival livraison lieferung liefertermin lieferdatum"),
    PAIR("located stored kept stocked liegt lagert gelagert rangé rangée stocké stockée",
         "location warehouse storage shelf store emplacement entrepôt dépôt lager lagerort regal "
         "standort"),
    PAIR("end ends finish expire expires finit termine expire endet", "end expiry fin ende ablauf"),
    PAIR("wide width broad largeur breit breite largo larga larghezza ancho ancha anchura largura",
         "width largeur breite larghezza ancho anchura largura"),
    PAIR("deep depth profond profonde profondeur tief tiefe profundo profunda profundidad profondo "
         "profonda profondità profundidade",
         "depth profondeur tiefe profundidad profondità profundidade"),
    PAIR("fast speed vite rapide vitesse schnell geschwindigkeit rápido rápida velocidad veloce "
         "velocità velocidade",
         "speed vitesse geschwindigkeit velocidad velocità velocidade"),
    PAIR("lift lifts carry carries hold holds capacity load trägt hebt tragkraft porte capacité "
         "carga capacidad capacità portata capacidade",
         "capacity load payload tragkraft nutzlast kapazität charge capacité carga capacidad "
         "portata capacità capacidade"),
    PAIR("built constructed construit construite gebaut construido construida costruito costruita "
         "construído construída",
         "built construction baujahr construcción costruzione construção"),
    PAIR("own owns owned belongs belong possède appartient gehört besitzt pertenece appartiene "
         "pertence",
         "owner owners propriétaire eigentümer besitzer propietario proprietario proprietário"),
    PAIR("sit sits sitzt", "room office desk seat zimmer büro raum bureau"),
};

_Static_assert(sizeof pairs / sizeof *pairs <= RAG_SYNONYMS_MAX, "a set of pairs is one number");

anc_status rag_synonyms_of(anc_arena *mem, txt_language language, rag_synonyms *ret, anc_err *err)
{
    ret->n = 0;
    for (size_t i = 0; i < ANC_COUNT(pairs); i++) {
        ANC_TRY(rag_words_of(mem, pairs[i].asked, language, &ret->asked[i], err));
        ANC_TRY(rag_words_of(mem, pairs[i].named, language, &ret->named[i], err));
        ret->n = i + 1;
    }
    return ANC_OK;
}

static uint32_t lists_with(const rag_words *lists, size_t n, uint64_t key)
{
    uint32_t found = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < lists[i].n; k++)
            found |= lists[i].items[k].key == key ? UINT32_C(1) << i : 0;
    return found;
}

uint32_t rag_synonyms_asked(const rag_synonyms *s, uint64_t key)
{
    return lists_with(s->asked, s->n, key);
}

uint32_t rag_synonyms_named(const rag_synonyms *s, uint64_t key)
{
    return lists_with(s->named, s->n, key);
}
