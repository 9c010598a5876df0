package dev.onecycle.torch.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.Resize;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.data.sample.Targets;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.run.RunFolder;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.nn.NetworkJson;
import dev.onecycle.torch.nn.ScriptFile;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.weights.NamedTensor;
import dev.onecycle.torch.weights.Safetensors;
import dev.onecycle.torch.weights.StoredTensor;
import dev.onecycle.torch.weights.WeightFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A trained model as a safetensors file: its weights, with the network, the targets and the
 * normalization in the file's metadata. The network stands there as JSON, so that any network is
 * read again, also one that does not come with the library.
 *
 * @param network that the weights belong to
 * @param targets the meaning of its outputs, with their names
 * @param samples that it takes
 * @param tensors weights and running statistics by name
 */
public record ModelFile(
    Network network, Targets targets, ModelInput samples, List<NamedTensor> tensors) {
  /** The name of the model file in the folder of a run. */
  public static final String NAME = "model.safetensors";

  /** The name of the TorchScript file of a network beside its model file. */
  public static final String SCRIPT = "network.pt";

  private static final ObjectMapper JSON = new ObjectMapper();

  /** A checkpoint's model file lies so deep in the folder of its run. */
  private static final int FOLDERS_ABOVE = 2;

  public ModelFile {
    tensors = List.copyOf(tensors);
    Require.that(
        targets.outputs() == network.outputs(),
        "names of " + targets.kind(),
        network.outputs() + ", as many as the outputs of " + network.name() + ",",
        targets.outputs(),
        targets);
    Require.that(
        samples.layout().equals(network.input()),
        "shape of the " + samples.layout().noun() + "s",
        network.input() + ", the input of " + network.name() + ",",
        samples.layout(),
        samples);
  }

  /** A model that classifies images. */
  public ModelFile(
      Network network, List<String> classes, ModelInput images, List<NamedTensor> tensors) {
    this(network, new Targets.Classes(classes), images, tensors);
  }

  /**
   * The names of its classes, by label.
   *
   * @throws BadDataException where it does not classify images
   */
  public List<String> classes() {
    if (!(targets instanceof Targets.Classes classes) || !samples.layout().isImage()) {
      throw new BadDataException(
          "the model must classify images but gives "
              + targets.describe()
              + " for samples "
              + samples.layout()
              + "; use it from a program, by Learner.load");
    }
    return classes.names();
  }

  /** The same model with other weights. */
  public ModelFile with(List<NamedTensor> newTensors) {
    return new ModelFile(network, targets, samples, newTensors);
  }

  /**
   * The images that it takes.
   *
   * @throws BadDataException where it does not classify images
   */
  public ModelInput images() {
    if (classes().isEmpty()) {
      throw new BadDataException("the model must have classes but has none");
    }
    return samples;
  }

  /**
   * The shape of one image.
   *
   * @throws BadDataException where it does not classify images
   */
  public ImageShape input() {
    return ImageShape.of(images().layout());
  }

  /** The normalization of the samples. */
  public Normalization normalization() {
    return samples.normalization();
  }

  /** Writes the file whole or not at all. */
  public void write(Path file) {
    content().write(file);
  }

  /** The content of the file. */
  public Safetensors content() {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("format", "pt");
    metadata.put("onecycle.network", NetworkJson.write(network));
    metadata.put("onecycle." + targets.kind(), json(targets.names()));
    if (samples.layout().isImage()) {
      metadata.put("onecycle.resize", samples.resize().text());
      metadata.put("onecycle.orientation", samples.orientation().text());
    }
    metadata.put("onecycle.means", json(normalization().means()));
    metadata.put("onecycle.stds", json(normalization().stds()));
    return new Safetensors(metadata, tensors);
  }

  /**
   * Reads a file that {@link #write} wrote. Everything is checked before the engine is used, also
   * that the weights belong to the network and are finite. A network from a TorchScript file is
   * refused, see {@link #readTrusting}.
   *
   * @throws BadDataException naming the file and the fault
   */
  public static ModelFile read(Path file) {
    return read(file, ScriptFile::distrusted);
  }

  /**
   * As {@link #read}, also where the network is a TorchScript file: a program that runs in this
   * process once the network is used. It is looked for beside the model file and in the two folders
   * above, as {@value #SCRIPT}, and must be the very file that the model was trained with.
   *
   * @throws BadDataException naming the file and the fault
   */
  public static ModelFile readTrusting(Path file) {
    return read(file, sha256 -> beside(file, sha256));
  }

  /**
   * Reads the model of a run's folder, or a model file.
   *
   * @param trusting whether its network may be a TorchScript file, see {@link #readTrusting}
   * @throws BadDataException where there is none, or it is not usable
   */
  public static ModelFile at(Path runOrFile, boolean trusting) {
    boolean folder = Files.isDirectory(runOrFile);
    Path file = folder ? runOrFile.resolve(NAME) : runOrFile;
    if (folder && !Files.exists(file)) {
      throw new BadDataException(
          Files.exists(runOrFile.resolve(RunFolder.RECORD))
              ? runOrFile
                  + " has no model yet, which training writes at its end;"
                  + " wait for it, or resume the run if it was stopped"
              : runOrFile + " is not the folder of a run; name the run or its " + NAME + " first");
    }
    return trusting ? readTrusting(file) : read(file);
  }

  private static ScriptFile beside(Path file, String sha256) {
    Path folder = file.toAbsolutePath().getParent();
    for (int i = 0; i <= FOLDERS_ABOVE && folder != null; i++) {
      Path found = folder.resolve(SCRIPT);
      if (Files.isRegularFile(found)) {
        ScriptFile script = ScriptFile.at(found);
        if (!script.sha256().equals(sha256)) {
          throw new BadDataException(
              "its network "
                  + found
                  + " must have sha256 "
                  + sha256
                  + " but has "
                  + script.sha256()
                  + "; put the TorchScript file there that it was trained with");
        }
        return script;
      }
      folder = folder.getParent();
    }
    throw new BadDataException(
        "its network must be beside it, a TorchScript file "
            + SCRIPT
            + " with sha256 "
            + sha256
            + ", but is not there; copy it from the folder of the run");
  }

  /**
   * The model whose arrays and metadata were read before, see {@link WeightFile.Format#MODEL}.
   *
   * @param trusting whether its network may be a TorchScript file, see {@link #readTrusting}
   * @throws BadDataException naming the file and the fault
   */
  public static ModelFile of(WeightFile read, boolean trusting) {
    Path file = read.file();
    return of(
        file,
        usable(
            file,
            () ->
                new Safetensors(
                    read.metadata(),
                    read.tensors().stream().map(StoredTensor::toFloat32).toList())),
        trusting ? sha256 -> beside(file, sha256) : ScriptFile::distrusted);
  }

  private static ModelFile read(Path file, ScriptFile.Finder scripts) {
    return of(file, Safetensors.read(file), scripts);
  }

  private static ModelFile of(Path file, Safetensors content, ScriptFile.Finder scripts) {
    Metadata metadata = new Metadata(content.metadata());
    return usable(
        file,
        () -> {
          Network network = metadata.network(scripts);
          SampleLayout layout = network.input();
          int channels = layout.type() == SampleLayout.Type.INT64 ? 0 : layout.channels();
          Normalization normalization =
              new Normalization(
                  metadata.numbers("means", channels), metadata.numbers("stds", channels));
          ModelInput samples =
              layout.isImage()
                  ? new ModelInput(
                      layout,
                      metadata.choice("resize", Resize.class),
                      metadata.choice("orientation", Orientation.class),
                      normalization)
                  : new ModelInput(layout, normalization);
          NetworkWeights.requireSame(network, content.tensors());
          return new ModelFile(network, metadata.targets(), samples, content.tensors());
        });
  }

  private static <T> T usable(Path file, Supplier<T> check) {
    try {
      return check.get();
    } catch (InvalidValueException | BadDataException e) {
      throw new BadDataException(file + " holds no usable model: " + e.getMessage(), e);
    }
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
   * @param texts by name
   */
  private record Metadata(Map<String, String> texts) {
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

    Targets targets() {
      if (texts.containsKey("onecycle.labels")) {
        return new Targets.Labels(texts("labels"));
      }
      return texts.containsKey("onecycle.numbers")
          ? new Targets.Numbers(texts("numbers"))
          : new Targets.Classes(texts("classes"));
    }

    /** A network of samples that can be read. */
    Network network(ScriptFile.Finder scripts) {
      Network network = NetworkJson.read(text("network"), scripts);
      SampleLayout input = network.input();
      if (input.isImage()) {
        ImageShape image = network.imageShape();
        require(
            Math.max(image.height(), image.width()) <= MAX_SIDE && image.bytes() <= MAX_VALUES,
            "network");
      }
      return network;
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

    private static String unusable(String key) {
      return "its metadata have no usable onecycle." + key + "; it was not written by onecycle";
    }
  }
}
