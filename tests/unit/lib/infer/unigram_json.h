/* unigram_json.h - the text of a small tokenizer.json of the kind "Unigram", by its parts. */
#ifndef ANC_TESTS_UNIT_LIB_INFER_UNIGRAM_JSON_H
#define ANC_TESTS_UNIT_LIB_INFER_UNIGRAM_JSON_H

/* The ids of VOCAB. */
enum { BOS, PAD, EOS, UNK, MARK, A, B, AB, M_A, M_AB, ABA, ACCENT, HAN, DOTS, MASK };

#define POST                                                                            \
    "\"post_processor\":{\"type\":\"RobertaProcessing\",\"sep\":[\"</s>\",2],\"cls\":[" \
    "\"<s>\",0]}"
#define SPECIAL(id) "{\"id\":" id ",\"special\":true}"
#define ADDED                                                                        \
    "\"added_tokens\":[" SPECIAL("0") "," SPECIAL("1") "," SPECIAL("2") "," SPECIAL( \
        "3") "," SPECIAL("14") "]"
#define VOCAB                                                                                 \
    "[[\"<s>\",0],[\"<pad>\",0],[\"</s>\",0],[\"<unk>\",0.0],[\"\xE2\x96\x81\",-2],[\"a\","   \
    "-3.5],[\"b\",-3.5],[\"ab\",-5],[\"\xE2\x96\x81\x61\",-4],[\"\xE2\x96\x81\x61\x62\",-9]," \
    "[\"aba\",-6],[\"\xC3\xA9\",-5],[\"\xE5\xA5\xBD\",-5],[\"...\",-4],[\"<mask>\",0]]"
#define MODEL      "\"model\":{\"type\":\"Unigram\",\"unk_id\":3,\"vocab\":" VOCAB "}"
#define META(more) "{\"type\":\"Metaspace\",\"replacement\":\"\xE2\x96\x81\"" more "}"
#define JSON(normalizer, pre) \
    "{\"normalizer\":" normalizer ",\"pre_tokenizer\":" pre "," MODEL "," ADDED "," POST "}"

/* Steps of a normaliser. */
#define REPLACE(pattern, content) \
    "{\"type\":\"Replace\",\"pattern\":{" pattern "},\"content\":\"" content "\"}"
#define STRIP(left, right) "{\"type\":\"Strip\",\"strip_left\":" left ",\"strip_right\":" right "}"
#define LOWER              "{\"type\":\"Lowercase\"}"
#define LOWER_4            LOWER "," LOWER "," LOWER "," LOWER

#endif
