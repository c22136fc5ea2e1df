// hnswlib.cc - the peer: the same vectors in hnswlib's graph, M 16, efConstruction 200, inner product, one thread.
// Prints "build <vectors a second>", "bytes <a vector>", then "walk <recall> <queries a second> <p50 us> <p99 us>".
#include <hnswlib/hnswlib.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>
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

int main(int, char **argv)
{
    const std::string folder = argv[1];
    const Rows vectors = read(folder + "/vectors"), questions = read(folder + "/questions"),
               truth = read(folder + "/truth");
    hnswlib::InnerProductSpace space(vectors.head[1]);
    hnswlib::HierarchicalNSW<float> graph(&space, vectors.head[0], 16, 200);
    double start = cpu();
    for (uint32_t i = 0; i < vectors.head[0]; i++)
        graph.addPoint(vectors.row(i), i);
    printf("build %.1f\n", vectors.head[0] / (cpu() - start));
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
