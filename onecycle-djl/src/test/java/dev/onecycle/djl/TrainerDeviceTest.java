package dev.onecycle.djl;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import dev.onecycle.error.InvalidValueException;
import org.junit.jupiter.api.Test;

/** The check of devices alone, because a machine may have one device. */
class TrainerDeviceTest {
  @Test
  void aParameterOnAnotherDeviceIsRefused() {
    TrainerRangeTest.requireOn(Device.cpu(), Device.cpu(), "weight");
    assertThatThrownBy(() -> TrainerRangeTest.requireOn(Device.gpu(1), Device.cpu(), "weight"))
        .isInstanceOf(InvalidValueException.class)
        .hasMessage(
            "device of parameter weight must be gpu(1), the trainer's device, but was cpu(); make"
                + " the model on the trainer's device, with Model.newInstance(name, device)");
  }
}
