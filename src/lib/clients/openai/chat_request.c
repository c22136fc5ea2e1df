/* chat_request.c - the JSON of a chat completion request. */
#include "openai_impl.h"
#include "json/json.h"

static void put_messages(json_writer *w, const clt_openai_request *request)
{
    json_name(w, "messages");
    json_open_array(w);
    for (size_t i = 0; i < request->n_messages; i++) {
        json_open_object(w);
        json_put_str(w, "role", request->messages[i].role);
        json_put_str(w, "content", request->messages[i].content);
        json_close_object(w);
    }
    json_close_array(w);
}

anc_status clt_chat_request_write(const clt_openai_request *request, anc_buf *out, anc_err *err)
{
    json_writer w = json_writer_of(out);
    json_open_object(&w);
    json_put_str(&w, "model", request->model);
    put_messages(&w, request);
    if (request->temperature >= 0)
        json_put_real(&w, "temperature", request->temperature);
    if (request->max_tokens > 0)
        json_put_int(&w, "max_tokens", request->max_tokens);
    json_put_bool(&w, "stream", request->stream);
    if (request->stream) {
        /* without it a stream does not say how many tokens it took */
        json_name(&w, "stream_options");
        json_open_object(&w);
        json_put_bool(&w, "include_usage", true);
        json_close_object(&w);
    }
    json_close_object(&w);
    return anc_buf_status(out, "the request to the language model", err);
}
