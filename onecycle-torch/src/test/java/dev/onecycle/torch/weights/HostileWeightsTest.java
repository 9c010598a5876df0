package dev.onecycle.torch.weights;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files from anyone: each is refused in one line or gives arrays, in bounded time and memory. */
@Tag("long")
class HostileWeightsTest {
  private static final long[] NONE = {};

  @TempDir Path folder;

  private void refused(byte[] pickle, String reason) throws IOException {
    refused(Pickle.file(folder.resolve("x.pth"), pickle, Map.of("0", new byte[16])), reason);
  }

  private static void refused(Path file, String reason) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () ->
            assertThatThrownBy(() -> WeightFile.read(file))
                .isInstanceOf(BadDataException.class)
                .hasMessageStartingWith(file + " ")
                .hasMessageContaining(reason)
                .satisfies(e -> assertThat(String.valueOf(e.getMessage()).lines()).hasSize(1)));
  }

  @ParameterizedTest
  @CsvSource({
    "posix, system, os.system",
    "nt, system, os.system",
    "os, system, os.system",
    "builtins, eval, builtins.eval",
    "__builtin__, exec, __builtin__.exec",
    "builtins, getattr, builtins.getattr",
    "subprocess, Popen, subprocess.Popen",
    "argparse, Namespace, argparse.Namespace",
    "numpy.core.multiarray, scalar, numpy.core.multiarray.scalar",
    "torch, load, torch.load",
    "torch.hub, load, torch.hub.load",
    "torch._utils, _rebuild_qtensor, torch._utils._rebuild_qtensor",
    "java.lang, Runtime, java.lang.Runtime",
    "__torch__, Net, __torch__.Net",
    "torch.jit._pickle, build_intlist, torch.jit._pickle.build_intlist",
  })
  void everyOtherNameIsRefusedByItself(String module, String name, String shown)
      throws IOException {
    String reason = "it calls " + shown + ", which is no tensor";
    byte[] arguments = new Pickle().text("echo").op(0x85, 'R').end();
    refused(new Pickle().global(module, name).raw(arguments).end(), reason);
    refused(new Pickle().text(module).text(name).op(0x93, ')', 0x81, '.').end(), reason);
    refused(
        new Pickle().op('(', 'i').raw((module + "\n" + name + "\n.").getBytes(UTF_8)).end(),
        reason);
  }

  /** A name could write to the terminal, or fill it. */
  @Test
  void namesAreSafeToPrint() throws IOException {
    refused(new Pickle().global("\u001b[2J", "x\ry").end(), "it calls \uFFFD[2J.x\uFFFDy,");
    refused(
        new Pickle().text("a\nb").text("x".repeat(5000)).op(0x93, '.').end(),
        "it calls a\uFFFDb.x");
    for (String name : new String[] {"a\nb", "\u001b[2J", "x".repeat(5000)}) {
      Pickle tensor = new Pickle().tensor("FloatStorage", "0", 4, 0, NONE, NONE);
      Path file =
          Pickle.file(folder.resolve("x.pth"), tensor.asEntryOf(name), Map.of("0", new byte[16]));
      refused(file, "it has a name that cannot be printed or is too long: ");
      assertThatThrownBy(() -> WeightFile.read(file))
          .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(1200));
    }
  }

  @Test
  void allowedNamesCannotBeMisused() throws IOException {
    refused(new Pickle().global("torch", "FloatStorage").op(')', 'R').end(), "no function");
    refused(new Pickle().global("torch", "Tensor").op(')', 0x81).end(), "no function");
    refused(new Pickle().text("a").op(')', 'R').end(), "no function");
    refused(new Pickle().text("a").op('}', 'b').end(), "gives a state");
    refused(new Pickle().global("collections", "OrderedDict").op(']', 'R').end(), "without arg");
    refused(
        new Pickle().global("torch._utils", "_rebuild_tensor_v2").op(')', 'R').end(), "argument 0");
    refused(new Pickle().text("0").op('Q').end(), "refers to something that is no storage");
    refused(
        new Pickle()
            .global("torch._tensor", "_rebuild_from_type_v2")
            .op('(')
            .global("torch._tensor", "_rebuild_from_type_v2")
            .global("torch", "Tensor")
            .op(')', 't', 'R')
            .end(),
        "of an unknown class");
  }

  @Test
  void damagedPicklesAreRefused() throws IOException {
    refused(new Pickle().op('.').end(), "takes a value where there is none");
    refused(new Pickle().op('(', '.').end(), "takes a value where there is none");
    refused(new Pickle().op('t').end(), "no mark");
    refused(new Pickle().op('h', 7).end(), "no value 7");
    refused(new Pickle().op('}', '(', 'N', 'u').end(), "a key without a value");
    refused(new Pickle().op('N', 'N', 'a').end(), "no list");
    refused(new Pickle().op('N', 'N', 'N', 's').end(), "no dictionary");
    refused(new Pickle().op('P').end(), "operation 0x50");
    refused(new Pickle().op(0x80, 9).end(), "unknown protocol");
    refused(new Pickle().global("x".repeat(2000), "y").end(), "a name of more than 1000 bytes");
    refused(new Pickle().op('X').little(4, -1).end(), "claims a text of 4294967295 bytes");
    refused(new Pickle().op('T').little(4, -1).end(), "claims a text of -1 bytes");
    refused(new Pickle().op(0x8d).little(8, Long.MAX_VALUE).end(), "claims a text of 9223");
    refused(new Pickle().op(0x8e).little(8, 1L << 40).end(), "claims a text of 1099");
    refused(new Pickle().op(0x8b).little(4, 1 << 30).end(), "a number of 1073741824 bytes");
    refused(new Pickle().op(0x8b).little(4, -1).end(), "claims a text of -1 bytes");
    refused(new Pickle().op('N').end(), "no dictionary of tensors");
    refused(new Pickle().op('}').end(), "no tensors by name");
  }

  /** A pickle of a few bytes can stand for an object of endless size or depth. */
  @Test
  void bombsAreRefused() throws IOException {
    refused(new Pickle().op(')').times(900_000, '2', 0x86).end(), "no dictionary of tensors");
    refused(new Pickle().times(900_000, ']').times(899_999, 'a').end(), "no dictionary of tensors");
    refused(new Pickle().times(3_000_000, 'N', '0').end(), "more than 2000000 operations");
    refused(new Pickle().times(1_900_000, '(').end(), "takes a value where there is none");
    // A list that is its own key, and a dictionary that is its own value.
    refused(new Pickle().op('}', ']', 'q', 0, 'h', 0, 'a', 'N', 's').end(), "no tensors by name");
    Pickle self = new Pickle().op('}', 'q', 0).text("model").op('h', 0, 's');
    refused(self.end(), "no tensors by name");
    // A dictionary with many entries, in many places.
    Pickle many = new Pickle().op('}', '(');
    for (int i = 0; i < 100_000; i++) {
      many.op('J').little(4, i).op('N');
    }
    many.op('u', 'q', 0, '0', '}', '(');
    for (int i = 0; i < 100_000; i++) {
      many.text("" + i).op('h', 0);
    }
    refused(many.op('u').end(), "more than 5000000 entries");
    // A list of many pairs, given to many calls.
    Pickle calls = new Pickle().op(']', '(').times(100_000, 'N', 'N', 0x86).op('e', 'q', 0, '0');
    for (int i = 0; i < 100_000; i++) {
      calls.global("collections", "OrderedDict").op('h', 0, 0x85, 'R', '0');
    }
    refused(calls.op('}').end(), "more than 1000000 entries");
  }

  @Test
  void modulesThatContainThemselvesAreRefused() throws IOException {
    Pickle self =
        new Pickle().global("__torch__", "Net").op(')', 0x81, 'q', 0, '}').text("child").op('h', 0);
    Map<String, byte[]> entries = new LinkedHashMap<>();
    entries.put("a/data.pkl", self.op('s', 'b').end());
    entries.put("a/constants.pkl", new byte[1]);
    refused(Pickle.zip(folder.resolve("x.pt"), entries), "nested without end");
    Pickle twice = new Pickle().global("__torch__", "Net").op('q', 0, '0', 'N', 'q', 1);
    for (int i = 0; i < 60; i++) {
      twice.op('0', 'h', 0, ')', 0x81, '}').text("a").op('h', 1, 's').text("b").op('h', 1, 's');
      twice.op('b', 'q', 1);
    }
    entries.put("a/data.pkl", twice.end());
    refused(Pickle.zip(folder.resolve("x.pt"), entries), "nested without end");
  }

  private void refusedTensor(String storage, long count, long offset, long[] shape, long[] strides)
      throws IOException {
    byte[] pickle = new Pickle().tensor(storage, "0", count, offset, shape, strides).asEntryOf("w");
    refused(pickle, "");
  }

  @Test
  void tensorsLieInTheirStorage() throws IOException {
    byte[] sound =
        new Pickle()
            .tensor("FloatStorage", "0", 4, 1, new long[] {3}, new long[] {1})
            .asEntryOf("w");
    Path file = Pickle.file(folder.resolve("x.pth"), sound, Map.of("0", new byte[16]));
    assertThat(WeightFile.read(file).tensors().get(0).toFloat32().values()).hasSize(3);
    refusedTensor("FloatStorage", 4, 2, new long[] {3}, new long[] {1});
    refusedTensor("FloatStorage", 4, -1, new long[] {3}, new long[] {1});
    refusedTensor("FloatStorage", 4, 4, NONE, NONE);
    refusedTensor("FloatStorage", 4, 0, new long[] {-3}, new long[] {1});
    refusedTensor("FloatStorage", 4, 3, new long[] {3}, new long[] {-1});
    refusedTensor("FloatStorage", 4, 0, new long[] {3}, new long[] {1, 1});
    refusedTensor("FloatStorage", 4, 0, new long[] {1L << 40}, new long[] {0});
    refusedTensor("FloatStorage", 4, 0, new long[] {1L << 40, 1L << 40}, new long[] {0, 0});
    refusedTensor("FloatStorage", 4, 0, new long[] {2, 2}, new long[] {Long.MAX_VALUE, 1});
    refusedTensor("FloatStorage", 4, Long.MAX_VALUE, new long[] {2}, new long[] {1});
    refusedTensor("FloatStorage", 4, 0, new long[65], new long[65]);
    // Storages that the file does not have, or not of that size.
    refusedTensor("FloatStorage", 1L << 29, 0, new long[] {1 << 29}, new long[] {1});
    refusedTensor("FloatStorage", Long.MAX_VALUE, 0, new long[] {4}, new long[] {1});
    refusedTensor("FloatStorage", (1L << 62) + 4, 0, new long[] {0}, new long[] {1});
    refusedTensor("FloatStorage", 3, 0, new long[] {3}, new long[] {1});
    refusedTensor("LongStorage", 4, 0, new long[] {4}, new long[] {1});
    refusedTensor("QUInt8Storage", 16, 0, new long[] {4}, new long[] {1});
    byte[] elsewhere = new Pickle().tensor("FloatStorage", "../0", 4, 0, NONE, NONE).asEntryOf("w");
    refused(elsewhere, "it lacks the entry archive/data/../0");
  }

  @Test
  void anArrayWithoutNumbersNeedsNone() throws IOException {
    byte[] pickle =
        new Pickle()
            .tensor("FloatStorage", "0", 4, 0, new long[] {1L << 40, 0}, new long[] {1, 1})
            .asEntryOf("w");
    Path file = Pickle.file(folder.resolve("x.pth"), pickle, Map.of("0", new byte[16]));
    assertThat(WeightFile.read(file).tensors().get(0).count()).isZero();
  }

  @Test
  void theHeapIsNeverExhausted() {
    assertThatThrownBy(() -> Elements.requireHeap(Long.MAX_VALUE / 2))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("of the Java heap");
  }

  @Test
  void archivesThatPyTorchDoesNotWriteAreRefused() throws IOException {
    Path file = folder.resolve("x.pth");
    byte[] pickle = new Pickle().tensor("FloatStorage", "0", 4, 0, NONE, NONE).asEntryOf("w");
    refused(Pickle.zip(file, Map.of("word/document.xml", pickle)), "without the pickle");
    refused(Pickle.zip(file, Map.of("a/data.pkl", pickle, "b/data.pkl", pickle)), "without the");
    refused(Pickle.zip(file, Map.of("a/b/data.pkl", pickle)), "without the pickle");
    refused(Pickle.zip(file, Map.of("a/data.pkl", pickle)), "lacks the entry a/data/0");
    refused(
        Pickle.zip(file, Map.of("a/data.pkl", pickle, "a/byteorder", "middle".getBytes(UTF_8))),
        "byte order");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("archive/data.pkl"));
      byte[] zeros = new byte[1 << 20];
      for (int i = 0; i < 300; i++) {
        zip.write(zeros);
      }
    }
    refused(file, "its entry archive/data.pkl is compressed");
    // The same name twice: what is checked is not what is read.
    Pickle.file(file, pickle, Map.of("0", new byte[16], "1", new byte[16]));
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, ISO_8859_1).replace("archive/data/1", "archive/data/0");
    Files.write(file, text.getBytes(ISO_8859_1));
    refused(file, "it holds the entry archive/data/0 twice");
  }

  /** Entries that share bytes make a small file large. */
  @Test
  void overlappingEntriesAreRefused() throws IOException {
    Path file = folder.resolve("x.pth");
    byte[] pickle = new Pickle().tensor("FloatStorage", "0", 4, 0, NONE, NONE).asEntryOf("w");
    Map<String, byte[]> storages = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      storages.put("" + i, new byte[100]);
    }
    Pickle.file(file, pickle, storages);
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, ISO_8859_1);
    for (int at = text.indexOf("PK\1\2"); at >= 0; at = text.indexOf("PK\1\2", at + 4)) {
      if (text.startsWith("archive/data/", at + 46)) {
        // Sizes in the central directory, from 100 to 1124 bytes.
        bytes[at + 21] = 4;
        bytes[at + 25] = 4;
      }
    }
    Files.write(file, bytes);
    refused(file, "its entries are larger than the file");
  }

  @Test
  void aChangedNumberIsFoundByTheChecksum() throws IOException {
    Path file = stored("net.pth");
    byte[] bytes = Files.readAllBytes(file);
    String text = new String(bytes, ISO_8859_1);
    int at = text.indexOf("net/data/0") + 60;
    bytes[at + 60] ^= 1;
    Files.write(file, bytes);
    refused(file, "does not have the checksum");
  }

  private static Stream<String> storedFiles() {
    return Stream.of(
        "types.pth", "types-legacy.pth", "checkpoint.pth", "checkpoint-legacy.pth", "script.pt");
  }

  private Path stored(String name) throws IOException {
    try (InputStream in = HostileWeightsTest.class.getResourceAsStream("/weights/" + name)) {
      return Files.write(folder.resolve(name), Objects.requireNonNull(in, name).readAllBytes());
    }
  }

  @ParameterizedTest
  @MethodSource("storedFiles")
  void filesThatAreCutShortAreRefused(String name) throws IOException {
    Path file = stored(name);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length < whole.length; length += 97) {
      refused(Files.write(file, Arrays.copyOf(whole, length)), "");
    }
    refused(Files.write(file, Arrays.copyOf(whole, whole.length - 1)), "");
  }

  @ParameterizedTest
  @MethodSource("storedFiles")
  void damageGivesAnErrorOrArrays(String name) throws IOException {
    Path file = stored(name);
    byte[] whole = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(310);
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      refused += errorOrArrays(Files.write(file, damaged(whole, random)));
    }
    assertThat(refused).isGreaterThan(100);
  }

  private static byte[] damaged(byte[] whole, SplittableRandom random) {
    byte[] bytes = whole.clone();
    for (int k = 0; k < 1 + random.nextInt(4); k++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    return bytes;
  }

  private static int errorOrArrays(Path file) {
    return assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          try {
            for (StoredTensor tensor : WeightFile.read(file).tensors()) {
              long count = 1;
              for (long size : tensor.shape()) {
                count *= size;
              }
              assertThat((long) tensor.count()).isEqualTo(count);
            }
            return 0;
          } catch (BadDataException e) {
            assertThat(e).hasMessageStartingWith(file + " ");
            assertThat(Texts.clean(String.valueOf(e.getMessage()))).isEqualTo(e.getMessage());
            return 1;
          }
        });
  }

  /** Damage of the pickle alone, in an archive whose checksums are right. */
  @ParameterizedTest
  @ValueSource(strings = {"types.pth", "checkpoint.pth", "script.pt"})
  void damagedPicklesGiveAnErrorOrArrays(String name) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    Path file = stored(name);
    String pickle = "";
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        pickle = entry.getName().endsWith("/data.pkl") ? entry.getName() : pickle;
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    }
    byte[] whole = Objects.requireNonNull(entries.get(pickle));
    SplittableRandom random = new SplittableRandom(311);
    int refused = 0;
    for (int i = 0; i < 400; i++) {
      entries.put(pickle, damaged(whole, random));
      refused += errorOrArrays(Pickle.zip(file, entries));
    }
    assertThat(refused).isBetween(100, 399);
  }
}
