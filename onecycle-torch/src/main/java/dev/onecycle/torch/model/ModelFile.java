package dev.onecycle.torch.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.Safetensors;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A trained model as a file: weights, and what is needed to use them. The metadata of a safetensors
 * file holds the latter.
 *
 * @param model name of the network
 * @param classes names by label
 * @param input shape of one image
 * @param normalization applied to pixels
 * @param dropout share dropped before the last layer in training
 * @param tensors weights and running statistics by name
 */
public record ModelFile(
    String model,
    List<String> classes,
    ImageShape input,
    Normalization normalization,
    double dropout,
    List<NamedTensor> tensors) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public ModelFile {
    classes = List.copyOf(classes);
    tensors = List.copyOf(tensors);
  }

  /** The same model with other weights. */
  public ModelFile with(List<NamedTensor> newTensors) {
    return new ModelFile(model, classes, input, normalization, dropout, newTensors);
  }

  /** Writes the file whole or not at all. */
  public void write(Path file) {
    content().write(file);
  }

  /** What the file holds. */
  public Safetensors content() {
    return new Safetensors(
        Map.of(
            "format", "pt",
            "onecycle.model", model,
            "onecycle.classes", json(classes),
            "onecycle.input", json(List.of(input.channels(), input.height(), input.width())),
            "onecycle.means", json(normalization.means()),
            "onecycle.stds", json(normalization.stds()),
            "onecycle.dropout", json(dropout)),
        tensors);
  }

  /**
   * Reads a file that {@link #write} wrote. That the metadata make sense and the weights are finite
   * is checked; whether they are those of the network, {@link #readKnown} checks.
   *
   * @throws BadDataException naming the file and what is wrong with it
   */
  public static ModelFile read(Path file) {
    Safetensors content = Safetensors.read(file);
    ModelMetadata metadata = new ModelMetadata(file, content.metadata());
    return usable(
        file,
        () -> {
          ImageShape input = metadata.shape("input");
          int channels = input.channels();
          content.tensors().forEach(NamedTensor::requireFinite);
          return new ModelFile(
              metadata.text("model"),
              metadata.texts("classes"),
              input,
              new Normalization(
                  metadata.numbers("means", channels, -Double.MAX_VALUE),
                  metadata.numbers("stds", channels, Double.MIN_VALUE)),
              metadata.number("dropout"),
              content.tensors());
        });
  }

  /**
   * Reads the file of a network that comes with the library. All of it is checked before anything
   * native is made of it: also that the weights are those of the network.
   *
   * @throws BadDataException naming the file and what is wrong with it
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

  private static ModelFile usable(Path file, Supplier<ModelFile> model) {
    try {
      return model.get();
    } catch (InvalidValueException | BadDataException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(file.toString()) && e instanceof BadDataException known
          ? known
          : new BadDataException(file + " holds no usable model: " + message, e);
    }
  }

  /** The network, where it is one of those that come with the library. */
  public Network network() {
    return Models.byName(model).network(input, classes.size(), dropout);
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and texts can always be written", e);
    }
  }
}
