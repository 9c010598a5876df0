package dev.onecycle.torch.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.data.ImageShape;
import dev.onecycle.error.BadDataException;
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

  /** Reads a file that {@link #write} wrote. */
  public static ModelFile read(Path file) {
    Safetensors content = Safetensors.read(file);
    List<Integer> input = parse(file, content, "input", new TypeReference<>() {});
    if (input.size() != 3) {
      throw notOurs(file, "input");
    }
    return new ModelFile(
        text(file, content, "model"),
        parse(file, content, "classes", new TypeReference<>() {}),
        new ImageShape(input.get(0), input.get(1), input.get(2)),
        new Normalization(
            parse(file, content, "means", new TypeReference<>() {}),
            parse(file, content, "deviations", new TypeReference<>() {})),
        parse(file, content, "dropout", new TypeReference<Double>() {}),
        content.tensors());
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

  private static String text(Path file, Safetensors content, String key) {
    String value = content.metadata().get("onecycle." + key);
    if (value == null) {
      throw notOurs(file, key);
    }
    return value;
  }

  private static <T> T parse(Path file, Safetensors content, String key, TypeReference<T> type) {
    try {
      return JSON.readValue(text(file, content, key), type);
    } catch (JsonProcessingException e) {
      throw notOurs(file, key);
    }
  }

  private static BadDataException notOurs(Path file, String key) {
    return new BadDataException(
        file
            + " holds weights but no usable onecycle."
            + key
            + " in its metadata; it was not written by onecycle train");
  }
}
