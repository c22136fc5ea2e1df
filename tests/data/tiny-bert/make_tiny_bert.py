#!/usr/bin/env python3
"""make_tiny_bert.py - writes the small BERT model of this folder, the same bytes in every run.

    python3 tests/data/tiny-bert/make_tiny_bert.py

The model was never trained, and its vectors still say something: texts that share words are near.
A piece of the vocabulary has a random direction, and a length by how much it tells: words of
content long, function words, single letters and marks short. The layers change little.

How lengths survive the layer norms: components 0 and 1 of every token are +-C, far above the rest,
so the norms see the same variance everywhere and only scale. The last norm then gives these two
the factor 0.
"""
import json
import math
import os
import random
import struct

HIDDEN, HEADS, LAYERS, INNER, POSITIONS = 64, 4, 2, 64, 256
CONSTANT = 4.0

FUNCTION_WORDS = """
a an and any are as at be been but by can could did do does for from had has have he her his how i if
in into is it its may me more most must my no not of off on one only or other our out over she should
so some such than that the their them then there these they this those to too under up us was we were
what when where which while who whom why will with would you your
au aux avec ce ces cette dans de des du elle elles en est et il ils je la le les leur leurs lui mais
me mes mon ne nous on ou par pas plus pour qu que quel quelle qui sa sans se ses si son sont sur ta te
tes toi ton tu un une vos votre vous y
"""

CONTENT_WORDS = """
account address age air alarm animal annual answer apple april august authority bank battery bee bees
bird black blue board book box boy bridge budget build building business button buy cable calibration
call camera cancel capital car card care cat cell center century change charge check child children
church city clean clear climate clock close code cold color company computer contract control cook cost
country course court cover cow customer damage data date day days december delivery deposit device dog
door drink drive dry earth east eat electric email employee empire energy engine english error europe
expense eye fail family farm february field file fire firmware first fish fix flight flower food foot
force form france french friday friend fruit full game garden glass gold government grand green group
half hand handbook harvest head health heart heat help hive holiday home honey horse hospital hour
house ice income inch insurance island january july june key king kitchen lamp land language large law
leave length letter level library life light limit line list long lost low machine maintenance manual
map march market material may meal meeting member memory menu metal meter milk minute model monday
money month moon morning motor mountain museum music name nation network new night noise north note
november number october office oil old open orange order owner page paper park part party pass password
payment people percent person phone piano picture plan plane plant plate player point police policy
port post power president press price printer problem product program public queen question rain range
rate red refund region release rent repair replace report request reset return river road rock room
rule safety sale salt saturday scale school science screen sea season second secret security sensor
september server service ship shipping shop sign silver size sky small snow software sound south space
speed spring square staff star start state station steel stock stone stop store storm street student
sugar summer sun sunday supplier support switch system table tax tea team telephone temperature test
thursday ticket time tool town trade train training travel tree tuesday university update user vacation
value version village voice voltage war warm warranty water way wednesday week weight west wheel white
wind window winter wire wood word work world year yellow young
abeille abeilles achat adresse ainsi an annee appareil arbre argent avril banque batterie blanc bleu
bois bouton bureau carte chaud cheval chien client code commande compte conge conges contrat cour cout
date delai demande depense dimanche droit eau ecole employe enfant entretien erreur etat facture femme
fer feu fin fleur force formation fournisseur froid garantie grand guerre habitant hiver homme heure
huile ile janvier jardin jour journee juin juillet jeudi langue ligne livraison livre loi lundi lune
machine main maison marche mardi mer mercredi mesure miel mois montagne mot mur nom nombre nord nuit
ouest page pain pays piece pierre place pluie poids pont porte prix produit question rapport reparation
reine retour roi route rouge ruche ruches salle samedi secours securite semaine service sel soleil sud
table taux temps terre texte travail vendredi vent verre vert ville voiture voyage vacances
"""

ENDINGS = """
s es ed er ers ing ings ly y al ion ions tion tions ment ments ness able ible ous ive ity ies est ful
less eur eurs euse aux age ages ance ence ite ique iste ir ait ant ants ent ons ez e ee ees
"""


def syllables():
    """Openings of a consonant and a vowel, so that unknown words share more than letters."""
    return [c + v for c in "bcdfghjklmnprstvwz" for v in "aeiou"]


