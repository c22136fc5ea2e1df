/* word_lists.c - one entry a language: the words that the rules count. */
#include "complexity_impl.h"

const rte_words rte_word_lists[RTE_LANGUAGES] = {
    {"the|is|are|was|were|of|in|on|for|to|does|do|did|can|my|your|it|this|that|there",
     {[RTE_CLAUSES] =
          "and|or|but|if|while|although|though|unless|because|whereas|when i|after|before",
      [RTE_QUESTIONS] = "what|when|where|who|whom|whose|which|how",
      [RTE_COMPARISON] =
          "compare|compared|comparison|versus|vs|difference|differences|differ|better|worse|"
          "rather than|as opposed to|advantages|disadvantages|pros and cons",
      [RTE_ENUMERATION] = "list|all|each|every|enumerate|summarise|summarize|overview|respectively",
      [RTE_REASONING] =
          "why|explain|reason|reasons|consequences|implications|should|evaluate|analyse|"
          "analyze|prove|justify|recommend|step by step|what if|how come"}},
    {"le|la|les|des|du|est|sont|une|dans|pour|sur|au|aux|ce|cette|il|elle|je|que|de",
     {[RTE_CLAUSES] =
          "et|ou|mais|si|alors que|bien que|parce que|tandis que|lorsque|puisque|sauf si",
      [RTE_QUESTIONS] =
          "que|quoi|quel|quelle|quels|quelles|quand|qui|o\u00F9|comment|combien|qu'est-ce",
      [RTE_COMPARISON] =
          "comparer|compare|comparaison|versus|diff\u00E9rence|diff\u00E9rences|diff\u00E8re|"
          "diff\u00E8rent|plut\u00F4t|meilleur|meilleure|pire|avantages|inconv\u00E9nients",
      [RTE_ENUMERATION] =
          "liste|lister|tous|toutes|chaque|\u00E9num\u00E8re|\u00E9num\u00E9rer|r\u00E9sume|"
          "r\u00E9sumer|aper\u00E7u|respectivement",
      [RTE_REASONING] =
          "pourquoi|expliquer|explique|expliquez|raison|raisons|cons\u00E9quences|analyser|"
          "analyse|devrait|faut-il|justifier|justifie|recommander|\u00E9valuer|"
          "\u00E9tape par \u00E9tape"}},
    {"der|die|das|den|dem|ist|sind|ein|eine|einen|f\u00FCr|mit|von|im|zu|auf|es|ich|man|nicht",
     {[RTE_CLAUSES] =
          "und|oder|aber|wenn|falls|weil|obwohl|w\u00E4hrend|dass|damit|nachdem|bevor|sofern",
      [RTE_QUESTIONS] =
          "was|wann|wo|wer|wem|wen|wessen|welche|welcher|welches|welchen|wie|wieviel|wohin|woher",
      [RTE_COMPARISON] =
          "vergleiche|vergleichen|vergleich|verglichen|unterschied|unterschiede|"
          "unterscheidet|unterscheiden|besser|schlechter|statt|vorteile|nachteile|im gegensatz",
      [RTE_ENUMERATION] = "liste|alle|jede|jeder|jedes|jeweils|nenne|aufz\u00E4hlen|z\u00E4hle|"
                          "zusammenfassen|zusammenfassung|\u00FCberblick|\u00FCbersicht",
      [RTE_REASONING] =
          "warum|weshalb|wieso|erkl\u00E4re|erkl\u00E4ren|grund|gr\u00FCnde|folgen|begr\u00FCnde|"
          "begr\u00FCnden|bewerte|bewerten|analysiere|analysieren|sollte|sollten|empfehlen|"
          "schritt f\u00FCr schritt"}},
    {"el|los|las|del|es|son|una|en|para|por|con|se|su|al|lo|de",
     {[RTE_CLAUSES] = "y|o|pero|si|aunque|mientras|porque|cuando se|salvo que|ya que",
      [RTE_QUESTIONS] =
          "qu\u00E9|cu\u00E1ndo|d\u00F3nde|qui\u00E9n|qui\u00E9nes|cu\u00E1l|cu\u00E1les|c\u00F3mo|"
          "cu\u00E1nto|cu\u00E1nta|cu\u00E1ntos|cu\u00E1ntas",
      [RTE_COMPARISON] =
          "comparar|compara|comparaci\u00F3n|diferencia|diferencias|difiere|mejor|peor|en vez de|"
          "ventajas|desventajas",
      [RTE_ENUMERATION] = "lista|todos|todas|cada|enumera|enumerar|resume|resumir|resumen",
      [RTE_REASONING] =
          "por qu\u00E9|explica|explicar|raz\u00F3n|razones|consecuencias|analiza|analizar|"
          "deber\u00EDa|eval\u00FAa|evaluar|justifica|recomendar|paso a paso"}},
    {"il|lo|gli|della|del|dei|sono|una|nel|nella|per|con|di|che|alla|al",
     {[RTE_CLAUSES] = "e|o|ma|se|anche se|mentre|perch\u00E9 non|sebbene|poich\u00E9|quando si",
      [RTE_QUESTIONS] = "cosa|quando|dove|chi|quale|quali|come|quanto|quanta|quanti|quante",
      [RTE_COMPARISON] =
          "confronta|confrontare|confronto|differenza|differenze|meglio|peggio|migliore|"
          "peggiore|invece di|vantaggi|svantaggi",
      [RTE_ENUMERATION] =
          "elenca|elencare|elenco|tutti|tutte|ogni|ciascuno|riassumi|riassumere|panoramica",
      [RTE_REASONING] =
          "perch\u00E9|spiega|spiegare|ragione|ragioni|conseguenze|analizza|analizzare|dovrebbe|"
          "valuta|valutare|giustifica|raccomandare|passo per passo"}},
};
