import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.ArrayList;
import java.util.List;

/** Threads, garbage, files, a child process, signals of the JVM's own (a null pointer), and a shutdown hook. */
public final class Work {
  public static void main(String[] args) throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<Future<Long>> parts = new ArrayList<>();
    for (int part = 0; part < 64; part++) {
      final int seed = part;
      parts.add(pool.submit(() -> {
        long sum = seed;
        for (int i = 0; i < 20_000; i++) {
          sum = sum * 31 + new byte[64 + i % 64].length;
        }
        return sum;
      }));
    }
    long total = 0;
    for (Future<Long> part : parts) {
      total ^= part.get();
    }
    pool.shutdown();
    System.gc();
    System.out.println("total " + total);
    Files.writeString(Path.of("written"), "by Java\n");
    Process child = new ProcessBuilder("sh", "-c", "echo child; exit 9").inheritIO().start();
    System.out.println("child " + child.waitFor());
    int caught = 0;
    for (int i = 0; i < 20_000; i++) {
      try {
        String none = i < 0 ? "" : null;
        none.length();
      } catch (NullPointerException expected) {
        caught++;
      }
    }
    System.out.println("caught " + caught);
    System.exit(11);
  }
}