def vocabulary():
    """(piece, length of its vector) in the order of the ids, each piece once."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = [("[PAD]", 0.0), ("[UNK]", 0.2), ("[CLS]", 0.05), ("[SEP]", 0.05), ("[MASK]", 0.0)]
    rows += [(c, 0.05) for c in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"]
    rows += [(c, 0.6) for c in "0123456789"] + [("##" + c, 0.6) for c in "0123456789"]
    rows += [(c, 0.2) for c in letters] + [("##" + c, 0.2) for c in letters]
    rows += [(s, 0.5) for s in syllables()] + [("##" + s, 0.5) for s in syllables()]
    rows += [("##" + e, 0.1) for e in ENDINGS.split()]
    rows += [(w, 0.1) for w in FUNCTION_WORDS.split()]
    rows += [(w, 1.0) for w in CONTENT_WORDS.split()]
    seen, out = set(), []
    for piece, length in rows:
        if piece not in seen:
            seen.add(piece)
            out.append((piece, length))
    return out


def direction(rng, n):
    v = [rng.gauss(0, 1) for _ in range(n)]
    length = math.sqrt(sum(x * x for x in v))
    return [x / length for x in v]


def matrix(rng, rows, cols, deviation):
    return [rng.gauss(0, deviation) for _ in range(rows * cols)]


def blind(weights, cols):
    """Nothing reads the two large components: they would add the same to every text."""
    for start in range(0, len(weights), cols):
        weights[start] = weights[start + 1] = 0.0


def tensors(words):
    rng = random.Random(20240229)
    free = HIDDEN - 2
    table, places = [], []
    for _, length in words:
        table += [CONSTANT, -CONSTANT] + [length * x for x in direction(rng, free)]
    for _ in range(POSITIONS):
        places += [0.0, 0.0] + [0.02 * x for x in direction(rng, free)]
    out = {
        "embeddings.word_embeddings.weight": ([len(words), HIDDEN], table),
        "embeddings.position_embeddings.weight": ([POSITIONS, HIDDEN], places),
        "embeddings.token_type_embeddings.weight": ([2, HIDDEN], [0.0] * (2 * HIDDEN)),
        "embeddings.LayerNorm.weight": ([HIDDEN], [1.0] * HIDDEN),
        "embeddings.LayerNorm.bias": ([HIDDEN], [0.0] * HIDDEN),
    }
    for layer in range(LAYERS):
        last = layer == LAYERS - 1
        for name, rows, cols in (
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", INNER, HIDDEN),
            ("output.dense", HIDDEN, INNER),
        ):
            key = "encoder.layer.%d.%s" % (layer, name)
            weights = matrix(rng, rows, cols, 0.02)
            if name != "output.dense":
                blind(weights, cols)
            out[key + ".weight"] = ([rows, cols], weights)
            out[key + ".bias"] = ([rows], matrix(rng, 1, rows, 0.001))
        for name, final in (("attention.output", False), ("output", last)):
            key = "encoder.layer.%d.%s.LayerNorm" % (layer, name)
            scale = [0.0, 0.0] if final else [1.0, 1.0]
            out[key + ".weight"] = ([HIDDEN], scale + [1.0] * free)
            out[key + ".bias"] = ([HIDDEN], [0.0] * HIDDEN)
    return out


def write_safetensors(path, named):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name in sorted(named):
        shape, values = named[name]
        raw = struct.pack("<%de" % len(values), *values)
        header[name] = {"dtype": "F16", "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


def write_json(path, value):
    with open(path, "w") as f:
        json.dump(value, f, indent=1)
        f.write("\n")


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    words = vocabulary()
    with open(os.path.join(here, "vocab.txt"), "w") as f:
        f.writelines(piece + "\n" for piece, _ in words)
    write_json(os.path.join(here, "config.json"), {
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": HIDDEN,
        "num_attention_heads": HEADS, "num_hidden_layers": LAYERS, "intermediate_size": INNER,
        "max_position_embeddings": POSITIONS, "type_vocab_size": 2, "vocab_size": len(words),
        "layer_norm_eps": 1e-12})
    write_json(os.path.join(here, "sentence_bert_config.json"), {"max_seq_length": POSITIONS})
    write_safetensors(os.path.join(here, "model.safetensors"), tensors(words))


if __name__ == "__main__":
    main()
