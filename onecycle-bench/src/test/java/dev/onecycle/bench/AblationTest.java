package dev.onecycle.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.nn.Layer;
import dev.onecycle.torch.nn.Layer.Conv;
import dev.onecycle.torch.nn.Layer.Residual;
import dev.onecycle.torch.nn.ModelSpec;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AblationTest {
  private static final Network FAST = Models.fast(new ImageShape(3, 32, 32), 10, 0);

  private static Stream<Layer> flat(Layer layer) {
    return Stream.concat(Stream.of(layer), layer.children().stream().flatMap(AblationTest::flat));
  }

  private static long count(Network network, Class<? extends Layer> kind) {
    return flat(network.layers()).filter(kind::isInstance).count();
  }

  /** A part that fast does not have would be measured as no difference. */
  @ParameterizedTest
  @EnumSource
  void changesSomethingWhereItIsLeftOut(Ablation part) {
    ModelSpec.Defaults defaults = Models.byName("fast").defaults();
    boolean sameNetwork = part.leftOut(FAST).layers().equals(FAST.layers());
    boolean sameSettings = part.leftOut(defaults).equals(defaults);
    assertThat(sameNetwork && sameSettings).isFalse();
    assertThat(sameNetwork || sameSettings).isTrue();
  }

  @Test
  void isLeftOutInsideOfResidualsToo() {
    assertThat(count(FAST, Layer.Gelu.class)).isEqualTo(10);
    Network relus = Ablation.ACTIVATION.leftOut(FAST);
    assertThat(count(relus, Layer.Gelu.class)).isZero();
    assertThat(count(relus, Layer.Relu.class)).isEqualTo(10);
  }

  @Test
  void blocksWithoutResidualsHaveTwoConvolutions() {
    Network plain = Ablation.RESIDUAL.leftOut(FAST);
    assertThat(count(FAST, Conv.class)).isEqualTo(9);
    assertThat(count(plain, Conv.class)).isEqualTo(6);
    assertThat(count(plain, Layer.BatchNorm.class)).isEqualTo(6);
    assertThat(count(plain, Layer.Gelu.class)).isEqualTo(7);
    assertThat(count(plain, Residual.class)).isZero();
  }
}
