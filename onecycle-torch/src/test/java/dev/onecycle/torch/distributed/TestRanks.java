package dev.onecycle.torch.distributed;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Ranks in threads of one process, connected as those of several processes are. */
public final class TestRanks {
  private TestRanks() {}

  /** The results of all ranks. */
  public static <T> List<T> run(int size, Function<ProcessGroup, T> work) {
    ExecutorService threads = Executors.newFixedThreadPool(size);
    try {
      int port = freePort();
      List<Future<T>> running = new ArrayList<>();
      for (int rank = 0; rank < size; rank++) {
        Rendezvous place = Rendezvous.of(rank, size, "127.0.0.1", port);
        running.add(
            threads.submit(
                () -> {
                  try (ProcessGroup group = ProcessGroup.join(place, Duration.ofSeconds(60))) {
                    return work.apply(group);
                  }
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> rank : running) {
        results.add(rank.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
    }
  }

  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
