package dev.onecycle.spark;

import dev.onecycle.error.IoErrors;
import dev.onecycle.torch.predict.Predictor;
import dev.onecycle.torch.predict.PredictorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.SparkEnv;
import org.jspecify.annotations.Nullable;

/**
 * The predictors of this executor, one of each model, which tasks share. The last one that no task
 * uses is kept; others are closed.
 */
final class ExecutorPredictors {
  private static final int KEPT = 1;

  /** By the SHA-256 of the model file, the one that was used last at the end. */
  private static final Map<String, Shared> BY_MODEL = new LinkedHashMap<>(16, 0.75f, true);

  private ExecutorPredictors() {}

  private static final class Shared {
    private final Predictor predictor;
    private int users;

    Shared(Predictor predictor) {
      this.predictor = predictor;
    }
  }

  /** The use of a predictor by a task. */
  static final class Lease implements AutoCloseable {
    private @Nullable Shared shared;
    private final Predictor predictor;

    private Lease(Shared shared) {
      this.shared = shared;
      this.predictor = shared.predictor;
    }

    Predictor predictor() {
      return predictor;
    }

    /** Ends the use; nothing happens the second time. */
    @Override
    public void close() {
      synchronized (BY_MODEL) {
        Shared used = shared;
        if (used != null) {
          used.users--;
          shared = null;
          closeUnused();
        }
      }
    }
  }

  /**
   * Takes the predictor of a model, which is loaded where it is not there yet.
   *
   * @param sha256 of the file
   * @param file the content of the model file
   */
  static Lease take(String sha256, Supplier<byte[]> file) {
    synchronized (BY_MODEL) {
      Shared shared = BY_MODEL.get(sha256);
      if (shared == null) {
        shared = new Shared(load(file.get()));
        BY_MODEL.put(sha256, shared);
      }
      shared.users++;
      closeUnused();
      return new Lease(shared);
    }
  }

  private static void closeUnused() {
    long unused = BY_MODEL.values().stream().filter(shared -> shared.users == 0).count();
    var all = BY_MODEL.values().iterator();
    while (unused > KEPT && all.hasNext()) {
      Shared shared = all.next();
      if (shared.users == 0) {
        all.remove();
        shared.predictor.close();
        unused--;
      }
    }
  }

  private static Predictor load(byte[] file) {
    try {
      Path folder = Files.createTempDirectory("onecycle-model-");
      Path model = folder.resolve("model.safetensors");
      try {
        Files.write(model, file);
        return Predictor.load(model, PredictorOptions.defaults().withThreads(cores()));
      } finally {
        Files.deleteIfExists(model);
        Files.delete(folder);
      }
    } catch (IOException e) {
      throw IoErrors.cannotWrite("the model of the predictions", e);
    }
  }

  /** The cores of this executor, as far as it is told. */
  private static int cores() {
    int own = Runtime.getRuntime().availableProcessors();
    return Math.min(own, SparkEnv.get().conf().getInt("spark.executor.cores", own));
  }
}
