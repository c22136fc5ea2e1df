/* meanings.c - see meanings.h. A word that means several things in its language stands in none of them. */
#include "rag/domain/meanings.h"

#include "base/str.h"

#define MEANING(text) ANC_STR_INIT(text)

static const anc_str meanings[] = {
    MEANING("reset resetting zéro réinitialiser réinitialisation zurücksetzen"),
    MEANING("battery batteries batterie pile akku"),
    MEANING("range portée reichweite"),
    MEANING("weight weigh weighs heavy masse poids pèse gewicht wiegt schwer"),
    MEANING("price prices cost costs fare fares prix coûte coûtent coût tarif tarifs preis kosten "
            "kostet precio precios tarifa cuesta cuestan prezzo prezzi tariffa costa costano preço "
            "preços custa custam"),
    MEANING("warranty guarantee garantie"),
    MEANING("repair repairs repaired réparation réparer réparations reparatur reparieren"),
    MEANING("install installing installation installer installieren"),
    MEANING("clean cleaning cleaned nettoyer nettoyez nettoyage reinigen reinigung"),
    MEANING("error fault erreur panne fehler"),
    MEANING("lamp light led voyant lampe"),
    MEANING("button bouton knopf taste"),
    MEANING("pair pairing associer association associez koppeln"),
    MEANING("holiday holidays vacation leave congé congés vacances urlaub"),
    MEANING("remote telework remotely télétravail télétravailler homeoffice"),
    MEANING("expense expenses frais spesen auslagen"),
    MEANING("delivery shipping shipped livraison expédition lieferung versand"),
    MEANING("return returns returned retour retourner rückgabe"),
    MEANING("refund refunded remboursement remboursé rembourser rückerstattung"),
    MEANING("meal meals lunch repas déjeuner mahlzeit mittagessen"),
    MEANING("hotel hôtel hébergement unterkunft"),
    MEANING("car vehicle voiture véhicule auto fahrzeug"),
    MEANING("employee employees staff salarié salariés mitarbeiter"),
    MEANING("salary wage pay payday earn earns earned salaire paie gagne gehalt lohn verdient "
            "verdienen sueldo salario"),
    MEANING("water eau wasser"),
    MEANING(
        "temperature hot heat cold warm température chaud chaude froid temperatur heiß kalt warm"),
    MEANING("safety sécurité sicherheit"),
    MEANING("meeting réunion sitzung"),
    MEANING("supplier fournisseur lieferant"),
    MEANING("subscription abonnement"),
    MEANING("sun sunlight solar soleil solaire sonne"),
    MEANING("replace replaced replacement remplacer remplacement remplace ersetzen"),
    MEANING("storage store stockage stocker conserver lagern lagerung"),
    MEANING("training formation schulung"),
    MEANING("workshop atelier werkstatt"),
    MEANING("discount remise rabatt"),
    MEANING("beekeeper beekeepers apiculteur apiculteurs imker"),
    MEANING("hive hives ruche ruches bienenstock"),
    MEANING("accuracy precision précision genauigkeit"),
    MEANING("lifetime autonomy autonomie tient laufzeit hält"),
    MEANING("founded founder founders founding started fondé fondée fondateur fondateurs gegründet "
            "gründete gründer fundó fundado fundada fundador fondato fondata fondatore fundou"),
    MEANING("people persons personnes gens personen leute"),
    MEANING("work works working worked travaille travaillent travailler arbeitet arbeiten"),
    MEANING("run runs manage manages managed dirige dirigent diriger gère leitet"),
    MEANING("waterproof watertight étanche étanchéité protection wasserdicht"),
    MEANING("big large size dimensions measures taille dimension grand grande größe groß"),
    MEANING("old age aged birthday founded built âge ancien né née fondé alt alter gegründet"),
    MEANING("located situated stands occupies situé située sis occupe gelegen"),
    MEANING("phone telephone call ring téléphone téléphoner appeler telefon anrufen"),
    MEANING("stand withstand tolerate endure operating supporte supporter résiste fonctionnement "
            "betrieb"),
    MEANING("lose loses losing perdre perdu perdue perte verlieren verloren"),
    MEANING("buy purchase purchased acheter achète achat achats kaufen gekauft"),
    MEANING("sell sells selling vendre vendu vendue vend verkauft verkaufen"),
    MEANING("build builds built construit construire construite gebaut"),
    MEANING("begin begins start starts started commence commencer débute beginnt"),
    MEANING("population inhabitants inhabitant habitants einwohner bevölkerung"),
    MEANING("live lives lived living habite habitent habiter réside vit wohnt lebt"),
    MEANING("close closes closed closing ferme fermer fermeture geschlossen schließt cierra "
            "cerrado chiude chiuso fecha fechado"),
    MEANING("high higher height tall hauteur haut haute höhe hoch hohe altura alto"),
    MEANING("long length longueur länge lang longitud largo"),
    MEANING("wide width breadth broad largeur breite breit ancho anchura"),
    MEANING("carry carries carrying carried load loaded laden cargo cargoes freight chargé chargée "
            "cargaison fracht ladung geladen beladen carga cargado cargamento carico"),
    MEANING("idea ideas idée idées idee idea"),
    MEANING("open opens opened opening ouvre ouvrir ouverture öffnet geöffnet offen abre abierto "
            "apre aperto apertura aberto abertura"),
};

_Static_assert(sizeof meanings / sizeof *meanings <= RAG_MEANINGS_MAX,
               "a set of them is one number");

anc_status rag_meanings_of(anc_arena *mem, txt_language language, rag_meanings *ret, anc_err *err)
{
    ret->n = 0;
    for (size_t i = 0; i < ANC_COUNT(meanings); i++) {
        ANC_TRY(rag_words_of(mem, meanings[i], language, &ret->words[i], err));
        ret->n = i + 1;
    }
    return ANC_OK;
}

uint64_t rag_meanings_with(const rag_meanings *m, uint64_t among, uint64_t key)
{
    uint64_t found = 0;
    for (size_t i = 0; i < m->n; i++)
        for (size_t k = 0; (among >> i & 1) != 0 && k < m->words[i].n; k++)
            found |= m->words[i].items[k].key == key ? UINT64_C(1) << i : 0;
    return found;
}
