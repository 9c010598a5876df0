package dev.onecycle.torch.engine.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.RankException;
import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Natives;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
@Tag("long")
class GlooGroupTest {
  @Test
  void sumsAndHighestValuesAreEqualOnAllRanks() throws Exception {
    List<float[]> found =
        onRanks(
            3,
            group -> {
              try (PointerScope scope = new PointerScope()) {
                Tensor mine = torch.ones(4).mul_(new Scalar(group.rank() + 1));
                Tensor other = mine.clone();
                GlooGroup.Pending first = group.sum(mine);
                GlooGroup.Pending second = group.max(other, Duration.ofSeconds(20));
                first.await();
                second.await();
                return new float[] {
                  FlatBuffer.elements(mine).get(3), FlatBuffer.elements(other).get(0)
                };
              }
            });
    assertThat(found).hasSize(3).allSatisfy(one -> assertThat(one).containsExactly(6, 3));
  }

  @Test
  void everyRankGetsTheValuesOfRankZeroAndOfAll() throws Exception {
    List<float[]> found =
        onRanks(
            2,
            group -> {
              try (PointerScope scope = new PointerScope()) {
                Tensor mine = torch.ones(2).mul_(new Scalar(group.rank() + 5));
                float[] all = new float[4];
                FlatBuffer.elements(group.gather(mine)).get(all);
                group.broadcast(mine);
                return new float[] {
                  all[0], all[1], all[2], all[3], FlatBuffer.elements(mine).get(1)
                };
              }
            });
    assertThat(found).allSatisfy(one -> assertThat(one).containsExactly(5, 5, 6, 6, 5));
  }

  @Test
  void aRankThatIsMissingIsNamedInTime() throws IOException {
    Meeting alone = meeting(0, 2, freePort(), Duration.ofSeconds(1));
    assertThatThrownBy(() -> GlooGroup.join(alone, said -> {}))
        .isInstanceOf(RankException.class)
        .hasMessageContaining("all of WORLD_SIZE=2 ranks must come within 1 s but RANK 1 did not");
  }

  @Test
  void aLongWaitIsSaid() throws IOException {
    List<String> said = new ArrayList<>();
    int port = freePort();
    assertThatThrownBy(() -> GlooGroup.join(meeting(0, 2, port, Duration.ofSeconds(6)), said::add))
        .isInstanceOf(RankException.class);
    assertThat(said)
        .containsExactly("rank 0 of 2 waits up to 6 s for RANK 1 to come to 127.0.0.1:" + port);
    said.clear();
    assertThatThrownBy(() -> GlooGroup.join(meeting(1, 2, port, Duration.ofSeconds(6)), said::add))
        .isInstanceOf(RankException.class);
    assertThat(said)
        .containsExactly("rank 1 of 2 waits up to 6 s for rank 0 to listen at 127.0.0.1:" + port);
  }

  /** The engine crashes where the garbage collector frees the parts of such a group. */
  @Test
  void aGroupThatDoesNotComeAboutIsNotLeftToTheGarbageCollector() throws Exception {
    for (int i = 0; i < 20; i++) {
      Meeting alone = meeting(0, 2, freePort(), Duration.ofMillis(200));
      assertThatThrownBy(() -> GlooGroup.join(alone, said -> {})).isInstanceOf(RankException.class);
      System.gc();
      Thread.sleep(50);
      System.gc();
      Thread.sleep(50);
    }
  }

