/* question.c - checks on the text of a question. */
#include "rag/domain/question.h"

#include "base/str.h"
#include "base/utf8.h"
#include "text/normalize.h"

#define POINTER "/question"

anc_status rag_question_check(anc_str question, size_t max_chars, anc_err *err)
{
    const size_t valid = anc_utf8_valid_prefix(question);
    if (valid != question.len)
        return ANC_FAIL_FIELD(err, ANC_INVALID, POINTER,
                              "question is not valid UTF-8 (byte %zu of %zu)", valid + 1,
                              question.len);
    const size_t chars = anc_utf8_count(question);
    if (chars == 0)
        return ANC_FAIL_FIELD(err, ANC_INVALID, POINTER,
                              "question is empty (0 characters; 1 to %zu are allowed)", max_chars);
    if (chars > max_chars)
        return ANC_FAIL_FIELD(err, ANC_INVALID, POINTER,
                              "question has %zu characters; 1 to %zu are allowed", chars,
                              max_chars);
    if (txt_trim(question).len == 0)
        return ANC_FAIL_FIELD(err, ANC_INVALID, POINTER,
                              "question is blank (%zu characters, all of them white space)", chars);
    return ANC_OK;
}

anc_str rag_question_title(anc_str question, size_t max_chars)
{
    anc_str line = txt_trim(question);
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] == '\n' || line.ptr[i] == '\r') {
            line = txt_trim(anc_str_sub(line, 0, i));
            break;
        }
    const size_t most = anc_utf8_offset(line, max_chars);
    if (most == line.len)
        return line;
    size_t end = most;
    while (end > most / 2 && line.ptr[end] != ' ')
        end--;
    return txt_trim(anc_str_sub(line, 0, end > most / 2 ? end : most));
}
