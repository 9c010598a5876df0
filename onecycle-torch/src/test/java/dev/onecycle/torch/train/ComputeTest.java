package dev.onecycle.torch.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.nn.Models;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComputeTest {
  @Test
  void aGpuComputesWholeBatchesInBfloat16() {
    LearnerSettings settings = LearnerSettings.builder().device(Device.CUDA).build();
    assertThat(Compute.of(settings)).isEqualTo(new Compute(Device.CUDA, Precision.BF16, 1));
    assertThat(Compute.of(settings.toBuilder().precision(Precision.FP32).build()))
        .isEqualTo(new Compute(Device.CUDA, Precision.FP32, 1));
    assertThatThrownBy(() -> settings.toBuilder().threads(2).build())
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "threads must be 1 or left out on a GPU, which computes whole batches, but was 2");
  }

  @Test
  void theProcessorIsTakenWhereNoGpuIsSeen() {
    assumeFalse(Engine.seesGpu());
    LearnerSettings auto = LearnerSettings.builder().device(Device.AUTO).threads(2).build();
    assertThat(Compute.of(auto))
        .extracting(Compute::device, Compute::threads)
        .isEqualTo(List.of(Device.CPU, 2));
    LearnerSettings asked = LearnerSettings.builder().device(Device.CUDA).build();
    Normalization normalization = new Normalization(List.of(0.5, 0.5, 0.5), List.of(0.2, 0.2, 0.2));
    Network network = Models.resnet(8, new ImageShape(3, 16, 16), 10, 0);
    assertThatThrownBy(() -> Learner.withoutImages(network, normalization, asked))
        .isInstanceOf(InvalidValueException.class)
        .hasMessageStartingWith(
            "device must be one that the engine can compute on but was cuda; this build ");
  }

  @Test
  void valuesThatAreSetAreKept() {
    LearnerSettings settings =
        LearnerSettings.builder().precision(Precision.FP32).threads(3).seed(9).build();
    Compute compute = Compute.of(settings);
    assertThat(compute).isEqualTo(new Compute(Device.CPU, Precision.FP32, 3));
    assertThat(compute.in(LearnerSettings.builder().seed(9).build())).isEqualTo(settings);
  }

  @Test
  void valuesThatAreOpenAreChosen() {
    Compute compute = Compute.of(LearnerSettings.defaults());
    assertThat(compute.precision()).isNotEqualTo(Precision.AUTO);
    assertThat(compute.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }
}
