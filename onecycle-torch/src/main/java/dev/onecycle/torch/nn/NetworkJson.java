package dev.onecycle.torch.nn;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.run.files.ParseErrors;
import dev.onecycle.text.Numbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The canonical text of a network, JSON: equal networks have equal texts, on every machine and in
 * every version.
 *
 * <p>A layer is an object of its {@code kind} and its components, in a fixed order and under names
 * of their own, which do not change when a Java name does.
 */
public final class NetworkJson {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final String KIND = "kind";

  /** Every kind of layer, with its name in JSON and both directions. */
  private static final List<Kind<?>> KINDS =
      List.of(
          new Kind<>(
              "conv",
              Layer.Conv.class,
              (layer, json) ->
                  put(json.put("in", layer.in()).put("out", layer.out()), layer.window())
                      .put("groups", layer.groups())
                      .put("bias", layer.bias())
                      .put("init", text(layer.init())),
              json ->
                  new Layer.Conv(
                      json.whole("in"),
                      json.whole("out"),
                      json.window(),
                      json.whole("groups"),
                      json.yesOrNo("bias"),
                      json.constant("init", Layer.Conv.Init.class))),
          new Kind<>(
              "whitening",
              Layer.Whitening.class,
              (layer, json) -> json.put("in", layer.in()).put("kernel", layer.kernel()),
              json -> new Layer.Whitening(json.whole("in"), json.whole("kernel"))),
          new Kind<>(
              "batch_norm",
              Layer.BatchNorm.class,
              (layer, json) -> json.put("features", layer.features()),
              json -> new Layer.BatchNorm(json.whole("features"))),
          new Kind<>("relu", Layer.Relu.class, (layer, json) -> {}, json -> new Layer.Relu()),
          new Kind<>("gelu", Layer.Gelu.class, (layer, json) -> {}, json -> new Layer.Gelu()),
          new Kind<>("silu", Layer.Silu.class, (layer, json) -> {}, json -> new Layer.Silu()),
          new Kind<>(
              "hardswish",
              Layer.Hardswish.class,
              (layer, json) -> {},
              json -> new Layer.Hardswish()),
          new Kind<>(
              "layer_norm",
              Layer.LayerNorm.class,
              (layer, json) -> json.put("features", layer.features()),
              json -> new Layer.LayerNorm(json.whole("features"))),
          new Kind<>(
              "group_norm",
              Layer.GroupNorm.class,
              (layer, json) -> json.put("groups", layer.groups()).put("features", layer.features()),
              json -> new Layer.GroupNorm(json.whole("groups"), json.whole("features"))),
          new Kind<>(
              "embedding",
              Layer.Embedding.class,
              (layer, json) -> json.put("count", layer.count()).put("size", layer.size()),
              json -> new Layer.Embedding(json.whole("count"), json.whole("size"))),
          new Kind<>(
              "view_mean",
              Layer.ViewMean.class,
              (layer, json) ->
                  json.put("views", text(layer.views())).set("body", write(layer.body())),
              json ->
                  new Layer.ViewMean(
                      json.layer("body"), json.constant("views", Layer.ViewMean.Views.class))),
          new Kind<>(
              "linear",
              Layer.Linear.class,
              (layer, json) ->
                  json.put("in", layer.in()).put("out", layer.out()).put("bias", layer.bias()),
              json -> new Layer.Linear(json.whole("in"), json.whole("out"), json.yesOrNo("bias"))),
          new Kind<>(
              "max_pool",
              Layer.MaxPool.class,
              (layer, json) -> put(json, layer.window()),
              json -> new Layer.MaxPool(json.window())),
          new Kind<>(
              "average_pool",
              Layer.AveragePool.class,
              (layer, json) -> put(json, layer.window()),
              json -> new Layer.AveragePool(json.window())),
          new Kind<>(
              "global_average_pool",
              Layer.GlobalAveragePool.class,
              (layer, json) -> {},
              json -> new Layer.GlobalAveragePool()),
          new Kind<>(
              "global_max_pool",
              Layer.GlobalMaxPool.class,
              (layer, json) -> {},
              json -> new Layer.GlobalMaxPool()),
          new Kind<>(
              "flatten", Layer.Flatten.class, (layer, json) -> {}, json -> new Layer.Flatten()),
          new Kind<>(
              "scale",
              Layer.Scale.class,
              (layer, json) -> json.set("factor", number(layer.factor())),
              json -> new Layer.Scale(json.number("factor"))),
          new Kind<>(
              "dropout",
              Layer.Dropout.class,
              (layer, json) -> json.set("rate", number(layer.rate())),
              json -> new Layer.Dropout(json.number("rate"))),
          new Kind<>(
              "reflection_pad",
              Layer.ReflectionPad.class,
              (layer, json) ->
                  json.put("left", layer.left())
                      .put("right", layer.right())
                      .put("top", layer.top())
                      .put("bottom", layer.bottom()),
              json ->
                  new Layer.ReflectionPad(
                      json.whole("left"),
                      json.whole("right"),
                      json.whole("top"),
                      json.whole("bottom"))),
          new Kind<>(
              "residual",
              Layer.Residual.class,
              (layer, json) ->
                  json.<ObjectNode>set("body", write(layer.body()))
                      .set("shortcut", write(layer.shortcut())),
              json -> new Layer.Residual(json.layer("body"), json.layer("shortcut"))),
          new Kind<>(
              "sequential",
              Layer.Sequential.class,
              (layer, json) -> {
                ArrayNode parts = json.putArray("parts");
                for (Layer.Named part : layer.parts()) {
                  parts.addObject().put("name", part.name()).set("layer", write(part.layer()));
                }
              },
              json -> new Layer.Sequential(json.parts("parts"))),
          new Kind<>("script", Script.class, NetworkJson::put, Fields::script));

