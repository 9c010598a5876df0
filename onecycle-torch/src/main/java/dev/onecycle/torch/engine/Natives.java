package dev.onecycle.torch.engine;

import dev.onecycle.error.CannotWriteException;
import dev.onecycle.error.EngineException;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Loads the native engine into the process, once.
 *
 * <p>With an empty cache the binding would load {@code libtorch.so} before {@code libtorch_cpu.so}
 * is unpacked beside it; where the system has a libtorch of its own (Debian's python3-torch), that
 * one is loaded instead and the process dies. So every library is unpacked first.
 */
public final class Natives {
  private static final List<String> LIBRARIES =
      List.of(
          "libgomp.so.1",
          "libc10.so",
          "libc10_cuda.so",
          "libtorch_cpu.so",
          "libtorch_cuda_linalg.so",
          "libtorch_cuda.so",
          "libtorch.so",
          "libjnitorch.so",
          "libjnitorch_gloo.so");

  private static volatile boolean loaded;

  private Natives() {}

  /** Whether the engine for NVIDIA GPUs is on the class path; it is used then, GPU or none. */
  static boolean forGpus() {
    return resource(folder() + "-gpu/libtorch_cuda.so") != null;
  }

  /**
   * Loads the engine unless this process has loaded it; every class that needs it calls this.
   *
   * @throws EngineException where it is not made for this machine, is not on the class path, or
   *     another libtorch is in the process
   */
  public static void load() {
    if (!loaded) {
      loadOnce();
    }
  }

  private static synchronized void loadOnce() {
    if (loaded) {
      return;
    }
    // Tensors live outside the Java heap and are freed by scopes; the binding's own limit, a
    // multiple of the heap size, would only end sound runs.
    System.setProperty(
        "org.bytedeco.javacpp.maxPhysicalBytes",
        System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0"));
    requireFiles();
    OtherLibtorch.requireNone();
    unpack();
    try {
      Loader.load(torch.class);
      torch.set_num_threads(1); // one thread a replica, see Workers
      openblas_nolapack.blas_set_num_threads(1); // which has threads of its own
    } catch (LinkageError e) {
      throw NativeErrors.cannotLoad(e);
    }
    loaded = true;
  }

  /** The three artifacts with native files must be there, those of this machine. */
  private static void requireFiles() {
    String platform = Loader.getPlatform();
    if (!EngineFiles.PLATFORMS.contains(platform)) {
      throw EngineException.noEngineFor(platform, EngineFiles.PLATFORMS);
    }
    requireFile("pytorch", forGpus() ? platform + "-gpu" : platform, "jnitorch");
    requireFile("openblas", platform, "jniopenblas");
    requireFile("javacpp", platform, "jnijavacpp");
  }

  private static void requireFile(String artifact, String classifier, String library) {
    String file = System.mapLibraryName(library);
    if (resource("org/bytedeco/" + artifact + "/" + classifier + "/" + file) == null) {
      throw EngineException.missing("org.bytedeco:" + artifact, classifier);
    }
  }

  private static String folder() {
    return "org/bytedeco/pytorch/" + Loader.getPlatform();
  }

  /** On the class path or the module path: a class would look into its own module alone. */
  private static @Nullable URL resource(String path) {
    return torch.class.getClassLoader().getResource(path);
  }

  private static void unpack() {
    String folder = folder() + (forGpus() ? "-gpu/" : "/");
    for (String library : LIBRARIES) {
      URL resource = resource(folder + library);
      if (resource == null) {
        continue; // another build or operating system: there the loading order does no harm
      }
      try {
        File unpacked = Loader.cacheResource(resource);
        if (unpacked == null) {
          throw new IOException("the binding gave no reason");
        }
      } catch (IOException e) {
        throw CannotWriteException.creating(
            "native cache must be writable but unpacking "
                + library
                + " failed: "
                + e.getMessage()
                + "; free disk space or set -Dorg.bytedeco.javacpp.cachedir=<folder>",
            e);
      }
    }
  }
}
