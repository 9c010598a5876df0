package dev.onecycle.torch.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkersTest {
  @BeforeAll
  static void load() {
    Natives.load();
  }

  /** The caller frees memory after an error, so no task may still be using it. */
  @Test
  void anErrorIsThrownAfterAllTasksEnded() {
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch failed = new CountDownLatch(1);
    Callable<String> failing =
        () -> {
          failed.countDown();
          throw new OutOfMemoryError("none left");
        };
    Callable<String> slow =
        () -> {
          failed.await();
          TimeUnit.MILLISECONDS.sleep(200);
          ended.set(true);
          throw new IllegalStateException("less than the error");
        };
    try (Workers workers = new Workers(2)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> workers.run(List.of(failing, slow)))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessage("none left");
      assertThat(ended).isTrue();
      assertThat(Thread.interrupted()).as("the interrupt stays pending").isTrue();
      assertThat(workers.run(List.of(() -> "on", () -> "and on"))).containsExactly("on", "and on");
    }
  }
}