  private NetworkJson() {}

  private record Kind<L extends Layer>(
      String name, Class<L> type, BiConsumer<L, ObjectNode> writer, Function<Fields, L> reader) {
    ObjectNode write(Layer layer) {
      ObjectNode json = JSON.createObjectNode().put(KIND, name);
      writer.accept(type.cast(layer), json);
      return json;
    }
  }

  /** The canonical text of a network, in one line. */
  public static String write(Network network) {
    ObjectNode json = JSON.createObjectNode().put("name", network.name());
    SampleLayout input = network.input();
    ArrayNode shape =
        input.isImage()
            ? json.putArray("input")
            : json.putObject("input").put("type", text(input.type())).putArray("shape");
    input.shape().forEach(shape::add);
    json.put("outputs", network.outputs()).set("layers", write(network.layers()));
    try {
      return JSON.writeValueAsString(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of texts and numbers can always be written", e);
    }
  }

  /**
   * As {@link #read(String, ScriptFile.Finder)}, of a network without TorchScript files.
   *
   * @throws BadDataException naming the part that is missing, unknown or out of range
   */
  public static Network read(String text) {
    return read(text, ScriptFile::distrusted);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @param scripts finds the files of networks in TorchScript
   * @throws BadDataException naming the part that is missing, unknown or out of range
   */
  public static Network read(String text, ScriptFile.Finder scripts) {
    try {
      Fields json = new Fields("the network", JSON.readTree(text), scripts);
      Network network =
          new Network(
              json.text("name"), json.layout("input"), json.whole("outputs"), json.layer("layers"));
      json.requireAllRead();
      return network;
    } catch (JsonProcessingException e) {
      throw new BadDataException("a network is not valid JSON: " + ParseErrors.reason(e), e);
    } catch (InvalidValueException e) {
      throw new BadDataException("a network is not usable: " + e.getMessage(), e);
    }
  }

  private static ObjectNode write(Layer layer) {
    for (Kind<?> kind : KINDS) {
      if (kind.type.isInstance(layer)) {
        return kind.write(layer);
      }
    }
    return ProvidedLayers.write(
        layer, JSON.createObjectNode().put(KIND, layer.getClass().getName()));
  }

  private static Layer read(JsonNode json, ScriptFile.Finder scripts) {
    Fields fields = new Fields("a layer", json, scripts);
    String name = fields.text(KIND);
    for (Kind<?> kind : KINDS) {
      if (kind.name.equals(name)) {
        Fields own = new Fields("a layer of kind " + name, json, scripts);
        own.text(KIND);
        Layer layer = kind.reader.apply(own);
        own.requireAllRead();
        return layer;
      }
    }
    List<String> names = KINDS.stream().map(Kind::name).toList();
    Class<? extends Layer> provided =
        ProvidedLayers.named(name)
            .orElseThrow(
                () ->
                    new BadDataException(
                        "a layer's kind must be one of "
                            + names
                            + ", or a class of a LayerProvider on the class path, but was "
                            + name));
    Fields own = new Fields("a layer of kind " + name, json, scripts);
    own.text(KIND);
    Layer layer = ProvidedLayers.read(provided, own);
    own.requireAllRead();
    return layer;
  }

  private static void put(Script script, ObjectNode json) {
    ImageShape input = script.input();
    json.put("sha256", script.file().sha256());
    json.putArray("input").add(input.channels()).add(input.height()).add(input.width());
    json.put("outputs", script.outputs()).put("layout", text(script.layout()));
    json.put("random", script.drawsRandomNumbers());
    ArrayNode arrays = json.putArray("arrays");
    for (Script.Array array : script.arrays()) {
      ArrayNode shape =
          arrays
              .addObject()
              .put("name", array.name())
              .put("role", text(array.role()))
              .putArray("shape");
      array.shape().forEach(shape::add);
    }
  }

  private static ObjectNode put(ObjectNode json, Layer.Window window) {
    json.set("kernel", size(window.kernel()));
    json.set("stride", size(window.stride()));
    json.set("padding", size(window.padding()));
    return json.set("dilation", size(window.dilation()));
  }

  /** One number, or height and width. */
  private static JsonNode size(Layer.Size size) {
    return size.square()
        ? JSON.getNodeFactory().numberNode(size.height())
        : JSON.createArrayNode().add(size.height()).add(size.width());
  }

  private static String text(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** A number without a digit too many: {@code 0.125}, never {@code 1.25E-1}. */
  static JsonNode number(double value) {
    return DecimalNode.valueOf(new BigDecimal(Numbers.exact(value)));
  }

  /** The fields of an object, each of the type that it must have. */
  static final class Fields {
    private final String owner;
    private final JsonNode json;
    private final ScriptFile.Finder scripts;
    private final Set<String> read = new TreeSet<>();

    Fields(String owner, JsonNode json, ScriptFile.Finder scripts) {
      this.owner = owner;
      this.json = json;
      this.scripts = scripts;
      if (!json.isObject()) {
        throw new BadDataException(owner + " must be a JSON object but was " + json);
      }
    }

    private JsonNode value(String name) {
      read.add(name);
      return json.path(name);
    }

    void require(boolean holds, String name, String constraint) {
      if (!holds) {
        String value = json.has(name) ? json.path(name).toString() : "not there";
        throw new BadDataException(
            name + " of " + owner + " must be " + constraint + " but was " + value);
      }
    }

    int whole(String name) {
      return whole(name, value(name));
    }

    int whole(String name, JsonNode value) {
      require(value.isInt(), name, "a whole number");
      return value.asInt();
    }

    long longWhole(String name) {
      JsonNode value = value(name);
      require(value.isIntegralNumber() && value.canConvertToLong(), name, "a whole number");
      return value.asLong();
    }

    ImageShape imageShape(String name) {
      List<Integer> sizes = new ArrayList<>();
      list(name).forEach(size -> sizes.add(whole(name, size)));
      require(sizes.size() == 3, name, "three numbers");
      return new ImageShape(sizes.get(0), sizes.get(1), sizes.get(2));
    }

    /** [C, H, W] of an image, or the type and the shape of another sample. */
    SampleLayout layout(String name) {
      if (value(name).isArray()) {
        return imageShape(name).layout();
      }
      Fields fields = new Fields(name + " of " + owner, value(name), scripts);
      List<Integer> shape = new ArrayList<>();
      fields.list("shape").forEach(size -> shape.add(fields.whole("shape", size)));
      SampleLayout layout =
          new SampleLayout(fields.constant("type", SampleLayout.Type.class), shape);
      fields.requireAllRead();
      return layout;
    }

    Script script() {
      ImageShape input = imageShape("input");
      List<Script.Array> arrays = new ArrayList<>();
      for (JsonNode item : list("arrays")) {
        Fields array = new Fields("an array of a script", item, scripts);
        List<Long> shape = new ArrayList<>();
        for (JsonNode size : array.list("shape")) {
          array.require(
              size.isIntegralNumber() && size.canConvertToLong(), "shape", "whole numbers");
          shape.add(size.asLong());
        }
        arrays.add(
            new Script.Array(array.text("name"), shape, array.constant("role", Script.Role.class)));
        array.requireAllRead();
      }
      return new Script(
          scripts.find(text("sha256")),
          input,
          whole("outputs"),
          arrays,
          constant("layout", Script.Layout.class),
          yesOrNo("random"));
    }

    Layer.Window window() {
      return new Layer.Window(size("kernel"), size("stride"), size("padding"), size("dilation"));
    }

    private Layer.Size size(String name) {
      JsonNode size = value(name);
      if (!size.isArray()) {
        return new Layer.Size(whole(name));
      }
      require(size.size() == 2, name, "a whole number, or a height and a width");
      return new Layer.Size(whole(name, size.get(0)), whole(name, size.get(1)));
    }

    double number(String name) {
      require(value(name).isNumber(), name, "a number");
      return value(name).asDouble();
    }

    boolean yesOrNo(String name) {
      require(value(name).isBoolean(), name, "true or false");
      return value(name).asBoolean();
    }

    String text(String name) {
      require(value(name).isTextual(), name, "a text");
      return value(name).asText();
    }

    <E extends Enum<E>> E constant(String name, Class<E> type) {
      String text = text(name);
      for (E constant : type.getEnumConstants()) {
        if (NetworkJson.text(constant).equals(text)) {
          return constant;
        }
      }
      List<String> names =
          List.of(type.getEnumConstants()).stream().map(NetworkJson::text).toList();
      throw new BadDataException(
          name + " of " + owner + " must be one of " + names + " but was " + text);
    }

    JsonNode list(String name) {
      require(value(name).isArray(), name, "a list");
      return value(name);
    }

    Layer layer(String name) {
      return NetworkJson.read(value(name), scripts);
    }

    List<Layer.Named> parts(String name) {
      List<Layer.Named> parts = new ArrayList<>();
      for (JsonNode item : list(name)) {
        Fields part = new Fields("a part of a sequence", item, scripts);
        parts.add(new Layer.Named(part.text("name"), part.layer("layer")));
        part.requireAllRead();
      }
      return parts;
    }

    void requireAllRead() {
      json.fieldNames()
          .forEachRemaining(
              name -> {
                if (!read.contains(name)) {
                  throw new BadDataException(owner + " has the unknown component " + name);
                }
              });
    }
  }
}
