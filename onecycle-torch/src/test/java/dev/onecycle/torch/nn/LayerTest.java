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
    return layer.trace(Trace.of(new ImageShape(3, 9, 11)));
  }

  /** By hand. */
  @Test
  void shapesAndMultiplicationsFollowTheLayers() {
    assertThat(trace(new Layer.Conv(3, 5, 3, 2, 1, true)))
        .isEqualTo(new Trace(5, 5, 6, 3 * 5 * 9 * 5 * 6));
    assertThat(trace(new Layer.Whitening(3, 2))).isEqualTo(new Trace(24, 8, 10, 3 * 24 * 4 * 80));
    assertThat(trace(new Layer.MaxPool(2))).isEqualTo(new Trace(3, 4, 5, 0));
    assertThat(trace(new Layer.ReflectionPad(1, 2, 3, 4))).isEqualTo(new Trace(3, 16, 14, 0));
    assertThat(trace(new Layer.GlobalMaxPool())).isEqualTo(new Trace(3, 1, 1, 0));
    assertThat(trace(sequence(new Layer.Flatten(), new Layer.Linear(297, 7, false))))
        .isEqualTo(new Trace(7, 1, 1, 297 * 7));
    assertThat(trace(sequence(RELU, new Layer.BatchNorm(3), new Layer.Dropout(0.1))))
        .isEqualTo(new Trace(3, 9, 11, 0));
  }

  @Test
  void bothPathsOfAResidualCount() {
    Layer body =
        sequence(new Layer.Conv(3, 4, 3, 2, 1, false), new Layer.Conv(4, 4, 3, 1, 1, false));
    Layer shortcut = new Layer.Conv(3, 4, 1, 2, 0, false);
    assertThat(trace(sequence(RELU, new Layer.Residual(body, shortcut))))
        .isEqualTo(new Trace(4, 5, 6, 30 * (3 * 4 * 9 + 4 * 4 * 9 + 3 * 4)));
  }

  @Test
  void weightsForOtherChannelsAreRefused() {
    assertThatThrownBy(() -> trace(new Layer.Conv(4, 5, 3, 1, 1, true)))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageContaining("channels into a convolution must be the 4")
        .hasMessageContaining("but was 3");
    assertThatThrownBy(() -> trace(sequence(new Layer.Flatten(), new Layer.Linear(3, 2, true))))
        .hasMessageContaining("channels into a linear layer");
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
