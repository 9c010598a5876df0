package dev.onecycle.torch.engine.module;

import static org.assertj.core.api.Assertions.assertThat;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LayerRules;
import dev.onecycle.torch.settings.LearnerSettings;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Frozen layers before the first trained one keep no activations for the way back. */
class FrozenTrunkTest {
  private static final ImageShape SHAPE = new ImageShape(3, 32, 32);

  @BeforeAll
  static void load() {
    Natives.load();
  }

  static Stream<Network> networks() {
    return Stream.of(
        Models.resnet(20, SHAPE, 4, 0),
        Models.byName("resnet18").network(SHAPE, 4, 0),
        Models.byName("resnet50").network(SHAPE, 4, 0));
  }

  /** The modules whose results a training pass of a network keeps. */
  private static int kept(Network network, LayerRules rules) {
    LearnerSettings settings = LearnerSettings.builder().layerRules(rules).build();
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      ModuleBuilder builder = LayerGroups.of(network, settings).builder();
      Module module = builder.build("", network.layers());
      for (Parameter weight : builder.parameters) {
        weight.place(torch.ones(weight.shape), torch.zeros(weight.shape));
      }
      Stream.concat(builder.fixed().stream(), builder.statistics.stream())
          .forEach(array -> array.place(torch.ones(array.shape)));
      Generator generator = torch.createCPUGenerator();
      Tape tape = new Tape(false, null);
      module.forward(
          torch.ones(2, 3, 32, 32).contiguous(MemoryFormat.ChannelsLast),
          new ForwardContext(
              true, ScalarType.Float, 0.1, new GeneratorOptional(generator), tape, null));
      return tape.size();
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void onlyTheLastLayerIsKept(Network network) {
    LayerRules frozen = LayerRules.none().withFrozen(List.of(LayerRules.BODY));
    int all = kept(network, LayerRules.none());
    assertThat(all).isGreaterThan(7);
    assertThat(kept(network, frozen)).isEqualTo(1);
    // A trained batch norm needs the way back through all that follows it.
    assertThat(kept(network, frozen.withTrainFrozenNorms(true))).isGreaterThan(7);
    List<String> half = List.of("conv1", "bn1", "layer1", "layer2");
    assertThat(kept(network, LayerRules.none().withFrozen(half))).isBetween(2, all - 2);
  }
}
