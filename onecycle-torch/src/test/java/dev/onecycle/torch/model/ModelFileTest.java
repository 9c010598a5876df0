package dev.onecycle.torch.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.ImageSets;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFileTest {
  private static final Normalization NORMALIZATION =
      new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2));

  private static final Network NETWORK =
      Models.byName("resnet20").network(new ImageShape(3, 8, 8), 2, 0.5);

  @TempDir static Path folder;
  private static Safetensors sound = new Safetensors(Map.of(), List.of());

  @BeforeAll
  static void write() {
    ImageShape shape = new ImageShape(3, 8, 8);
    Path file = folder.resolve("sound");
    try (Learner learner =
        Learner.prepare(
            NETWORK, ImageSets.noise(shape, 2), NORMALIZATION, LearnerSettings.defaults())) {
      new ModelFile(
              NETWORK, List.of("a", "b"), new ModelInput(shape, NORMALIZATION), learner.weights())
          .write(file);
    }
    sound = Safetensors.read(file);
  }

  @Test
  void whatIsWrittenIsRead() {
    ModelFile model = ModelFile.read(folder.resolve("sound"));
    assertThat(model.classes()).containsExactly("a", "b");
    assertThat(model.input()).isEqualTo(new ImageShape(3, 8, 8));
    assertThat(model.normalization()).isEqualTo(NORMALIZATION);
    assertThat(model.network()).isEqualTo(NETWORK);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "network; resnet20",
        "network; ``",
        "network; {}",
        "network; null",
        "classes; null",
        "classes; [1,2]",
        "classes; [null,null]",
        "classes; {}",
        "classes; []",
        "classes; [\"a\"]",
        "classes; [\"a\",\"b\",\"c\"]",
        "classes; [\"a\",\"b\"] x",
        "classes; [[\"a\"],[\"b\"]]",
        "classes; ``",
        "means; null",
        "means; [0.5,0.5]",
        "means; [0.5,0.5,\"NaN\"]",
        "means; [0.5,0.5,1e400]",
        "stds; [0.2,0.2,0]",
        "stds; [0.2,0.2,-1]",
        "stds; [0.2,0.2,null]",
        "stds; [0.2]",
      })
  void hostileMetadataAreRefusedByFileName(String key, String value) {
    Map<String, String> metadata = new TreeMap<>(sound.metadata());
    metadata.put("onecycle." + key, value);
    refused(new Safetensors(metadata, sound.tensors()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "[3,8,8]; [3,8]",
        "[3,8,8]; [3,8,8,8]",
        "[3,8,8]; [3,-8,8]",
        "[3,8,8]; [0,8,8]",
        "[3,8,8]; [2,8,8]",
        "[3,8,8]; [1,8,8]",
        "[3,8,8]; [3,8.5,8]",
        "[3,8,8]; [3,\"8\",8]",
        "[3,8,8]; [3,100000,100000]",
        "[3,8,8]; [3,2147483647,2147483647]",
        "[3,8,8]; [3,99999999999,8]",
        "\"rate\":0.5; \"rate\":2",
        "\"rate\":0.5; \"rate\":\"NaN\"",
        "\"out\":2; \"out\":3",
        "\"kind\":\"relu\"; \"kind\":\"java.lang.Runtime\"",
        "\"out\":16; \"out\":2000000000",
      })
  void hostileNetworksAreRefusedByFileName(String sound, String hostile) {
    Map<String, String> metadata = new TreeMap<>(ModelFileTest.sound.metadata());
    String network = metadata.getOrDefault("onecycle.network", "");
    assertThat(network).contains(sound);
    metadata.put("onecycle.network", network.replace(sound, hostile));
    refused(new Safetensors(metadata, ModelFileTest.sound.tensors()));
    metadata.put("onecycle.network", "{\"layers\":".repeat(100_000));
    refused(new Safetensors(metadata, ModelFileTest.sound.tensors()));
  }

  @Test
  void missingMetadataAreRefused() {
    for (String key : sound.metadata().keySet()) {
      Map<String, String> metadata = new TreeMap<>(sound.metadata());
      metadata.remove(key);
      if (key.startsWith("onecycle.")) {
        refused(new Safetensors(metadata, sound.tensors()));
      }
    }
  }

  @Test
  void aMillionClassesThatTheWeightsDoNotHaveAreRefused() {
    Map<String, String> metadata = new TreeMap<>(sound.metadata());
    metadata.put(
        "onecycle.classes",
        IntStream.range(0, 1_000_000)
            .mapToObj(i -> "\"" + i + "\"")
            .collect(Collectors.joining(",", "[", "]")));
    refused(new Safetensors(metadata, sound.tensors()));
    metadata.put("onecycle.classes", "[".repeat(1_000_000));
    refused(new Safetensors(metadata, sound.tensors()));
  }

  @Test
  void weightsOfAnotherNetworkAreRefused() {
    NamedTensor first = sound.tensors().get(0);
    for (NamedTensor other :
        List.of(
            new NamedTensor("other", first.shape(), first.values()),
            new NamedTensor(first.name(), new long[] {first.values().length}, first.values()),
            new NamedTensor(first.name(), first.shape(), withNaN(first.values())))) {
      List<NamedTensor> tensors = new ArrayList<>(sound.tensors());
      tensors.set(0, other);
      refused(new Safetensors(sound.metadata(), tensors));
    }
    refused(new Safetensors(sound.metadata(), List.of()));
    refused(new Safetensors(sound.metadata(), sound.tensors().subList(1, sound.tensors().size())));
    List<NamedTensor> more = new ArrayList<>(sound.tensors());
    more.add(new NamedTensor("more", new long[] {1}, new float[] {1}));
    refused(new Safetensors(sound.metadata(), more));
  }

  /** Spectrograms, say: whatever can be trained on can be read back. */
  @Test
  void modelsForLargeAndFlatImagesAreRead() {
    Path file = folder.resolve("flat");
    ImageShape shape = new ImageShape(3, 128, 65_535);
    Network network = Models.byName("resnet20").network(shape, 2, 0);
    new ModelFile(network, List.of("a", "b"), new ModelInput(shape, NORMALIZATION), sound.tensors())
        .write(file);
    assertThat(ModelFile.read(file).input()).isEqualTo(shape);
  }

  @Test
  void aNetworkOfTheUserIsRead() {
    Path file = folder.resolve("own");
    ImageShape shape = new ImageShape(1, 4, 4);
    Layer layers =
        Layer.sequence(new Doubled(2.5, true), new Layer.Flatten(), new Layer.Linear(16, 2, false));
    Network network = new Network("mine", shape, 2, layers);
    NamedTensor weight = new NamedTensor("2.weight", new long[] {2, 16}, new float[32]);
    new ModelFile(network, List.of("a", "b"), new ModelInput(shape, grey()), List.of(weight))
        .write(file);
    assertThat(ModelFile.read(file).network()).isEqualTo(network);
  }

  private static Normalization grey() {
    return new Normalization(List.of(0.5), List.of(0.2));
  }

  @Test
  void aNameWithoutEndIsNoClass() {
    Map<String, String> metadata = new java.util.TreeMap<>(sound.metadata());
    metadata.put("onecycle.classes", "[\"a\",\"" + " ".repeat(200_000) + "\"]");
    refused(new Safetensors(metadata, sound.tensors()));
  }

  private static float[] withNaN(float[] values) {
    float[] changed = values.clone();
    changed[changed.length - 1] = Float.NaN;
    return changed;
  }

  private static void refused(Safetensors content) {
    Path file = folder.resolve("hostile.safetensors");
    content.write(file);
    assertThatThrownBy(() -> ModelFile.read(file))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("hostile.safetensors");
  }
}
