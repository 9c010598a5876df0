package dev.onecycle.selftest.fuzz;

import dev.onecycle.error.BadDataException;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.torch.weights.StoredTensor;
import dev.onecycle.torch.weights.WeightFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Cases of PyTorch files from anyone. */
final class HostileWeights {
  private static final long LIMIT_SECONDS = 5;

  private HostileWeights() {}

  /** Cases with a hostile pickle or archive each, then files with random damage. */
  static List<Case> cases(int damaged) {
    List<Case> cases = new ArrayList<>();
    cases.add(new Case("sound", folder -> sound(write(folder, file(WeightPickle.sound())))));
    call(cases, "os.system", "posix", "system");
    call(cases, "builtins.eval", "builtins", "eval");
    call(cases, "subprocess.Popen", "subprocess", "Popen");
    call(cases, "argparse.Namespace", "argparse", "Namespace");
    refused(cases, "bomb of tuples", pickle().op(')').times(900_000, '2', 0x86), "no dictionary");
    refused(
        cases, "deep nesting", pickle().times(900_000, ']').times(899_999, 'a'), "no dictionary");
    refused(cases, "endless operations", pickle().times(2_500_000, 'N', '0'), "more than 2000000");
    refused(
        cases,
        "list that is its own key",
        pickle().op('}', ']', 'q', 0, 'h', 0, 'a', 'N', 's'),
        "no tensors");
    refused(
        cases,
        "text of 2 GiB",
        pickle().op('X').little(4, Integer.MAX_VALUE),
        "claims a text of 2147483647 bytes");
    tensor(cases, "tensor past its storage", pickle().op('}').text("w").tensor(6, 4, 3, 1));
    tensor(cases, "tensor before its storage", pickle().op('}').text("w").tensor(6, -1, 3, 1));
    tensor(cases, "tensor of 4 TiB", pickle().op('}').text("w").tensor(6, 0, 1L << 40, 0));
    tensor(cases, "storage of 8 GiB", pickle().op('}').text("w").tensor(1L << 31, 0, 2, 1));
    tensor(cases, "negative stride", pickle().op('}').text("w").tensor(6, 5, 3, -1));
    cases.add(
        new Case(
            "compressed bomb",
            folder -> refused(write(folder, compressed()), "data.pkl is compressed")));
    cases.add(
        new Case(
            "cut short",
            folder -> {
              byte[] whole = file(WeightPickle.sound());
              for (int length = 0; length < whole.length; length += 97) {
                refused(write(folder, Arrays.copyOf(whole, length)), "");
              }
            }));
    for (int i = 0; i < damaged; i++) {
      int number = i;
      cases.add(new Case("damaged " + i, folder -> damaged(folder, number)));
    }
    return cases;
  }

  private static WeightPickle pickle() {
    return new WeightPickle();
  }

  private static byte[] file(byte[] pickle) throws IOException {
    return WeightPickle.file(pickle);
  }

  /** The command would leave a file; the name of the refused function must be said. */
  private static void call(List<Case> cases, String shown, String module, String name) {
    cases.add(
        new Case(
            "call of " + shown,
            folder -> {
              Path trace = folder.resolve("was-run");
              byte[] pickle =
                  pickle().name(module, name).text("touch " + trace).op(0x85, 'R').end();
              refused(write(folder, file(pickle)), "it calls " + shown + ",");
              Expect.that(!Files.exists(trace), () -> "the command of the file was run");
            }));
  }

  private static void tensor(List<Case> cases, String name, WeightPickle dictionary) {
    refused(cases, name, dictionary.op('s'), "");
  }

  private static void refused(List<Case> cases, String name, WeightPickle pickle, String reason) {
    byte[] bytes = pickle.end();
    cases.add(new Case(name, folder -> refused(write(folder, file(bytes)), reason)));
  }

  private static Path write(Path folder, byte[] bytes) throws IOException {
    return Files.write(folder.resolve("weights.pth"), bytes);
  }

  private static byte[] compressed() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 100; i++) {
        zip.write(zeros);
      }
    }
    return bytes.toByteArray();
  }

  private static void sound(Path file) {
    List<StoredTensor> tensors = WeightFile.read(file).tensors();
    Expect.equal("a.weight", tensors.get(0).name(), "first array");
    Expect.equal(
        "[1.0, 3.0, 5.0]", Arrays.toString(tensors.get(1).toFloat32().values()), "second array");
  }

  /** Damage of the file, or of the pickle in a file whose checksums are right. */
  private static void damaged(Path folder, int number) throws IOException {
    SplittableRandom random = new SplittableRandom(number);
    boolean pickle = number % 2 == 0;
    byte[] bytes = pickle ? WeightPickle.sound() : file(WeightPickle.sound());
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    Path file = write(folder, pickle ? file(bytes) : bytes);
    long start = System.nanoTime();
    try {
      WeightFile.read(file).tensors().forEach(StoredTensor::toFloat32);
    } catch (BadDataException e) {
      requireLine(file, e, "");
    }
    requireFast(start);
  }

  private static void refused(Path file, String reason) {
    long start = System.nanoTime();
    try {
      WeightFile.read(file);
    } catch (BadDataException e) {
      requireLine(file, e, reason);
      requireFast(start);
      return;
    }
    throw new AssertionError("the file must be refused but was read");
  }

  private static void requireLine(Path file, BadDataException error, String reason) {
    String message = String.valueOf(error.getMessage());
    Expect.that(
        message.startsWith(file + " ") && message.contains(reason) && message.lines().count() == 1,
        () -> "the error must name the file and say \"" + reason + "\" but was: " + message);
  }

  private static void requireFast(long start) {
    long seconds = (System.nanoTime() - start) / 1_000_000_000;
    Expect.that(seconds < LIMIT_SECONDS, () -> "reading must end within 5 s but took " + seconds);
  }
}
