import java.nio.ByteBuffer;
import java.util.*;
import java.util.concurrent.*;
import java.util.zip.*;

/** What of a JVM comes from malloc(): threads, zip streams, direct buffers, code. The answers are checked. */
public class Unit {
  static long work(int seed) throws Exception {
    Random random = new Random(seed);
    long sum = 0;
    for (int i = 0; i < 60; ++i) {
      ByteBuffer direct = ByteBuffer.allocateDirect(1000 + random.nextInt(200000));
      byte[] text = new byte[direct.capacity()];
      random.nextBytes(text);
      Arrays.fill(text, 0, text.length / 2, (byte) i);
      Deflater deflater = new Deflater();
      deflater.setInput(text);
      deflater.finish();
      byte[] packed = new byte[text.length * 2 + 100];
      int length = deflater.deflate(packed);
      deflater.end();
      direct.put(packed, 0, Math.min(length, direct.capacity()));
      Inflater inflater = new Inflater();
      inflater.setInput(packed, 0, length);
      byte[] again = new byte[text.length];
      if (inflater.inflate(again) != text.length || !Arrays.equals(text, again)) throw new Exception("differs");
      inflater.end();
      sum += length + text[text.length - 1];
    }
    return sum;
  }

  public static void main(String[] arguments) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    List<Future<Long>> results = new ArrayList<>();
    for (int i = 0; i < 40; ++i) {
      final int seed = i;
      results.add(pool.submit(() -> work(seed)));
    }
    long sum = 0;
    for (Future<Long> result : results) sum += result.get();
    pool.shutdown();
    System.out.println(sum);
    for (int i = 0; i < 300; ++i) {
      Thread thread = new Thread(() -> ThreadLocalRandom.current().nextInt());
      thread.start();
      thread.join();
    }
    System.gc();
    Process child = new ProcessBuilder("echo", "child").inheritIO().start();
    System.out.println(child.waitFor());
  }
}
