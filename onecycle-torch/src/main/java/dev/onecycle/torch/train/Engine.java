package dev.onecycle.torch.train;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.torch.engine.Cpu;
import dev.onecycle.torch.engine.EngineFacts;
import dev.onecycle.torch.engine.EngineFiles;
import dev.onecycle.torch.settings.Device;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The engine and the machine: for run records, and for people who wonder why training is slow. */
public final class Engine {
  /**
   * The allocator settings of the launcher. Without them glibc returns large tensors to the system
   * at every step.
   */
  private static final List<String> ALLOCATOR =
      List.of(
          "MALLOC_ARENA_MAX",
          "MALLOC_MMAP_THRESHOLD_",
          "MALLOC_TRIM_THRESHOLD_",
          "MALLOC_TOP_PAD_");

  private Engine() {}

  /** Versions, processor, threads, precision, allocator and GPU, by name. Loads the engine. */
  public static Map<String, String> environment() {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("engine", EngineFacts.version());
    facts.put("java", java());
    facts.put("system", system());
    facts.put("processor", Cpu.name());
    facts.put("processor_features", text(Cpu.features()));
    facts.put("kernels", EngineFacts.capability());
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("threads", Runtime.getRuntime().availableProcessors() + ", a replica each");
    facts.put("precision", Cpu.multipliesBfloat16Faster() ? "bf16" : "fp32");
    facts.put("allocator", allocator());
    facts.put("heap_limit", (Runtime.getRuntime().maxMemory() >> 20) + " MiB");
    facts.put("gpu", gpus());
    return facts;
  }

  /**
   * The version of libtorch and the platforms of its native files on the class path. Loads nothing.
   */
  public static String files() {
    return EngineFiles.text();
  }

  /** The vendor and version of this Java. */
  public static String java() {
    return System.getProperty("java.vendor") + " " + System.getProperty("java.runtime.version");
  }

  /** The operating system, its version and architecture. */
  public static String system() {
    return System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + " "
        + System.getProperty("os.arch");
  }

  /** The processor's name, and its features that matter to training. Loads nothing. */
  public static String processor() {
    return Cpu.name() + " (" + text(Cpu.features()) + ")";
  }

  private static String gpus() {
    String brings = EngineFacts.bringsCuda() ? "" : ", by an engine for processors alone";
    return seesGpu() ? EngineFacts.gpus() + " CUDA" : "none that can be used" + brings;
  }

  private static String text(Set<String> features) {
    return features.isEmpty() ? "unknown" : String.join(" ", features);
  }

  private static String allocator() {
    List<String> set = new ArrayList<>();
    for (String name : ALLOCATOR) {
      String value = System.getenv(name);
      if (value != null) {
        set.add(name + "=" + value);
      }
    }
    return set.isEmpty() ? "system defaults" : String.join(" ", set);
  }

  /** Whether the engine can compute on a GPU of this machine. Loads the engine. */
  public static boolean seesGpu() {
    return EngineFacts.gpus() > 0;
  }

  /**
   * Makes sure that the engine can compute on a device of this machine. Loads the engine unless the
   * device is the processor.
   *
   * @param name of the setting, for the error
   * @throws InvalidValueException naming the missing part and the remedy
   */
  public static void require(String name, Device device) {
    if (device == Device.CUDA && !seesGpu()) {
      throw Require.invalid(name, "one that the engine can compute on", "cuda", withoutGpu());
    }
  }

  private static String withoutGpu() {
    return EngineFacts.bringsCuda()
        ? "this build brings the engine for NVIDIA GPUs, but it sees none; see whether nvidia-smi"
            + " lists one, under a driver for CUDA 13"
        : "this build brings the engine for processors alone; build for NVIDIA GPUs with mvn -Pcuda"
            + " package, or set ONECYCLE_MAVEN_ARGS=-Pcuda for the onecycle launcher";
  }

  /** Advice on a faster setup, in sentences; empty where there is none to give. */
  public static List<String> advice() {
    List<String> advice = new ArrayList<>();
    boolean linux = System.getProperty("os.name", "").startsWith("Linux");
    if (linux && System.getenv(ALLOCATOR.get(1)) == null) {
      advice.add(
          "The allocator has its system defaults, which return large tensors at every step; start"
              + " with the onecycle launcher, or set "
              + String.join(", ", ALLOCATOR)
              + " as it does.");
    }
    if (!Cpu.multipliesBfloat16Faster()) {
      advice.add(
          "The processor does not multiply bfloat16 faster than float32; training runs in float32,"
              + " slower than on one that does (AMX, AMD's AVX512-BF16, Armv8.6).");
    }
    if (Cpu.hidesItsCaches()) {
      advice.add(
          "The processor does not tell this virtual machine its caches, and the engine's convolutions"
              + " of some sizes would be wrong; they are computed in another way, which is slower."
              + " Let the host pass the processor's feature topoext on.");
    }
    if (Runtime.getRuntime().availableProcessors() == 1) {
      advice.add(
          "There is one core; training runs one replica a core, so a second would shorten a step.");
    }
    if (!seesGpu()) {
      advice.add("No GPU can be used: " + withoutGpu() + ".");
    }
    return advice;
  }
}
