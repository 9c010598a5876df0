package dev.onecycle.selftest.run;

import dev.onecycle.selftest.Expect;
import dev.onecycle.selftest.ProcessUnderTest;
import dev.onecycle.selftest.Program;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * Runs of a second or two in processes of their own: 512 images of 16×16 in four classes, three
 * epochs of 16 steps, with shuffle, crops, flips, dropout, and rate and momentum that move.
 *
 * @param program under test
 * @param home where images, decoded images and the undisturbed run are
 */
record TinyRuns(Program program, Path home) {
  static final int STEPS = 48;
  static final int EPOCH = 16;
  private static final int SIDE = 16;
  private static final List<String> SETTINGS =
      List.of(
          "--epochs=3",
          "--batch-size=32",
          "--dropout=0.2",
          "--precision=fp32",
          "--threads=1",
          "--seed=7");

  private static final Object PREPARING = new Object();

  /** What a case is tried with; images and the undisturbed run are made once a group. */
  static TinyRuns in(Path caseFolder, Program program) throws IOException, InterruptedException {
    Path home = caseFolder.resolveSibling("tiny-runs");
    TinyRuns runs = new TinyRuns(program, home);
    synchronized (PREPARING) {
      if (!Files.exists(home)) {
        Files.createDirectories(home);
        runs.draw();
        Path whole = runs.whole();
        runs.train(whole, List.of()).end(0);
      }
    }
    return runs;
  }

  /** The run that nothing disturbed. */
  Path whole() {
    return home.resolve("whole");
  }

  private void draw() throws IOException {
    for (String part : List.of("train", "test")) {
      int count = part.equals("train") ? 128 : 16;
      for (int c = 0; c < 4; c++) {
        Path folder = Files.createDirectories(home.resolve("data").resolve(part).resolve("c" + c));
        for (int i = 0; i < count; i++) {
          BufferedImage image = image(c, new SplittableRandom(1000L * c + i + part.length()));
          ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
        }
      }
    }
  }

  /** Noise, brighter in the channel of its class; the fourth class has none. */
  private static BufferedImage image(int label, SplittableRandom random) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      int pixel = 0;
      for (int channel = 0; channel < 3; channel++) {
        pixel = pixel << 8 | ((channel == label ? 100 : 60) + random.nextInt(120));
      }
      image.setRGB(i % SIDE, i / SIDE, pixel);
    }
    return image;
  }

  /** Starts a run whose peak rate is given. */
  ProcessUnderTest train(Path out, List<String> javaOptions, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("--max-lr=0.05"));
    words.addAll(List.of(more));
    return trainAsTold(out, javaOptions, words);
  }

  /** Starts a run whose folder has a name that may not be usable. */
  ProcessUnderTest into(Path out, Path logs, List<String> javaOptions) throws IOException {
    List<String> words = new ArrayList<>(List.of("train", home.resolve("data").toString()));
    words.addAll(SETTINGS);
    words.addAll(List.of("--max-lr=0.05", "--out=" + out));
    return start(Files.createDirectories(logs), javaOptions, words);
  }

  /** Starts a run with these words and the settings of all. */
  ProcessUnderTest trainAsTold(Path out, List<String> javaOptions, List<String> more)
      throws IOException {
    List<String> words = new ArrayList<>(List.of("train", home.resolve("data").toString()));
    words.addAll(SETTINGS);
    words.addAll(more);
    words.add("--out=" + out);
    return start(logs(out), javaOptions, words);
  }

  ProcessUnderTest resume(Path run, List<String> javaOptions, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("resume", run.toString()));
    words.addAll(List.of(more));
    return start(logs(run), javaOptions, words);
  }

  /** Resumes where no file may be longer than some blocks of 512 bytes. */
  ProcessUnderTest resumeLimited(Path run, int blocks) throws IOException {
    List<String> options = List.of("-Donecycle.cache=" + home.resolve("cache"), "-XX:-UsePerfData");
    return program.start(
        List.of("sh", "-c", "ulimit -f " + blocks + "; exec \"$@\"", "sh"),
        logs(run),
        options,
        Map.of(),
        "resume",
        run.toString());
  }

  private static Path logs(Path run) throws IOException {
    return Files.createDirectories(run.resolveSibling("logs"));
  }

  private ProcessUnderTest start(Path logs, List<String> javaOptions, List<String> words)
      throws IOException {
    List<String> options = new ArrayList<>(List.of("-Donecycle.cache=" + home.resolve("cache")));
    options.addAll(javaOptions);
    return program.start(logs, options, words.toArray(String[]::new));
  }

  /** Goes on with a run and expects what the undisturbed run came to. */
  void requireResumesToTheSameBits(Path run) throws IOException, InterruptedException {
    ProcessUnderTest resumed = resume(run, List.of());
    resumed.end(0);
    requireSameAsWhole(run);
  }

  /** Expects what the undisturbed run came to: weights and steps to the bit, results but times. */
  void requireSameAsWhole(Path run) throws IOException {
    for (String name : List.of("model.safetensors", "steps.csv")) {
      Expect.that(
          Files.mismatch(whole().resolve(name), run.resolve(name)) < 0,
          () -> name + " differs from that of the undisturbed run");
    }
    Expect.equal(results(whole()), results(run), "epochs.csv without times");
  }

  private static String results(Path run) throws IOException {
    return Files.readAllLines(run.resolve("epochs.csv")).stream()
        .map(line -> Arrays.stream(line.split(",", -1)).limit(5).collect(Collectors.joining(",")))
        .collect(Collectors.joining("\n"));
  }

  /** The step from which a resumed run said that it goes on. */
  static int resumedFrom(ProcessUnderTest resumed) {
    String said = resumed.said();
    int at = said.indexOf("Going on from step ");
    Expect.that(at >= 0, () -> "it did not say from where it goes on" + said);
    String number = said.substring(at + "Going on from step ".length()).split(" ")[0];
    return Integer.parseInt(number.replace(",", ""));
  }

  /** The option that puts a fault into a process. */
  static List<String> fault(String point, int time, String mode) {
    return List.of(String.format(Locale.ROOT, "-Donecycle.fault=%s@%d:%s", point, time, mode));
  }
}
