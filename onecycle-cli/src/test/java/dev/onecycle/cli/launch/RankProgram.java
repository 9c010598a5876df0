package dev.onecycle.cli.launch;

import dev.onecycle.cli.console.Signals;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * A rank that does as it is told: words are {@code RANK/ATTEMPT/ACTION}, where {@code *} stands for
 * any, and are done in their order.
 */
final class RankProgram {
  private RankProgram() {}

  public static void main(String[] words) throws InterruptedException {
    Map<String, String> variables = new TreeMap<>(System.getenv());
    LauncherWatch.begin(variables);
    String rank = variables.get("RANK");
    String attempt = variables.get("TORCHELASTIC_RESTART_COUNT");
    for (String word : words) {
      String[] parts = word.split("/", 3);
      if ((parts[0].equals("*") || parts[0].equals(rank))
          && (parts[1].equals("*") || parts[1].equals(attempt))) {
        act(parts[2], variables);
      }
    }
    System.exit(0);
  }

  private static void act(String action, Map<String, String> variables)
      throws InterruptedException {
    String[] parts = action.split("=", 2);
    switch (parts[0]) {
      case "say" -> System.out.println(parts[1]);
      case "repeat" ->
          new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8)
              .println("{\"a\":\"" + "\u00e4".repeat(Integer.parseInt(parts[1])) + "\"}");
      case "complain" -> System.err.println(parts[1]);
      case "variables" ->
          variables.forEach(
              (name, value) -> {
                if (name.matches(
                    "RANK|.*_RANK|.*WORLD_SIZE|MASTER.*|TORCHELASTIC.*|SLURM.*|PET.*|KEPT")) {
                  System.out.println(name + "=" + value);
                }
              });
      case "pause" -> Thread.sleep(Long.parseLong(parts[1]));
      case "exit" -> Runtime.getRuntime().halt(Integer.parseInt(parts[1]));
      case "fail-after-stop" -> {
        Signals.watch();
        System.out.println("trains");
        awaitStop();
        Runtime.getRuntime().halt(Integer.parseInt(parts[1]));
      }
      case "hang" -> Thread.sleep(600_000);
      case "stubborn" -> {
        Runtime.getRuntime().addShutdownHook(new Thread(RankProgram::stay));
        System.out.println("stubborn");
        Thread.sleep(600_000);
      }
      case "train" -> {
        Signals.watch();
        System.out.println("trains");
        train(Long.parseLong(parts[1]));
        System.exit(Signals.exitCode());
      }
      default -> throw new IllegalArgumentException(action);
    }
  }

  private static void stay() {
    try {
      Thread.sleep(600_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a signal, then saves, for some time that nothing interrupts. */
  private static void train(long saving) {
    awaitStop();
    Signals.uninterrupted(
        () -> {
          try {
            Thread.sleep(saving);
          } catch (InterruptedException e) {
            System.out.println("disturbed");
          }
        });
    System.out.println("saved");
    System.out.flush();
  }

  private static void awaitStop() {
    while (!Signals.stopRequested()) {
      if (Signals.saveRequested()) {
        System.out.println("saved on the way");
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        continue;
      }
    }
  }
}
