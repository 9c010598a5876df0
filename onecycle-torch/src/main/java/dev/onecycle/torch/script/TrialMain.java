package dev.onecycle.torch.script;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.OnecycleException;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.module.ScriptProbe;
import dev.onecycle.torch.nn.NetworkJson;
import dev.onecycle.torch.nn.ScriptFile;
import dev.onecycle.torch.tune.MemoryBudget;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** The process of a {@link ScriptTrial}: reads requests, line by line, until there is no more. */
public final class TrialMain {
  static final String READY = "ready";
  static final String USABLE = "usable ";
  static final String REFUSED = "refused ";
  static final int TOO_LARGE = 3;

  private static final Path OOM_PREFERENCE = Path.of("/proc/self/oom_score_adj");
  private static final long MILLIS_BETWEEN_LOOKS = 2;

  private TrialMain() {}

  /**
   * Answers requests.
   *
   * @param arguments the mark of its answers, and the bytes that it may hold
   */
  public static void main(String[] arguments) throws InterruptedException {
    String mark = arguments[0];
    offerItself();
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    daemon(() -> read(requests));
    Natives.load();
    long limit = Long.parseLong(arguments[1]) + MemoryBudget.heldByThisProcess().orElse(0);
    daemon(() -> watchMemory(limit));
    while (true) {
      out.println(mark + READY);
      out.println(mark + answer(requests.take()));
    }
  }

  private static String answer(String request) {
    String[] words = request.split(" ", -1);
    Path path = Path.of(new String(Base64.getDecoder().decode(words[0]), StandardCharsets.UTF_8));
    ImageShape input =
        new ImageShape(
            Integer.parseInt(words[1]), Integer.parseInt(words[2]), Integer.parseInt(words[3]));
    try {
      return USABLE
          + NetworkJson.write(
              ScriptNetwork.of(
                  ScriptProbe.run(ScriptFile.at(path), input, Integer.parseInt(words[4]))));
    } catch (OnecycleException e) {
      return REFUSED + oneLine(e);
    } catch (RuntimeException e) {
      return REFUSED + "model " + path + " fails: " + oneLine(e);
    }
  }

  private static String oneLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  /** Where memory runs out for all, this process is to go, and not the one that started it. */
  private static void offerItself() {
    try {
      Files.writeString(OOM_PREFERENCE, "1000");
    } catch (IOException e) {
      // Another system than Linux, or one that forbids it: a precaution less, nothing more.
      System.getLogger(TrialMain.class.getName())
          .log(System.Logger.Level.DEBUG, "the process cannot offer itself", e);
    }
  }

  /** Ends the process with the one that asks, also in the midst of a trial. */
  private static void read(BlockingQueue<String> requests) {
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        requests.add(line);
      }
    } catch (IOException e) {
      System.err.println(e.getMessage());
    }
    Runtime.getRuntime().halt(0);
  }

  private static void watchMemory(long limit) {
    try {
      while (true) {
        if (MemoryBudget.heldByThisProcess().orElse(0) > limit) {
          Runtime.getRuntime().halt(TOO_LARGE);
        }
        Thread.sleep(MILLIS_BETWEEN_LOOKS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "onecycle-trial");
    thread.setDaemon(true);
    thread.setPriority(Thread.MAX_PRIORITY);
    thread.start();
  }
}
