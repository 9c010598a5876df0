package dev.onecycle.torch.weights;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.model.ModelFile;
import dev.onecycle.torch.model.ModelInput;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.WeightFile.Format;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch 1.13 wrote, by the script make.py beside them; it wrote their numbers too. */
class WeightFileTest {
  private static final Map<String, ElementType> TYPES =
      Map.of(
          "float64", ElementType.F64,
          "float32", ElementType.F32,
          "float16", ElementType.F16,
          "bfloat16", ElementType.BF16,
          "int64", ElementType.I64,
          "int32", ElementType.I32,
          "int16", ElementType.I16,
          "int8", ElementType.I8,
          "uint8", ElementType.U8,
          "bool", ElementType.BOOL);

  private static final List<String> FILES =
      List.of(
          "types.pth",
          "types-legacy.pth",
          "protocol4.pth",
          "net.pth",
          "net-half.pth",
          "parameters.pth",
          "checkpoint.pth",
          "checkpoint-legacy.pth",
          "script.pt");

  @TempDir Path folder;

  private Path stored(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = WeightFileTest.class.getResourceAsStream("/weights/" + name)) {
      Files.write(file, Objects.requireNonNull(in, name).readAllBytes());
    }
    return file;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "types.pth",
        "types-legacy.pth",
        "protocol4.pth",
        "net.pth",
        "net-half.pth",
        "parameters.pth",
        "checkpoint.pth",
        "checkpoint-legacy.pth",
        "script.pt"
      })
  void theNumbersAreThoseOfPython(String name) throws IOException {
    requireSame(WeightFile.read(stored(name)), Files.readAllLines(stored(name + ".txt")));
  }

  /** The file of script.pt, loaded and saved again by libtorch 2.10. */
  @Test
  void theNumbersOfANewerTorchScriptAreThoseOfPython() throws IOException {
    WeightFile file = WeightFile.read(stored("script-2.10.pt"));
    assertThat(file.format()).isEqualTo(Format.TORCHSCRIPT);
    requireSame(file, Files.readAllLines(stored("script.pt.txt")));
  }

  /** PyTorch 2 states the byte order; types without a storage class of their own name it. */
  @Test
  void formsOfNewerVersionsAreRead() throws IOException {
    byte[] numbers =
        ByteBuffer.allocate(16).putFloat(1.5f).putFloat(-2).putFloat(3).putFloat(4).array();
    Pickle tensor =
        new Pickle()
            .global("torch._utils", "_rebuild_parameter")
            .op('(')
            .global("torch._utils", "_rebuild_tensor_v3")
            .op('(', '(')
            .text("storage")
            .global("torch.storage", "UntypedStorage")
            .text("0")
            .text("cpu")
            .number(16)
            .op('t', 'Q')
            .number(0)
            .tuple(2, 2)
            .tuple(1, 2)
            .op(0x89)
            .global("collections", "OrderedDict")
            .op(')', 'R')
            .global("torch", "float32")
            .op('t', 'R', 0x88)
            .global("collections", "OrderedDict")
            .op(')', 'R', 't', 'R');
    Map<String, byte[]> entries =
        Map.of(
            "net/data.pkl", tensor.asEntryOf("w"),
            "net/data/0", numbers,
            "net/byteorder", "big".getBytes(UTF_8),
            "net/version", "3\n".getBytes(UTF_8));
    WeightFile file = WeightFile.read(Pickle.zip(folder.resolve("net.pth"), entries));
    assertThat(file.tensors().get(0).toFloat32().values()).containsExactly(1.5f, 3, -2, 4);
  }

  private static void requireSame(WeightFile file, List<String> lines) {
    assertThat(file.tensors()).hasSameSizeAs(lines);
    for (int i = 0; i < lines.size(); i++) {
      requireSame(file.tensors().get(i), lines.get(i).split("\\|", -1));
    }
  }

  private static void requireSame(StoredTensor tensor, String[] expected) {
    String name = expected[0];
    assertThat(tensor.name()).isEqualTo(name);
    assertThat(tensor.type()).as(name).isEqualTo(TYPES.get(expected[1]));
    assertThat(tensor.shape())
        .as(name)
        .isEqualTo(words(expected[2], ",").mapToLong(Long::parseLong).toArray());
    List<String> values = words(expected[3], " ").toList();
    assertThat(tensor.count()).as(name).isEqualTo(values.size());
    if (tensor.type().isWhole()) {
      assertThat(tensor.wholeNumbers())
          .as(name)
          .isEqualTo(values.stream().mapToLong(Long::parseLong).toArray());
    } else {
      float[] floats = tensor.toFloat32().values();
      for (int k = 0; k < floats.length; k++) {
        assertThat(Float.valueOf(floats[k]))
            .as(name)
            .isEqualTo(Float.valueOf((float) number(values.get(k))));
      }
    }
  }

  private static Stream<String> words(String text, String separator) {
    return Stream.of(text.split(separator)).filter(word -> !word.isEmpty());
  }

  private static double number(String python) {
    return switch (python) {
      case "inf" -> Double.POSITIVE_INFINITY;
      case "-inf" -> Double.NEGATIVE_INFINITY;
      case "nan" -> Double.NaN;
      default -> Double.parseDouble(python);
    };
  }

  /** The installed PyTorch may be newer than the one of the stored files. */
  @Test
  void theInstalledPyTorchWritesFilesThatAreRead() throws Exception {
    String python = pythonWithTorch();
    Path script = stored("make.py");
    Path out = Files.createDirectory(folder.resolve("out"));
    Process process =
        new ProcessBuilder(python, script.toString(), out.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(folder.resolve("log"))).isZero();
    for (String name : FILES) {
      requireSame(
          WeightFile.read(out.resolve(name)), Files.readAllLines(out.resolve(name + ".txt")));
    }
  }

  private static String pythonWithTorch() throws Exception {
    for (String python : List.of("python3", "/usr/bin/python3")) {
      try {
        Process process =
            new ProcessBuilder(python, "-c", "import torch")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0) {
          return python;
        }
      } catch (IOException e) {
        // This one is not there; the next may be.
        continue;
      }
    }
    assumeTrue(false, "no Python here has torch");
    throw new IllegalStateException();
  }

  @ParameterizedTest
  @CsvSource({
    "types.pth, PYTORCH, ''",
    "types-legacy.pth, LEGACY_PYTORCH, ''",
    "checkpoint.pth, PYTORCH, model",
    "checkpoint-legacy.pth, LEGACY_PYTORCH, model",
    "script.pt, TORCHSCRIPT, ''",
  })
  void theFormatAndThePartAreNamed(String name, Format format, String part) throws IOException {
    WeightFile file = WeightFile.read(stored(name));
    assertThat(file.format()).isEqualTo(format);
    assertThat(file.part()).isEqualTo(part);
  }

  @Test
  void aChoiceBetweenPartsIsNamed() throws IOException {
    Path file = stored("checkpoint.pth");
    assertThat(WeightFile.read(file).notes())
        .contains("the tensors of its part model were taken; it also has tensors in model_ema");
    WeightFile average = WeightFile.read(file, "model_ema");
    assertThat(average.part()).isEqualTo("model_ema");
    assertThat(average.tensors().get(0).name()).isEqualTo("module.conv1.weight");
    assertThat(average.tensors().get(0).toFloat32().values()).hasSize(54);
    for (float value : average.tensors().get(0).toFloat32().values()) {
      assertThat(Math.abs(value)).isZero();
    }
    assertThatThrownBy(() -> WeightFile.read(file, "ema"))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("has no part ema with tensors but model_ema, model");
  }

  @Test
  void safetensorsAndOurModelsAreRecognised() {
    List<NamedTensor> tensors = List.of(new NamedTensor("w", new long[] {2}, new float[] {1, 2}));
    Path plain = folder.resolve("weights.bin");
    new Safetensors(Map.of(), tensors).write(plain);
    assertThat(WeightFile.read(plain).format()).isEqualTo(Format.SAFETENSORS);
    Path model = folder.resolve("model.safetensors");
    ImageShape shape = new ImageShape(1, 4, 4);
    Network network =
        new Network(
            "own", shape, 2, Layer.sequence(new Layer.Flatten(), new Layer.Linear(16, 2, false)));
    NamedTensor weight = new NamedTensor("1.weight", new long[] {2, 16}, new float[32]);
    Normalization normalization = new Normalization(List.of(0.5), List.of(0.2));
    new ModelFile(network, List.of("a", "b"), new ModelInput(shape, normalization), List.of(weight))
        .write(model);
    WeightFile read = WeightFile.read(model);
    assertThat(read.format()).isEqualTo(Format.MODEL);
    assertThat(read.metadata()).containsEntry("onecycle.classes", "[\"a\",\"b\"]");
    assertThat(read.tensors().get(0).shape()).containsExactly(2, 16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.pth", "evil-legacy.pth"})
  void aCallOfTheSystemIsRefusedByItsName(String name) throws IOException {
    Path file = stored(name);
    assertThatThrownBy(() -> WeightFile.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(file + " is not read: it calls os.system, which is no tensor")
        .hasMessageContaining("nothing in the file was run");
    assertThat(Path.of("was-run-by-a-pickle")).doesNotExist();
  }

  @Test
  void aWholeModuleIsRefusedByTheNameOfItsClass() throws IOException {
    Path file = stored("module.pth");
    assertThatThrownBy(() -> WeightFile.read(file))
        .hasMessageContaining("it calls torch.nn.modules.linear.Linear")
        .hasMessageContaining("torch.save(model.state_dict(), file)");
  }

  @ParameterizedTest
  @CsvSource({
    "photo.jpg, hello, it is neither safetensors nor a file of PyTorch",
    "empty.h5, '', it is neither safetensors nor a file of PyTorch; it is empty",
    "net.gguf, GGUF, but GGUF",
    "net.pth, hello, it is neither safetensors nor a file of PyTorch",
    "net.safetensors, hello, is not a sound safetensors file: it ends too early",
  })
  void otherFilesAreRefused(String name, String content, String reason) throws IOException {
    Path file = Files.write(folder.resolve(name), content.getBytes(UTF_8));
    assertThatThrownBy(() -> WeightFile.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(reason);
  }

  @Test
  void aFolderADeviceAndAMissingFileAreRefused() {
    assertThatThrownBy(() -> WeightFile.read(folder)).hasMessageContaining("it is a folder");
    assertThatThrownBy(() -> WeightFile.read(Path.of("/dev/zero")))
        .hasMessageContaining("no regular file");
    assertThatThrownBy(() -> WeightFile.read(folder.resolve("absent.pth")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("no such file");
  }
}
