// xapian.cc - the prepared words of bench_keyword in Xapian: terms with frequencies, no positions, one thread.
// Prints what keyword.c prints. Built by keyword.py against the package libxapian-dev.

#include <xapian.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

static const unsigned TOP = 10, ROUNDS = 3, DELETED_EVERY = 100;

static double seconds()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

static std::vector<uint32_t> numbers(const std::string &path)
{
    std::ifstream f(path, std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(f)), std::istreambuf_iterator<char>());
    const uint32_t *first = reinterpret_cast<const uint32_t *>(bytes.data());
    return {first, first + bytes.size() / 4};
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    const std::string folder = argv[1];
    std::vector<std::string> words;
    std::ifstream vocabulary(folder + "/vocabulary");
    for (std::string line; std::getline(vocabulary, line);)
        words.push_back(line);
    const std::vector<uint32_t> passages = numbers(folder + "/passages");
    setenv("XAPIAN_FLUSH_THRESHOLD", "100000", 1);
    double start = seconds();
    Xapian::WritableDatabase db(folder + "/xapian-index", Xapian::DB_CREATE_OR_OVERWRITE);
    uint32_t count = 0;
    for (size_t at = 0; at < passages.size(); at += 2 + passages[at + 1], count++) {
        Xapian::Document d;
        for (uint32_t i = 0; i < passages[at + 1]; i++)
            d.add_term(words[passages[at + 2 + i]]);
        d.add_boolean_term("Q" + std::to_string(count));
        db.add_document(d);
    }
    db.commit();
    std::printf("index %.1f\n", count / (seconds() - start));
    for (uint32_t i = 0; i < count; i += DELETED_EVERY)
        db.delete_document("Q" + std::to_string(i));
    db.commit();
    Xapian::Database reader(folder + "/xapian-index");
    for (unsigned length = 2; length <= 8; length *= 2) {
        const std::vector<uint32_t> asked = numbers(folder + "/queries-" + std::to_string(length));
        const size_t n = asked.size() / length;
        std::vector<double> rates, micros(n);
        std::vector<long> hits(n * TOP, -1);
        for (unsigned r = 0; r < ROUNDS; r++) {
            start = seconds();
            for (size_t q = 0; q < n; q++) {
                const double before = seconds();
                std::vector<Xapian::Query> terms;
                for (unsigned i = 0; i < length; i++)
                    terms.emplace_back(words[asked[q * length + i]]);
                Xapian::Enquire enquire(reader);
                enquire.set_query(Xapian::Query(Xapian::Query::OP_OR, terms.begin(), terms.end()));
                enquire.set_weighting_scheme(Xapian::BM25Weight(1.2, 0, 1000, 0.75, 0));
                const Xapian::MSet found = enquire.get_mset(0, TOP);
                micros[q] = (seconds() - before) * 1e6;
                size_t i = 0;
                for (Xapian::MSetIterator it = found.begin(); it != found.end(); ++it)
                    hits[q * TOP + i++] = long(*it) - 1;
            }
            rates.push_back(double(n) / (seconds() - start));
        }
        std::sort(rates.begin(), rates.end());
        std::sort(micros.begin(), micros.end());
        std::printf("query %u %.1f %.1f %.1f\n", length, rates[ROUNDS / 2], micros[n / 2], micros[n * 99 / 100]);
        std::ofstream out(folder + "/xapian-" + std::to_string(length));
        for (size_t i = 0; i < hits.size(); i++)
            out << hits[i] << (i % TOP + 1 < TOP ? ' ' : '\n');
    }
    std::fflush(stdout);
    return 0;
}
