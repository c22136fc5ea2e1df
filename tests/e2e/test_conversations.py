"""Conversations over rows and sections: another of a kind, what a row has besides, and what a heading names."""
from harness import serving
from test_documents import ingest

HUTS = "Hut;Beds;Warden;Height\nLarch;14;Ane Dahl;1210\nBirch;8;Tor Lie;940\nPine;22;Siv Berg;1105\nRowan;6;Jon Vik;1340\n"
FAULTS = """# Pump manual

## Faults
| Fault | Meaning | Cure |
|---|---|---|
| P-11 | low pressure | open the inlet valve |
| P-12 | fuse blown | put in a new fuse |
| P-13 | tank empty | fill the tank |
"""
RULES = """# Hausordnung der Seglerhalle

## § 1 Zugang
Die Halle ist von 7 bis 21 Uhr offen.

## § 2 Winterlager
Boote liegen von Oktober bis April in der Halle. Ein Platz kostet 140 Euro.

## § 3 Leitung
Die Leitung der Halle hat Frau Imke Detlefsen. Jeder Segler leistet vier Stunden Arbeit im Jahr.
"""
LEASE = ("# Lease of workshop unit 14\n\nThe rent is £1,850 a month, payable in advance. The tenant pays a deposit of £5,550 "
         "before moving in. The service charge is £140 a month and covers the lighting of the yard.\n")


def talk(server, *questions):
    """The answer to the last of them."""
    body = {"collections": ["talk"]}
    for question in questions:
        answer = server.post("/v1/chat/query", {**body, "question": question}).json
        body["conversation_id"] = answer["conversation_id"]
    return answer


def test_conversations_over_rows_and_sections(binary):
    told = ((("Who is the warden of the Larch hut?", "Which one has 22 beds?"), "Pine"),
            (("Who is the warden of the Larch hut?", "Which one has the fewest beds?"), "Rowan"),
            (("Who is the warden of the Larch hut?", "Which one has the fewest beds?", "Who is its warden?"), "Jon Vik"),
            (("How much is the deposit of unit 14?", "And the rent?"), "1,850"),
            (("How much is the rent of unit 14?", "And the service charge?"), "140"),
            (("What does P-11 mean?", "Which one means tank empty?"), "P-13"),
            (("What does P-11 mean?", "And P-12?", "Which one means tank empty?"), "P-13"),
            (("Was steht in § 2 der Hausordnung?",), "140 Euro"),
            (("Was steht in § 2 der Hausordnung?", "Und in § 1?"), "7 bis 21 Uhr"),
            (("How many beds does the Birch hut have? Thanks a lot!",), "Beds: 8"),
            (("I'm new here and a bit lost - what does P-12 mean?",), "fuse blown"),
            (("Ich hätte gern gewusst, was ein Platz im Winterlager kostet.",), "140 Euro"))
    with serving(binary) as server:
        folder = server.place.home / "talk"
        folder.mkdir()
        (folder / "huts.csv").write_text(HUTS)
        (folder / "pump.md").write_text(FAULTS)
        (folder / "hausordnung.md").write_text(RULES)
        (folder / "lease.md").write_text(LEASE)
        ingest(server, folder, "talk")
        for questions, wanted in told:
            answer = talk(server, *questions)
            assert wanted in answer["answer"] and answer["citations"], (questions, answer["answer"], answer["route"])
        for question, refusal in (("Cosa significa P-99?", "Nulla"), ("A que horas parte o comboio para o Porto?", "Nada")):
            answer = talk(server, question)
            assert answer["answer"].startswith(refusal) and not answer["citations"], answer
        answer = talk(server, "Was steht in § 9 der Hausordnung?")
        assert not answer["citations"], answer