  /** As under torchrun, whose agent serves the store and outlives the ranks. */
  @Test
  void ranksMeetAtTheStoreOfAnother() throws Exception {
    int port = freePort();
    Natives.load();
    TCPStoreOptions options = new TCPStoreOptions();
    options.port((short) port);
    options.isServer(true);
    options.waitWorkers(false);
    try (TCPStore agent = new TCPStore("127.0.0.1", options)) {
      for (int attempt = 0; attempt < 2; attempt++) {
        List<Callable<GlooGroup>> ranks = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
          Meeting meeting =
              new Meeting(
                  rank,
                  2,
                  new Meeting.Store("127.0.0.1", port, false),
                  attempt,
                  Duration.ofSeconds(20),
                  Duration.ofSeconds(20));
          ranks.add(
              () -> {
                try (GlooGroup group = GlooGroup.join(meeting, said -> {})) {
                  throw new RankException("sum " + group.sum(1));
                }
              });
        }
        assertThat(failures(ranks)).hasSize(2).allSatisfy(e -> assertThat(e).hasMessage("sum 2.0"));
      }
      assertThat(agent.getNumKeys()).isPositive();
    }
  }

  @Test
  void aPortThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0)) {
      Meeting meeting = meeting(0, 2, taken.getLocalPort(), Duration.ofSeconds(5));
      assertThatThrownBy(() -> GlooGroup.join(meeting, said -> {}))
          .isInstanceOf(InvalidValueException.class)
          .hasMessageContaining("MASTER_PORT must be a free port");
    }
  }

  @Test
  void ranksThatDifferInTheirNumberAreRefused() throws Exception {
    int port = freePort();
    Duration patience = Duration.ofSeconds(20);
    List<Throwable> failures =
        failures(
            List.of(
                () -> GlooGroup.join(meeting(0, 2, port, patience), said -> {}),
                () -> GlooGroup.join(meeting(1, 3, port, patience), said -> {})));
    assertThat(failures)
        .anySatisfy(e -> assertThat(e).hasMessageContaining("WORLD_SIZE of rank"))
        .anySatisfy(e -> assertThat(e).hasMessageContaining("another rank cannot take part"));
  }

  @Test
  void aRankThatIsThereTwiceIsRefused() throws Exception {
    int port = freePort();
    Duration patience = Duration.ofSeconds(20);
    List<Throwable> failures =
        failures(
            List.of(
                () -> GlooGroup.join(meeting(0, 3, port, patience), said -> {}),
                () -> GlooGroup.join(meeting(1, 3, port, patience), said -> {}),
                () -> GlooGroup.join(meeting(1, 3, port, patience), said -> {})));
    assertThat(failures)
        .anySatisfy(e -> assertThat(e).hasMessageContaining("RANK must be another one"));
  }

  @Test
  void aRankThatDoesNotAnswerIsToldInTime() throws Exception {
    int port = freePort();
    List<Throwable> failures =
        failures(
            List.of(
                () -> {
                  try (GlooGroup group =
                          GlooGroup.join(meeting(0, 2, port, Duration.ofSeconds(2)), said -> {});
                      PointerScope scope = new PointerScope()) {
                    group.sum(torch.ones(8)).await();
                    return group;
                  }
                },
                () -> {
                  GlooGroup silent =
                      GlooGroup.join(meeting(1, 2, port, Duration.ofSeconds(2)), said -> {});
                  Thread.sleep(5_000);
                  silent.close();
                  throw new RankException("as planned");
                }));
    assertThat(failures.get(0))
        .isInstanceOf(RankException.class)
        .hasMessageContaining("rank 0 of 2 lost its connection to another");
  }

  /** The store ends with rank 0, so this is another case. */
  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void aRankThatFailsTellsTheOthers(int ending) throws Exception {
    int port = freePort();
    List<Callable<GlooGroup>> ranks = new ArrayList<>();
    for (int rank = 0; rank < 3; rank++) {
      Meeting meeting = meeting(rank, 3, port, Duration.ofSeconds(20));
      ranks.add(
          () -> {
            try (GlooGroup group = GlooGroup.join(meeting, said -> {})) {
              double unused = group.sum(1);
              if (group.rank() == ending) {
                group.close("no images");
                throw new InvalidValueException("images", "there", "none", "add some");
              }
              Thread.sleep(500L * group.rank());
              unused = group.sum(1);
              return group;
            }
          });
    }
    List<Throwable> failures = failures(ranks);
    assertThat(failures).hasSize(3);
    for (int rank = 0; rank < 3; rank++) {
      if (rank != ending) {
        assertThat(failures.get(rank))
            .isInstanceOfSatisfying(RankException.class, e -> assertThat(e.isPermanent()).isTrue())
            .hasMessage("no images");
      }
    }
  }

  @Test
  void aGroupThatIsForgottenIsNotLeftToTheGarbageCollector() throws Exception {
    List<WeakReference<GlooGroup>> forgotten = forgotten();
    for (int i = 0; i < 5; i++) {
      System.gc();
      Thread.sleep(50);
    }
    for (WeakReference<GlooGroup> group : forgotten) {
      try (GlooGroup found = group.get()) {
        assertThat(found).isNotNull();
      }
    }
  }

  private static List<WeakReference<GlooGroup>> forgotten() throws Exception {
    int port = freePort();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      List<Future<WeakReference<GlooGroup>>> joining = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Meeting meeting = meeting(i, 2, port, Duration.ofSeconds(20));
        joining.add(threads.submit(() -> new WeakReference<>(GlooGroup.join(meeting, said -> {}))));
      }
      return List.of(joining.get(0).get(), joining.get(1).get());
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Throwable> failures(List<Callable<GlooGroup>> ranks) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(ranks.size());
    try {
      List<Future<GlooGroup>> running = new ArrayList<>();
      for (Callable<GlooGroup> rank : ranks) {
        running.add(threads.submit(rank));
      }
      List<Throwable> failures = new ArrayList<>();
      for (Future<GlooGroup> rank : running) {
        try {
          rank.get().close();
        } catch (ExecutionException e) {
          failures.add(e.getCause());
        }
      }
      return failures;
    } finally {
      threads.shutdownNow();
    }
  }

  private static <T> List<T> onRanks(int size, Function<GlooGroup, T> work) throws Exception {
    int port = freePort();
    ExecutorService threads = Executors.newFixedThreadPool(size);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < size; i++) {
        Meeting meeting = meeting(i, size, port, Duration.ofSeconds(20));
        running.add(
            threads.submit(
                () -> {
                  try (GlooGroup group = GlooGroup.join(meeting, said -> {})) {
                    return work.apply(group);
                  }
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> rank : running) {
        results.add(rank.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  private static Meeting meeting(int rank, int size, int port, Duration timeout) {
    Meeting.Store store = new Meeting.Store("127.0.0.1", port, rank == 0);
    return new Meeting(rank, size, store, 0, timeout, timeout);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
