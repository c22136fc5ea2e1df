// Lucene.java - the prepared words of bench_keyword in Lucene, at its best: one field with frequencies and no
// positions, terms handed over as bytes, one thread, merges by the thread that adds, one segment, no query cache.
// Runs with Lucene 8.7 to 10; prints what keyword.c prints.

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.BytesTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.FieldType;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.SerialMergeScheduler;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;

public final class Lucene {
    static final int TOP = 10, ROUNDS = 5, INDEX_ROUNDS = 3, DELETED_EVERY = 100;

    static BytesRef[] words;
    static int[] passages; // as the file has them
    static int count;
    static Path folder;

    /** The words of one passage, bytes as they stand. */
    static final class Words extends TokenStream {
        final BytesTermAttribute term = addAttribute(BytesTermAttribute.class);
        int at, end;

        @Override
        public boolean incrementToken() {
            if (at == end) return false;
            clearAttributes();
            term.setBytesRef(words[passages[at++]]);
            return true;
        }
    }

    static int[] ints(String name) throws IOException {
        try (FileChannel f = FileChannel.open(folder.resolve(name), StandardOpenOption.READ)) {
            ByteBuffer b = ByteBuffer.allocate((int) f.size()).order(ByteOrder.nativeOrder());
            while (b.hasRemaining() && f.read(b) >= 0) {}
            b.flip();
            int[] all = new int[b.remaining() / 4];
            b.asIntBuffer().get(all);
            return all;
        }
    }

    static void read() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("vocabulary"), StandardCharsets.UTF_8);
        words = new BytesRef[lines.size()];
        for (int i = 0; i < words.length; i++) words[i] = new BytesRef(lines.get(i));
        passages = ints("passages");
        for (int at = 0; at < passages.length; at += 2 + passages[at + 1]) count++;
    }

    static double processSeconds() {
        return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                        .getProcessCpuTime() * 1e-9;
    }

    static double threadSeconds() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() * 1e-9;
    }

    static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    static IndexWriterConfig config() {
        IndexWriterConfig c = new IndexWriterConfig((Analyzer) null);
        c.setRAMBufferSizeMB(256);
        c.setMergeScheduler(new SerialMergeScheduler());
        c.setMergePolicy(new LogDocMergePolicy()); // keeps the order: a document's number is its passage's
        c.setUseCompoundFile(false);
        return c;
    }

    static void empty(Path where) throws IOException {
        if (!Files.isDirectory(where)) return;
        try (java.util.stream.Stream<Path> all = Files.list(where)) {
            for (Path p : (Iterable<Path>) all::iterator) Files.delete(p);
        }
    }

    /** Passages a second of processor time, all threads, merged into one segment and synced. */
    static double index(Directory to, Path where) throws IOException {
        empty(where);
        double start = threadSeconds();
        FieldType type = new FieldType();
        type.setTokenized(true);
        type.setIndexOptions(IndexOptions.DOCS_AND_FREQS);
        type.freeze();
        try (IndexWriter writer = new IndexWriter(to, config())) {
            Words stream = new Words();
            Document document = new Document();
            StringField key = new StringField("key", "", Field.Store.NO);
            document.add(key);
            document.add(new Field("words", stream, type));
            int at = 0;
            for (int i = 0; i < count; i++) {
                key.setStringValue(Integer.toString(i));
                stream.at = at + 2;
                stream.end = at = at + 2 + passages[at + 1];
                writer.addDocument(document);
            }
            writer.forceMerge(1);
            writer.commit();
        }
        return count / (threadSeconds() - start);
    }

    static long bytes(Path where) throws IOException {
        long sum = 0;
        try (java.util.stream.Stream<Path> all = Files.list(where)) {
            for (Path p : (Iterable<Path>) all::iterator)
                if (p.toString().endsWith(".doc")) sum += Files.size(p);
        }
        return sum;
    }

    static BooleanQuery[] queries(int length) throws IOException {
        int[] numbers = ints("queries-" + length);
        BooleanQuery[] all = new BooleanQuery[numbers.length / length];
        for (int q = 0; q < all.length; q++) {
            BooleanQuery.Builder b = new BooleanQuery.Builder();
            for (int i = 0; i < length; i++)
                b.add(new TermQuery(new Term("words", words[numbers[q * length + i]])), BooleanClause.Occur.SHOULD);
            all[q] = b.build();
        }
        return all;
    }

    static double round(IndexSearcher searcher, BooleanQuery[] all, int[] hits, double[] micros) throws IOException {
        double start = threadSeconds();
        for (int q = 0; q < all.length; q++) {
            double before = threadSeconds();
            ScoreDoc[] found = searcher.search(all[q], TOP).scoreDocs;
            micros[q] = (threadSeconds() - before) * 1e6;
            for (int i = 0; i < TOP; i++) hits[q * TOP + i] = i < found.length ? found[i].doc : -1;
        }
        return all.length / (threadSeconds() - start);
    }

    static void search(IndexSearcher searcher, int length, String name) throws IOException {
        BooleanQuery[] all = queries(length);
        int[] hits = new int[all.length * TOP];
        double[] rates = new double[ROUNDS], micros = new double[all.length];
        for (int r = 0; r < 12; r++) round(searcher, all, hits, micros); // compiled by then
        for (int r = 0; r < ROUNDS; r++) rates[r] = round(searcher, all, hits, micros);
        Arrays.sort(micros);
        System.out.printf("query %d %.1f %.1f %.1f%n", length, median(rates), micros[all.length / 2],
                micros[all.length * 99 / 100]);
        try (PrintWriter w = new PrintWriter(folder.resolve(name + "-" + length).toFile())) {
            for (int q = 0; q < all.length; q++)
                for (int i = 0; i < TOP; i++) w.print(hits[q * TOP + i] + (i + 1 < TOP ? " " : "\n"));
        }
    }

    public static void main(String[] args) throws IOException {
        folder = Paths.get(args[0]);
        String name = args[1];
        Path where = folder.resolve(name + "-index");
        read();
        Directory directory = new MMapDirectory(where);
        double[] rates = new double[INDEX_ROUNDS];
        for (int r = 0; r < INDEX_ROUNDS; r++) rates[r] = index(directory, where);
        System.out.printf("index %.1f%n", median(rates));
        System.out.printf("bytes %d%n", bytes(where));
        try (IndexWriter writer = new IndexWriter(directory, config())) {
            for (int i = 0; i < count; i += DELETED_EVERY)
                writer.deleteDocuments(new Term("key", Integer.toString(i)));
        }
        try (DirectoryReader reader = DirectoryReader.open(directory)) {
            IndexSearcher searcher = new IndexSearcher(reader);
            searcher.setSimilarity(new BM25Similarity(1.2f, 0.75f));
            searcher.setQueryCache(null);
            for (int length = 2; length <= 8; length *= 2) search(searcher, length, name);
        }
        System.out.flush();
    }
}
