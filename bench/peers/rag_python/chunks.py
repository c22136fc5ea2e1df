"""chunks.py - a document cut into chunks: whole sentences, packed while they fit, the title before each."""
import re

SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def cut(title, text, most):
    """Texts of at most `most` characters, title included; a sentence that is longer is cut between words."""
    head = title + "\n" if title else ""
    room, chunk = max(most - len(head), most // 2), ""
    for piece in pieces(text, room):
        if chunk and len(chunk) + 1 + len(piece) > room:
            yield head + chunk
            chunk = piece
        else:
            chunk = f"{chunk} {piece}" if chunk else piece
    if chunk or head:
        yield head + chunk


def pieces(text, room):
    for sentence in SENTENCE_END.split(text):
        while len(sentence) > room:
            at = sentence.rfind(" ", 1, room)
            at = at if at > 0 else room
            yield sentence[:at]
            sentence = sentence[at:].lstrip()
        if sentence:
            yield sentence
