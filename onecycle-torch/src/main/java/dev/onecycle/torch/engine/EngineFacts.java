package dev.onecycle.torch.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;

/** Version, instruction set and GPUs of the engine. */
public final class EngineFacts {
  private EngineFacts() {}

  /** Version of libtorch and its binding, and the platform. */
  public static String version() {
    Natives.load();
    return "libtorch " + binding() + " " + Loader.getPlatform();
  }

  private static String binding() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch", torch.class);
    } catch (IOException e) {
      throw new UncheckedIOException("the binding's jar does not tell its version", e);
    }
  }

  /** The instruction set of its kernels. */
  public static String capability() {
    Natives.load();
    String config = torch.show_config().getString();
    int at = config.indexOf("CPU capability usage: ");
    return at < 0 ? "unknown" : config.substring(at).lines().findFirst().orElse("").substring(22);
  }

  /** The NVIDIA GPUs that the engine can use. */
  public static long gpus() {
    Natives.load();
    return torch.cuda_is_available() ? torch.getNumGPUs() : 0;
  }

  /** Whether this build brings the engine for NVIDIA GPUs. */
  public static boolean bringsCuda() {
    return Natives.forGpus();
  }
}
