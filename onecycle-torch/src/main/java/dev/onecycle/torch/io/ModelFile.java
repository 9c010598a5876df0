package dev.onecycle.torch.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.data.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.internal.Weights;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.train.Normalization;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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
            "onecycle.deviations", json(normalization.deviations()),
            "onecycle.dropout", json(dropout)),
        tensors);
  }

  /**
   * Reads a file that {@link #write} wrote for a network that comes with the library. All of it is
   * checked before anything is made of it: that the metadata make sense, and that the weights are
   * finite and those of the network. Weights of other networks are read as {@link Safetensors}.
   *
   * @throws BadDataException naming the file and what is wrong with it
   */
  public static ModelFile read(Path file) {
    Safetensors content = Safetensors.read(file);
    ModelMetadata metadata = new ModelMetadata(file, content.metadata());
    List<Integer> input = metadata.sizes("input", 3);
    List<Double> means = metadata.numbers("means", input.get(0), -Double.MAX_VALUE);
    List<Double> deviations = metadata.numbers("deviations", input.get(0), Double.MIN_VALUE);
    ModelFile model;
    Network network;
    try {
      model =
          new ModelFile(
              metadata.text("model"),
              metadata.texts("classes"),
              new ImageShape(input.get(0), input.get(1), input.get(2)),
              new Normalization(means, deviations),
              metadata.number("dropout"),
              content.tensors());
      network = model.network();
    } catch (InvalidValueException e) {
      throw new BadDataException(file + " holds no usable model: " + e.getMessage(), e);
    }
    try {
      Weights.requireThoseOf(network, model.tensors);
      model.tensors.forEach(Weights::requireFinite);
    } catch (BadDataException e) {
      throw new BadDataException(file + " holds no usable model: " + e.getMessage(), e);
    }
    return model;
  }

  /** The network, where it is one of those that come with the library. */
  public Network network() {
    return Models.byName(model, input, classes.size(), dropout);
  }

  private static String json(Object value) {
    try {
      return JSON.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and texts can always be written", e);
    }
  }
}
