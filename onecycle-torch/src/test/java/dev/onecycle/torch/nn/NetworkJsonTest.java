package dev.onecycle.torch.nn;

import static dev.onecycle.torch.nn.Layer.named;
import static dev.onecycle.torch.nn.Layer.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.model.Doubled;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class NetworkJsonTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 16);

  private static final Layer.Window WIDE =
      new Layer.Window(
          new Layer.Size(1, 3), new Layer.Size(1), new Layer.Size(0, 2), new Layer.Size(2));

  /** One layer of every kind that images go through. */
  private static final Network EVERYTHING =
      new Network(
          "every",
          SHAPE,
          4,
          new Layer.ViewMean(
              sequence(
                  named("whiten", new Layer.Whitening(3, 2)),
                  named("gelu", new Layer.Gelu()),
                  named("pad", new Layer.ReflectionPad(1, 2, 3, 4)),
                  named(
                      "conv",
                      new Layer.Conv(24, 8, 3, 2, 1, true).withInit(Layer.Conv.Init.IDENTITY)),
                  named("norm", new Layer.BatchNorm(8)),
                  named("relu", new Layer.Relu()),
                  named("drop", new Layer.Dropout(0.25)),
                  named("same", new Layer.Residual(sequence(new Layer.Relu()), Layer.identity())),
                  named("pool", new Layer.MaxPool(2)),
                  named("mean", new Layer.AveragePool(3, 1, 1)),
                  named("silu", new Layer.Silu()),
                  named("hardswish", new Layer.Hardswish()),
                  named("layer", new Layer.LayerNorm(8)),
                  named("group", new Layer.GroupNorm(2, 8)),
                  named("wide", new Layer.Conv(8, 8, WIDE, 4, false)),
                  named(
                      "both",
                      new Layer.Residual(new Layer.GlobalAveragePool(), new Layer.GlobalMaxPool())),
                  named("flat", new Layer.Flatten()),
                  named("fc", new Layer.Linear(8, 4, false)),
                  named("scale", new Layer.Scale(1 / 9.0))),
              Layer.ViewMean.Views.FLIP));

  static Stream<Network> networks() {
    return Stream.concat(
        Models.list().stream()
            .flatMap(
                model -> Stream.of(model.network(SHAPE, 10, 0), model.network(SHAPE, 7, 0.15))),
        Stream.of(EVERYTHING));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void networksGoOutAndComeBack(Network network) {
    String text = NetworkJson.write(network);
    assertThat(NetworkJson.read(text)).isEqualTo(network);
    assertThat(NetworkJson.write(NetworkJson.read(text))).isEqualTo(text);
  }

  /** The text of a saved network must not change: conditions and files rest on it. */
  @Test
  void theTextIsFixed() {
    Network network =
        new Network(
            "tiny",
            new ImageShape(1, 8, 9),
            2,
            sequence(
                named("conv", new Layer.Conv(1, 4, 3, 1, 1, false)),
                named("bn", new Layer.BatchNorm(4)),
                named("drop", new Layer.Dropout(0.00005)),
                named("pool", new Layer.GlobalMaxPool()),
                named("fc", new Layer.Linear(4, 2, true)),
                named("scale", new Layer.Scale(0.125))));
    assertThat(NetworkJson.write(network))
        .isEqualTo(
            "{\"name\":\"tiny\",\"input\":[1,8,9],\"outputs\":2,\"layers\":"
                + "{\"kind\":\"sequential\",\"parts\":["
                + "{\"name\":\"conv\",\"layer\":{\"kind\":\"conv\",\"in\":1,\"out\":4,\"kernel\":3,"
                + "\"stride\":1,\"padding\":1,\"dilation\":1,\"groups\":1,\"bias\":false,\"init\":\"he\"}},"
                + "{\"name\":\"bn\",\"layer\":{\"kind\":\"batch_norm\",\"features\":4}},"
                + "{\"name\":\"drop\",\"layer\":{\"kind\":\"dropout\",\"rate\":0.00005}},"
                + "{\"name\":\"pool\",\"layer\":{\"kind\":\"global_max_pool\"}},"
                + "{\"name\":\"fc\",\"layer\":{\"kind\":\"linear\",\"in\":4,\"out\":2,\"bias\":true}},"
                + "{\"name\":\"scale\",\"layer\":{\"kind\":\"scale\",\"factor\":0.125}}]}}");
    assertThat(network.structure()).isEqualTo("tiny 3e6c333bf277");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "\"kind\":\"relu\"; \"kind\":\"tanh\"; a layer's kind must be one of [conv, ; but was tanh",
        "\"kind\":\"relu\"; \"kind\":7; kind of a layer must be a text; but was 7",
        "\"stride\":2; \"strides\":2; stride of a layer of kind conv must be a whole number; not there",
        "\"stride\":2; \"stride\":2,\"dilatation\":2; a layer of kind conv has; dilatation",
        "\"stride\":2; \"stride\":[2,1,1]; stride of a layer of kind conv must be; a height and a width",
        "[1,3]; [1,0]; a network is not usable: kernel must be at least 1; was 0",
        "\"stride\":2; \"stride\":2.5; stride of a layer of kind conv; but was 2.5",
        "\"stride\":2; \"stride\":0; a network is not usable: stride must be at least 1; was 0",
        "\"identity\"; \"orthogonal\"; init of a layer of kind conv; [he, identity, uniform]",
        "\"bias\":true; \"bias\":1; bias of a layer of kind conv must be true or false; was 1",
        "\"rate\":0.25; \"rate\":1; dropout must be in [0, 1); but was 1",
        "\"name\":\"fc\"; \"nam\":\"fc\"; name of a part of a sequence must be a text; not there",
        "\"name\":\"fc\"; \"name\":\"gelu\"; names of a sequence must be distinct; gelu",
        "[3,16,16]; [3,16]; input of the network must be three numbers; [3,16]",
        "[3,16,16]; [2,16,16]; channels must be 1 or 3; was 2",
        "\"outputs\":4; \"outputs\":4,\"more\":1; the network has the unknown component; more",
        "\"in\":8,\"out\":4; \"in\":21,\"out\":4; a network is not usable: layer fc (Linear in=21) gets"
            + " 8 features; make it for 8",
        "{\"name\":\"every\"; [\"name\":\"every\"; not valid JSON;",
      })
  void unsoundTextIsRefusedByThePart(String sound, String unsound, String message, String more) {
    String text = NetworkJson.write(EVERYTHING);
    assertThat(text).contains(sound);
    assertThatThrownBy(() -> NetworkJson.read(text.replaceFirst(quoted(sound), unsound)))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining(message)
        .hasMessageContaining(more == null ? "" : more);
  }

  /** A file names classes, but only those of providers are made. */
  @Test
  void layersOfOnesOwnGoOutAndComeBack() {
    Network network =
        new Network(
            "own",
            new ImageShape(1, 2, 2),
            2,
            sequence(new Doubled(0.5, true), new Layer.Flatten(), new Layer.Linear(4, 2, true)));
    String text = NetworkJson.write(network);
    assertThat(text)
        .contains("{\"kind\":\"dev.onecycle.torch.model.Doubled\",\"factor\":0.5,\"twice\":true}");
    assertThat(NetworkJson.read(text)).isEqualTo(network);
    assertThatThrownBy(() -> NetworkJson.read(text.replace("0.5", "500")))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("factor must be less than 100");
    assertThatThrownBy(() -> NetworkJson.read(text.replace("\"twice\":true", "\"twice\":1")))
        .hasMessageContaining("twice of a layer of kind dev.onecycle.torch.model.Doubled must be");
    assertThatThrownBy(() -> NetworkJson.read(text.replace("model.Doubled", "nn.Models")))
        .hasMessageContaining("or a class of a LayerProvider on the class path, but was");
  }

  private static String quoted(String text) {
    return Pattern.quote(text);
  }

  @Test
  void structuresDifferWhereLayersDo() {
    assertThat(Models.list().stream().map(m -> m.network(SHAPE, 10, 0).structure()))
        .doesNotHaveDuplicates()
        .allMatch(structure -> structure.matches("[a-z0-9]+ [0-9a-f]{12}"));
    List<String> fast =
        Stream.of(0.0, 0.2)
            .map(rate -> Models.byName("fast").network(SHAPE, 10, rate).structure())
            .toList();
    assertThat(fast.get(0)).isEqualTo(fast.get(1));
  }
}
