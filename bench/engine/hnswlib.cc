// hnswlib.cc - the peer: the same vectors in hnswlib's graph, M 16, efConstruction 200, inner product, one thread.
// The graph whose building is timed is that of the first 100,000; where there are more, that of all of them is built by
// all cores and kept in the folder as hnswlib-graph.
// Prints "build <vectors a second>", "bytes <a vector>", then "walk <recall> <queries a second> <p50 us> <p99 us>".
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

static double cpu()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

struct Rows {
    uint32_t head[2];
    std::vector<uint32_t> numbers;
    const float *row(uint32_t i) const { return reinterpret_cast<const float *>(&numbers[size_t(i) * head[1]]); }
};

static Rows read(const std::string &path)
{
    Rows r;
    FILE *f = fopen(path.c_str(), "rb");
    if (f == nullptr || fread(r.head, sizeof r.head, 1, f) != 1)
        exit(1);
    r.numbers.resize(size_t(r.head[0]) * r.head[1]);
    if (fread(r.numbers.data(), 4, r.numbers.size(), f) != r.numbers.size())
        exit(1);
    fclose(f);
    return r;
}

using Graph = hnswlib::HierarchicalNSW<float>;

// A graph of all vectors, as it was kept or built by all cores.
static std::unique_ptr<Graph> all_of(hnswlib::InnerProductSpace &space, const Rows &vectors, const std::string &kept)
{
    if (FILE *f = fopen(kept.c_str(), "rb")) {
        fclose(f);
        return std::make_unique<Graph>(&space, kept, false, vectors.head[0]);
    }
    auto graph = std::make_unique<Graph>(&space, vectors.head[0], 16, 200);
    std::atomic<uint32_t> next{0};
    std::vector<std::thread> threads;
    for (unsigned t = std::max(std::thread::hardware_concurrency(), 1u); t > 0; t--)
        threads.emplace_back([&] {
            for (uint32_t i = next++; i < vectors.head[0]; i = next++)
                graph->addPoint(vectors.row(i), i);
        });
    for (std::thread &t : threads)
        t.join();
    graph->saveIndex(kept + ".tmp");
    rename((kept + ".tmp").c_str(), kept.c_str());
    return graph;
}

int main(int, char **argv)
{
    const std::string folder = argv[1];
    const Rows vectors = read(folder + "/vectors"), questions = read(folder + "/questions"),
               truth = read(folder + "/truth");
    hnswlib::InnerProductSpace space(vectors.head[1]);
    const uint32_t timed = std::min(vectors.head[0], 100000u);
    auto held = std::make_unique<Graph>(&space, timed, 16, 200);
    double start = cpu();
    for (uint32_t i = 0; i < timed; i++)
        held->addPoint(vectors.row(i), i);
    printf("build %.1f\n", timed / (cpu() - start));
    fflush(stdout);
    if (vectors.head[0] > timed)
        held = all_of(space, vectors, folder + "/hnswlib-graph");
    Graph &graph = *held;
    printf("bytes %.1f\n", double(graph.size_data_per_element_) + 8 + 16.0 / 15 * 68);
    fflush(stdout);
    for (size_t ef : {10, 14, 18, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024}) {
        graph.setEf(ef);
        std::vector<double> rates, micros(questions.head[0]);
        size_t hits = 0;
        for (int round = 0; round < 3; round++) {
            double sum = 0;
            hits = 0;
            for (uint32_t q = 0; q < questions.head[0]; q++) {
                start = cpu();
                auto found = graph.searchKnn(questions.row(q), 10);
                micros[q] = (cpu() - start) * 1e6;
                sum += micros[q];
                for (; !found.empty(); found.pop())
                    for (int k = 0; k < 10; k++)
                        hits += truth.numbers[size_t(q) * 10 + k] == found.top().second;
            }
            rates.push_back(questions.head[0] / (sum * 1e-6));
        }
        std::sort(rates.begin(), rates.end());
        std::sort(micros.begin(), micros.end());
        printf("walk %.4f %.0f %.1f %.1f\n", double(hits) / (10.0 * questions.head[0]), rates[1],
               micros[micros.size() / 2], micros[micros.size() * 99 / 100]);
        fflush(stdout);
    }
}
