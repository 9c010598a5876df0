package dev.onecycle.torch.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.torch.predict.WaitingSamples.Sample;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WaitingSamplesTest {
  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  private static List<Sample> samples(int count) {
    return IntStream.range(0, count).mapToObj(i -> new Sample(ByteBuffer.allocate(1))).toList();
  }

  /** Both threads wait already when the samples come, whichever is woken first. */
  @Test
  void idleThreadsShareTheSamplesThatComeTogether() throws Exception {
    WaitingSamples waiting = new WaitingSamples(64);
    Future<List<Sample>> first = threads.submit(() -> waiting.take(32));
    Future<List<Sample>> second = threads.submit(() -> waiting.take(32));
    while (waiting.idle() < 2) {
      Thread.onSpinWait();
    }
    waiting.add(samples(20));
    assertThat(first.get().size() + second.get().size()).isEqualTo(20);
    assertThat(first.get()).hasSize(10);
  }

  @Test
  void aThreadAloneTakesAllUpToItsBound() {
    WaitingSamples waiting = new WaitingSamples(64);
    List<Sample> samples = samples(20);
    waiting.add(samples);
    assertThat(waiting.take(12)).containsExactlyElementsOf(samples.subList(0, 12));
    assertThat(waiting.take(12)).containsExactlyElementsOf(samples.subList(12, 20));
  }

  @Test
  void moreThanTheRoomWaitsUntilSomeAreTaken() throws Exception {
    WaitingSamples waiting = new WaitingSamples(4);
    Future<?> adding = threads.submit(() -> waiting.add(samples(10)));
    int taken = 0;
    int largest = 0;
    while (taken < 10) {
      int share = waiting.take(100).size();
      taken += share;
      largest = Math.max(largest, share);
    }
    adding.get();
    assertThat(taken).isEqualTo(10);
    assertThat(largest).isLessThanOrEqualTo(4);
  }

  @Test
  void closingEndsTheWaitForRoomAndForSamples() throws Exception {
    WaitingSamples waiting = new WaitingSamples(2);
    Future<?> adding = threads.submit(() -> waiting.add(samples(3)));
    while (waiting.count() < 2) {
      Thread.onSpinWait();
    }
    waiting.close();
    assertThatThrownBy(adding::get)
        .hasRootCauseMessage("predictor must be open to predict but is closed; load another one");
    assertThat(waiting.take(5)).hasSize(2);
    assertThat(waiting.take(5)).isEmpty();
  }
}
