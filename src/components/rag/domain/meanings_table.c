/* meanings_table.c - a line a meaning: its words in English, French, German, Spanish, Italian and Portuguese.
 *
 * A word that means several things in its language stands in none of them, but for one that means both of what is told
 * apart here ("pets": dogs and cats).
 */
#include "base/str.h"
#include "meanings_impl.h"

#define MEANING(text) ANC_STR_INIT(text)

const anc_str rag_meaning_lines[] = {
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
    MEANING("refund refunded reimburse reimbursed remboursement remboursé remboursée rembourser "
            "rückerstattung "
            "erstattet erstattung reembolso devolución rimborso rimborsato"),
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
    MEANING("located situated stands based headquartered headquarters occupies situé située sis "
            "occupe siège "
            "gelegen sitz hauptsitz sede"),
    MEANING("phone telephone call ring téléphone téléphoner appeler telefon anrufen"),
    MEANING("stand withstand tolerate endure operating supporte supporter résiste fonctionnement "
            "betrieb"),
    MEANING("lose loses losing perdre perdu perdue perte verlieren verloren"),
    MEANING("buy purchase purchased acheter achète achat achats kaufen gekauft"),
    MEANING("sell sells selling vendre vendu vendue vend verkauft verkaufen"),
    MEANING("build builds built construit construire construite gebaut"),
    MEANING("begin begins start starts started commence commencer débute beginnt beginnen empieza "
            "comienza "
            "inizia cominciano começa"),
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
    MEANING("ill sick sickness illness malade malades maladie krank krankheit krankheitsfall "
            "enfermo enferma enfermedad malato malata malattia doente doença"),
    MEANING("rent rents rented rental hire hires hired hiring louer loue louent loué mieten "
            "vermietet verleih ausleihen alquilar alquila alquilan alquiler noleggiare noleggia "
            "noleggiano noleggio affittare alugar aluga alugam aluguer"),
    MEANING("park parking parked stationner stationnement garer parken parkplatz parkplätze "
            "abstellen aparcar aparcamiento estacionar estacionamiento parcheggio parcheggiare "
            "parcheggi estacionamento"),
    MEANING("cancel cancels cancelled cancellation annuler annulation annulée stornieren "
            "storniert stornierung kündigen kündigung rücktritt absagen absage cancelar "
            "cancelación anular anulación cancellare cancellazione disdire disdetta cancelamento"),
    MEANING("total totals sum gesamtbetrag gesamtsumme summe totale totaux suma somma soma"),
    MEANING("dinner supper dîner abendessen cena jantar"),
    MEANING("breakfast frühstück desayuno colazione"),
    MEANING("dog dogs pet pets animals chien chiens animaux hund hunde haustier haustiere tiere "
            "perro perros animales mascotas cane cani animali cão cães animais"),
    MEANING("cat cats pet pets animals chat chats animaux katze katzen haustier haustiere tiere "
            "gato gatos animales mascotas gatto gatti animali animais"),
    MEANING("allow allows allowed permit permitted accepted admitted accepté acceptés admis "
            "autorisé autorisés permis erlaubt gestattet permitido permitidos admiten ammesso "
            "ammessi permesso permessi admitidos"),
    MEANING("garden jardin garten jardín giardino jardim"),
    MEANING("pool piscine schwimmbad schwimmbecken piscina"),
    MEANING("insurance insured insurer assurance assuré versicherung versichert seguro asegurado "
            "assicurazione assicurato"),
    MEANING("invoice invoices bill facture factures rechnung rechnungen factura facturas fattura "
            "fatture fatura"),
    MEANING("contract contracts contrat contrats vertrag verträge contrato contratos contratto "
            "contratti"),
    MEANING("customer customers client clients kunde kunden cliente clientes clienti"),
    MEANING("school école schule escuela scuola escola"),
    MEANING("free gratuit gratuite kostenlos kostenfrei gratis gratuito gratuita"),
};

const size_t rag_meaning_lines_n = ANC_COUNT(rag_meaning_lines);

_Static_assert(ANC_COUNT(rag_meaning_lines) <= RAG_MEANINGS_MAX,
               "a set of them has a bit for each");
