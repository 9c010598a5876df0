package dev.onecycle.torch.nn;

import static dev.onecycle.torch.nn.Layer.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LayerTest {
  private static final Layer RELU = new Layer.Relu();
  private static final Layer GELU = new Layer.Gelu();

  private static Trace trace(Layer layer) {
    return layer.trace(Trace.of(new ImageShape(3, 9, 11).layout()));
  }

  private static Trace image(long channels, long height, long width, long multiplications) {
    return new Trace(channels, height, width, Trace.Form.IMAGE, multiplications, "");
  }

  /** By hand. */
  @Test
  void shapesAndMultiplicationsFollowTheLayers() {
    assertThat(trace(new Layer.Conv(3, 5, 3, 2, 1, true)))
        .isEqualTo(image(5, 5, 6, 3 * 5 * 9 * 5 * 6));
    assertThat(trace(new Layer.Whitening(3, 2))).isEqualTo(image(24, 8, 10, 3 * 24 * 4 * 80));
    assertThat(trace(new Layer.MaxPool(2))).isEqualTo(image(3, 4, 5, 0));
    assertThat(trace(new Layer.ReflectionPad(1, 2, 3, 4))).isEqualTo(image(3, 16, 14, 0));
    assertThat(trace(new Layer.GlobalMaxPool()))
        .isEqualTo(new Trace(3, 1, 1, Trace.Form.FEATURES, 0, ""));
    assertThat(trace(sequence(new Layer.Flatten(), new Layer.Linear(297, 7, false))))
        .isEqualTo(new Trace(7, 1, 1, Trace.Form.FEATURES, 297 * 7, ""));
    assertThat(trace(sequence(RELU, new Layer.BatchNorm(3), new Layer.Dropout(0.1))))
        .isEqualTo(image(3, 9, 11, 0));
  }

  /** By PyTorch's formulas, by hand. */
  @Test
  void windowsMayBeWideDilatedAndGrouped() {
    Layer.Window wide =
        new Layer.Window(new Layer.Size(1, 5), new Layer.Size(2, 1), new Layer.Size(0, 2));
    assertThat(trace(new Layer.Conv(3, 6, wide, 3, false)))
        .isEqualTo(image(6, 5, 11, 1 * 6 * 5 * 5 * 11));
    Layer.Window dilated =
        new Layer.Window(
            new Layer.Size(3), new Layer.Size(1), new Layer.Size(1), new Layer.Size(2));
    assertThat(trace(new Layer.Conv(3, 2, dilated, 1, true)))
        .isEqualTo(image(2, 7, 9, 3 * 2 * 9 * 7 * 9));
    assertThat(trace(new Layer.MaxPool(3, 2, 1))).isEqualTo(image(3, 5, 6, 0));
    assertThat(trace(new Layer.AveragePool(2, 2, 0))).isEqualTo(image(3, 4, 5, 0));
    assertThat(new Layer.Embedding(10, 4).trace(new Trace(7, 1, 1, Trace.Form.TOKENS, 0, "")))
        .isEqualTo(image(4, 1, 7, 0));
  }

  @Test
  void whatCannotBeDividedOrReadIsRefused() {
    Layer.Window plain = new Layer.Window(3, 1, 1);
    assertThatThrownBy(() -> new Layer.Conv(3, 4, plain, 3, false))
        .hasMessage("groups must be a divisor of in=3 and out=4 but was 3");
    assertThatThrownBy(() -> new Layer.GroupNorm(3, 4))
        .hasMessage("groups must be a divisor of features=4 but was 3");
    assertThatThrownBy(() -> new Layer.MaxPool(3, 2, 2))
        .hasMessage("padding must be at most half of the kernel, which is 3, but was 2");
    assertRefused(
        "layer 0 (Embedding count=5) gets an image of 3×9×11; make the network for tokens, and put"
            + " it first",
        sequence(new Layer.Embedding(5, 2)));
    assertThatThrownBy(
            () -> sequence(new Layer.Flatten()).trace(new Trace(7, 1, 1, Trace.Form.TOKENS, 0, "")))
        .hasMessage("layer 0 (Flatten) gets 7 tokens; put an Embedding before it");
  }

  @Test
  void bothPathsOfAResidualCount() {
    Layer body =
        sequence(new Layer.Conv(3, 4, 3, 2, 1, false), new Layer.Conv(4, 4, 3, 1, 1, false));
    Layer shortcut = new Layer.Conv(3, 4, 1, 2, 0, false);
    assertThat(trace(sequence(RELU, new Layer.Residual(body, shortcut))))
        .isEqualTo(image(4, 5, 6, 30 * (3 * 4 * 9 + 4 * 4 * 9 + 3 * 4)));
  }

  private static void assertRefused(String message, Layer layer) {
    assertThatThrownBy(() -> trace(layer))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(message);
  }

  @Test
  void aLayerThatDoesNotFitWhatItGetsIsNamedByItsPlace() {
    Layer flatten = new Layer.Flatten();
    assertRefused(
        "layer 1 (Linear in=21) gets 297 features; make it for 297, or change the layers before it",
        sequence(flatten, new Layer.Linear(21, 2, true)));
    assertRefused(
        "the layer (Conv in=4) gets an image of 3×9×11; make it for 3, or change the layers before"
            + " it",
        new Layer.Conv(4, 5, 3, 1, 1, true));
    assertRefused(
        "layer stem.norm (BatchNorm features=4) gets an image of 3×9×11; make it for 3, or change"
            + " the layers before it",
        sequence(Layer.named("stem", sequence(Layer.named("norm", new Layer.BatchNorm(4))))));
    assertRefused(
        "layer 0 (Linear in=3) gets an image of 3×9×11; put a Flatten or a GlobalAveragePool before"
            + " it",
        sequence(new Layer.Linear(3, 2, true)));
    assertRefused(
        "layer 1 (Conv in=297) gets 297 features; put it before the layer that makes features of"
            + " the image",
        sequence(flatten, new Layer.Conv(297, 5, 1, 1, 0, true)));
    assertRefused(
        "layer 0 (Conv in=3 kernel=12 stride=4 padding=1) gets an image of 3×9×11; take larger"
            + " images, a smaller kernel or less pooling before it",
        sequence(new Layer.Conv(3, 5, 12, 4, 1, true)));
    assertRefused(
        "layer 2 (MaxPool kernel=4 stride=4) gets an image of 3×2×2; take larger images or less pooling",
        sequence(new Layer.MaxPool(4), RELU, new Layer.MaxPool(4)));
    assertRefused(
        "layer 0 (ReflectionPad left=1 right=1 top=9 bottom=0) gets an image of 3×9×11; pad by less"
            + " than a side",
        sequence(new Layer.ReflectionPad(1, 1, 9, 0)));
    assertRefused(
        "layer 0 (Linear in=3) must have at most 536870911 weights; make it smaller",
        sequence(
            Layer.named("pool", new Layer.GlobalMaxPool()),
            Layer.named("0", new Layer.Linear(3, 900_000_000, true))));
    assertRefused(
        "layer 0 must have at most 1e15 values and multiplications an image; make the network or its"
            + " images smaller",
        sequence(new Layer.Conv(3, 5, 1, 1, Integer.MAX_VALUE / 2, true)));
    for (Layer global : List.of(new Layer.GlobalAveragePool(), new Layer.GlobalMaxPool())) {
      assertThatThrownBy(() -> trace(sequence(flatten, global)))
          .hasMessageStartingWith("layer 1 (Global")
          .hasMessageContaining("gets 297 features");
    }
  }

  @Test
  void bothPathsOfAResidualMustGiveTheSameShape() {
    assertRefused(
        "layer 0 (Residual) adds an image of 3×5×6 of its body to an image of 3×9×11 of its"
            + " shortcut; make both of the same shape",
        sequence(new Layer.Residual(new Layer.Conv(3, 3, 3, 2, 1, true), Layer.identity())));
    assertRefused(
        "layer 0.downsample.0 (Conv in=5) gets an image of 3×9×11; make it for 3, or change the"
            + " layers before it",
        sequence(
            new Layer.Residual(
                new Layer.Conv(3, 3, 3, 2, 1, true),
                sequence(new Layer.Conv(5, 3, 3, 2, 1, true)))));
  }

  @Test
  void aNetworkGivesAScoreForEachClass() {
    ImageShape shape = new ImageShape(3, 9, 11);
    Layer scores = sequence(new Layer.GlobalMaxPool(), new Layer.Linear(3, 7, true));
    assertThat(new Network("own", shape, 7, scores).outputs()).isEqualTo(7);
    assertThatThrownBy(() -> new Network("own", shape, 8, scores))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "output of own must be one value for each of 8 outputs but was 7 features; end with a"
                + " Linear layer of out=8");
    Layer whitening = new Layer.Whitening(3, 2);
    Layer end = sequence(new Layer.GlobalMaxPool(), new Layer.Linear(24, 3, true));
    assertThat(new Network("own", shape, 3, sequence(Layer.identity(), whitening, end)).outputs())
        .isEqualTo(3);
    assertThatThrownBy(() -> new Network("own", shape, 3, sequence(RELU, whitening, end)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("Whitening must come before all others");
    assertThatThrownBy(() -> new Network("own", shape, 3, RELU))
        .hasMessageContaining("but was an image of 3×9×11");
    ImageShape line = new ImageShape(3, 1, 11);
    assertThatThrownBy(
            () ->
                new Network(
                    "own",
                    line,
                    3,
                    new Layer.ViewMean(
                        new Layer.GlobalMaxPool(), Layer.ViewMean.Views.FLIP_AND_SHIFT)))
        .hasMessageContaining("take images of at least 2×2 pixels");
  }

  @Test
  void childrenCanBeSeenAndReplaced() {
    Layer residual = new Layer.Residual(RELU, Layer.identity());
    Layer views = new Layer.ViewMean(RELU, Layer.ViewMean.Views.FLIP);
    Layer parts = sequence(Layer.named("a", RELU), Layer.named("b", residual));
    assertThat(RELU.children()).isEmpty();
    assertThat(residual.children()).containsExactly(RELU, Layer.identity());
    assertThat(views.children()).containsExactly(RELU);
    assertThat(parts.children()).containsExactly(RELU, residual);
    for (Layer layer : List.of(RELU, residual, views, parts)) {
      assertThat(layer.mapChildren(child -> child)).isEqualTo(layer);
      List<Layer> seen = new ArrayList<>();
      Layer changed =
          layer.mapChildren(
              child -> {
                seen.add(child);
                return GELU;
              });
      assertThat(seen).isEqualTo(layer.children());
      assertThat(changed.children()).hasSameSizeAs(seen).allMatch(GELU::equals);
    }
    assertThat(parts.mapChildren(child -> GELU))
        .isEqualTo(sequence(Layer.named("a", GELU), Layer.named("b", GELU)));
  }
}
