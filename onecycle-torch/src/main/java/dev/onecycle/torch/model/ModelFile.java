package dev.onecycle.torch.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.Resize;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.Safetensors;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A trained model as a safetensors file: its weights, with the network, the classes and the
 * normalization in the file's metadata.
 *
 * @param model name of the network
 * @param classes names by label
 * @param images the images that it takes
 * @param dropout rate before the last layer in training
 * @param tensors weights and running statistics by name
 */
public record ModelFile(
    String model,
    List<String> classes,
    ModelInput images,
    double dropout,
    List<NamedTensor> tensors) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public ModelFile {
    classes = List.copyOf(classes);
    tensors = List.copyOf(tensors);
  }

  /** The same model with other weights. */
  public ModelFile with(List<NamedTensor> newTensors) {
    return new ModelFile(model, classes, images, dropout, newTensors);
  }

  /** The shape of one image. */
  public ImageShape input() {
    return images.shape();
  }

  /** The normalization of the images. */
  public Normalization normalization() {
    return images.normalization();
  }

  /** Writes the file whole or not at all. */
  public void write(Path file) {
    content().write(file);
  }

  /** The content of the file. */
  public Safetensors content() {
    ImageShape input = input();
    return new Safetensors(
        Map.of(
            "format", "pt",
            "onecycle.model", model,
            "onecycle.classes", json(classes),
            "onecycle.input", json(List.of(input.channels(), input.height(), input.width())),
            "onecycle.resize", images.resize().text(),
            "onecycle.orientation", images.orientation().text(),
            "onecycle.means", json(normalization().means()),
            "onecycle.stds", json(normalization().stds()),
            "onecycle.dropout", json(dropout)),
        tensors);
  }

  /**
   * Reads a file that {@link #write} wrote. Checks the metadata and that the weights are finite;
   * {@link #readKnown} also checks that they belong to the network.
   *
   * @throws BadDataException naming the file and the fault
   */
  public static ModelFile read(Path file) {
    Safetensors content = Safetensors.read(file);
    Metadata metadata = new Metadata(file, content.metadata());
    ImageShape input = metadata.shape("input");
    List<Double> means = metadata.numbers("means", input.channels());
    List<Double> stds = metadata.numbers("stds", input.channels());
    Normalization normalization = usable(file, () -> new Normalization(means, stds));
    usable(
        file,
        () -> {
          content.tensors().forEach(NamedTensor::requireFinite);
          return content;
        });
    return new ModelFile(
        metadata.text("model"),
        metadata.texts("classes"),
        new ModelInput(
            input,
            metadata.choice("resize", Resize.class),
            metadata.choice("orientation", Orientation.class),
            normalization),
        metadata.number("dropout"),
        content.tensors());
  }

  /**
   * Reads the file of a network that comes with the library. Everything is checked before the
   * engine is used, also that the weights belong to the network.
   *
   * @throws BadDataException naming the file and the fault
   */
  public static ModelFile readKnown(Path file) {
    ModelFile model = read(file);
    return usable(
        file,
        () -> {
          NetworkWeights.requireSame(model.network(), model.tensors);
          return model;
        });
  }

  private static <T> T usable(Path file, Supplier<T> check) {
    try {
      return check.get();
    } catch (InvalidValueException | BadDataException e) {
      throw new BadDataException(file + " holds no usable model: " + e.getMessage(), e);
    }
  }

  /**
   * The network, which must come with the library.
   *
   * @throws InvalidValueException where it does not
   */
  public Network network() {
    return Models.byName(model).network(input(), classes.size(), dropout);
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and texts can always be written", e);
    }
  }

  /**
   * The metadata of a file, each value of the type that it must have.
   *
   * @param file for messages
   * @param texts by name
   */
  private record Metadata(Path file, Map<String, String> texts) {
    /** As large as images are read, see {@code ImageDecoder}. */
    private static final int MAX_SIDE = 65_535;

    private static final long MAX_VALUES = 3 * 64_000_000L;

    /** Names of folders have at most 255 bytes; a file from elsewhere may have longer ones. */
    private static final int MAX_NAME = 1000;

    private static final ObjectMapper STRICT =
        new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    String text(String key) {
      String value = texts.get("onecycle." + key);
      if (value == null) {
        throw new BadDataException(unusable(key));
      }
      return value;
    }

    <E extends Enum<E>> E choice(String key, Class<E> values) {
      String text = text(key);
      for (E value : values.getEnumConstants()) {
        if (value.name().toLowerCase(Locale.ROOT).equals(text)) {
          return value;
        }
      }
      throw new BadDataException(unusable(key));
    }

    List<String> texts(String key) {
      List<String> values = new ArrayList<>();
      for (JsonNode value : list(key)) {
        require(value.isTextual() && value.asText().length() <= MAX_NAME, key);
        values.add(value.asText());
      }
      return values;
    }

    /** The shape of an image that can be read: [C, H, W]. */
    ImageShape shape(String key) {
      List<Integer> sizes = new ArrayList<>();
      long product = 1;
      for (JsonNode value : list(key)) {
        require(value.isInt() && value.asInt() >= 1 && value.asInt() <= MAX_SIDE, key);
        sizes.add(value.asInt());
        product *= value.asInt();
        require(sizes.size() <= 3 && product <= MAX_VALUES, key);
      }
      require(sizes.size() == 3 && (sizes.get(0) == 1 || sizes.get(0) == 3), key);
      return new ImageShape(sizes.get(0), sizes.get(1), sizes.get(2));
    }

    /** Finite numbers. */
    List<Double> numbers(String key, int count) {
      List<Double> values = new ArrayList<>();
      for (JsonNode value : list(key)) {
        values.add(finite(value, key));
      }
      require(values.size() == count, key);
      return values;
    }

    double number(String key) {
      return finite(tree(key), key);
    }

    private double finite(JsonNode value, String key) {
      require(value.isNumber() && Double.isFinite(value.asDouble()), key);
      return value.asDouble();
    }

    private JsonNode list(String key) {
      JsonNode tree = tree(key);
      require(tree.isArray(), key);
      return tree;
    }

    private JsonNode tree(String key) {
      try {
        return STRICT.readTree(text(key));
      } catch (JsonProcessingException e) {
        throw new BadDataException(unusable(key), e);
      }
    }

    private void require(boolean holds, String key) {
      if (!holds) {
        throw new BadDataException(unusable(key));
      }
    }

    private String unusable(String key) {
      return file
          + " holds weights but no usable onecycle."
          + key
          + " in its metadata; it was not written by onecycle";
    }
  }
}
