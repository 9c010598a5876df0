package dev.onecycle.selftest.run;

import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.ProcessUnderTest;
import dev.onecycle.selftest.harness.Program;
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
 * Starts runs of a second or two in processes of their own: 512 images of 8×8 in four classes,
 * three epochs of 16 steps, with shuffle, crops, flips, dropout, and a moving rate and momentum.
 *
 * <p>Most of the time of a process goes into its start. So the undisturbed run is made in this
 * process, and so is the last part of a run whose disturbance is over.
 *
 * @param program under test
 * @param home folder of the images, the decoded images and the undisturbed run
 */
record TinyRuns(Program program, Path home) {
  static final int STEPS = 48;
  static final int EPOCH = 16;
  private static final int SIDE = 8;
  private static final List<String> SETTINGS =
      List.of(
          "--epochs=3",
          "--batch-size=32",
          "--dropout=0.2",
          "--precision=fp32",
          "--threads=1",
          "--seed=7");

  private static final Object PREPARING = new Object();

  /** Runs of this process, one after the other: they share its engine. */
  private static final Object RUNNING = new Object();

  /** The runs of a case; the first case of a group makes images and the undisturbed run. */
  static TinyRuns in(Path caseFolder, Program program) throws IOException {
    Path home = caseFolder.resolveSibling("tiny-runs");
    TinyRuns runs = new TinyRuns(program, home);
    synchronized (PREPARING) {
      if (!Files.exists(home)) {
        Files.createDirectories(home);
        runs.writeImages();
        runs.trainHere(runs.whole());
      }
    }
    return runs;
  }

  /** The folder of the undisturbed run. */
  Path whole() {
    return home.resolve("whole");
  }

  private void writeImages() throws IOException {
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

  /** Starts a run with the peak rate of the undisturbed run. */
  ProcessUnderTest train(Path out, List<String> javaOptions, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("--max-lr=0.05"));
    words.addAll(List.of(more));
    return trainWith(out, javaOptions, words);
  }

  /** Starts a run whose output folder may not be usable. */
  ProcessUnderTest trainInto(Path out, Path logs, List<String> javaOptions) throws IOException {
    List<String> words = trainWords(List.of("--max-lr=0.05", "--out=" + out));
    return start(Files.createDirectories(logs), javaOptions, words);
  }

  /** Starts a run with the settings of all runs and some more words. */
  ProcessUnderTest trainWith(Path out, List<String> javaOptions, List<String> more)
      throws IOException {
    List<String> words = trainWords(more);
    words.add("--out=" + out);
    return start(logs(out), javaOptions, words);
  }

  private List<String> trainWords(List<String> more) {
    List<String> words = new ArrayList<>(List.of("train", home.resolve("data").toString()));
    words.addAll(SETTINGS);
    words.addAll(more);
    return words;
  }

  /** Trains inside this process; answers the output. */
  String trainHere(Path out) {
    return runHere(trainWords(List.of("--max-lr=0.05", "--out=" + out)));
  }

  /** Resumes a run inside this process; answers the output. */
  String resumeHere(Path run) {
    return runHere(List.of("resume", run.toString()));
  }

  private String runHere(List<String> words) {
    List<String> all = new ArrayList<>(words);
    all.add("--cache=" + home.resolve("cache"));
    synchronized (RUNNING) {
      Program.Result result = program.run(all.toArray(String[]::new));
      Expect.that(
          result.exitCode() == 0,
          () -> "exit code must be 0 but was " + result.exitCode() + ": " + result.err());
      return result.out();
    }
  }

  ProcessUnderTest resume(Path run, List<String> javaOptions, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("resume", run.toString()));
    words.addAll(List.of(more));
    return start(logs(run), javaOptions, words);
  }

  /** Resumes a run with a limit on the length of files, in blocks of 512 bytes. */
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

  /** Resumes a run inside this process and requires the result of the undisturbed run. */
  void requireResumesToTheSameBits(Path run) throws IOException {
    resumeHere(run);
    requireSameAsWhole(run);
  }

  /** Requires the weights, steps and results of the undisturbed run, to the bit but for times. */
  void requireSameAsWhole(Path run) throws IOException {
    for (String name : List.of("model.safetensors", "steps.csv")) {
      Expect.that(
          Files.mismatch(whole().resolve(name), run.resolve(name)) < 0,
          () -> name + " differs from the undisturbed run");
    }
    Expect.equal(results(whole()), results(run), "epochs.csv without times");
  }

  private static String results(Path run) throws IOException {
    return Files.readAllLines(run.resolve("epochs.csv")).stream()
        .map(line -> Arrays.stream(line.split(",", -1)).limit(5).collect(Collectors.joining(",")))
        .collect(Collectors.joining("\n"));
  }

  /** The step from which a run resumed, by its output. */
  static int resumedFrom(String output) {
    int at = output.indexOf("Resuming from step ");
    Expect.that(at >= 0, () -> "the step from which it resumed must be printed" + output);
    String number = output.substring(at + "Resuming from step ".length()).split(" ")[0];
    return Integer.parseInt(number.replace(",", ""));
  }

  /** The Java option that injects a fault into a process. */
  static List<String> fault(String point, int time, String mode) {
    return List.of(String.format(Locale.ROOT, "-Donecycle.fault=%s@%d:%s", point, time, mode));
  }
}
