/* test_provider.c - the provider's contract against the fake and the extractive adapter. */
#include "support/test.h"

#include "provider_suite.h"

#include <stdlib.h>

#include "rag/adapters/extractive/rag_extractive.h"
#include "support/rag/fakes.h"

typedef struct fake_world {
    fake_tasks tasks;
    fake_provider provider;
} fake_world;

static void *open_fake(rag_provider *ret)
{
    fake_world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->provider = (fake_provider){.loop = &w->tasks,
                                  .name = "alpha",
                                  .model = "a-1",
                                  .tokens = {"About ", "14 months", " [1]."}};
    *ret = fake_provider_port(&w->provider);
    return w;
}

static void *open_extractive(rag_provider *ret)
{
    fake_world *w = calloc(1, sizeof *w);
    anc_err err;
    assert_non_null(w);
    const rag_extractive_options options = {.cpu = fake_tasks_executor(&w->tasks),
                                            .loop = fake_tasks_executor(&w->tasks)};
    ASSERT_OK(rag_extractive_open(&options, ret, &err), &err);
    return w;
}

static bool step(void *self)
{
    return fake_tasks_step(&((fake_world *)self)->tasks);
}

static void close_world(void *self, rag_provider provider)
{
    rag_provider_close(provider);
    free(self);
}

int main(void)
{
    static const provider_bench benches[] = {
        {"fake", open_fake, step, close_world},
        {"extractive", open_extractive, step, close_world},
    };
    int failed = 0;
    for (size_t i = 0; i < ANC_COUNT(benches); i++)
        failed += provider_suite_run(&benches[i]);
    return failed;
}
