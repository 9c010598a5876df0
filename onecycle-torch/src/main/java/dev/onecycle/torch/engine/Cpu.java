package dev.onecycle.torch.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The processor's name and features, from the operating system. */
public final class Cpu {
  private static final boolean GAINS_BY_WINOGRAD = gainsByWinograd(features());
  private static final boolean HIDES_ITS_CACHES =
      hidesItsCaches(vendor(), Path.of("/sys/devices/system/cpu/cpu0/cache/index0"));

  private Cpu() {}

  /** The features that matter to training, by their Linux names; empty where unknown. */
  public static Set<String> features() {
    Set<String> relevant =
        Set.of(
            "avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_tile", "bf16", "sve");
    Set<String> found = new TreeSet<>(cpuInfo("flags", "Features"));
    found.retainAll(relevant);
    return found;
  }

  /** The processor's name, or the architecture where it is unknown. */
  public static String name() {
    String name = String.join(" ", cpuInfo("model name"));
    return name.isEmpty() ? System.getProperty("os.arch", "unknown") : name;
  }

  /** Whether bfloat16 products are computed natively and faster than float32 products. */
  public static boolean multipliesBfloat16Faster() {
    return multipliesBfloat16Faster(features(), vendor());
  }

  /**
   * Intel's AVX-512 multiplies bfloat16 at half the rate of float32 or little above it, also on
   * machines that have tiles (AMX) but hide them from their guests:
   * docs/internals/performance-log.md.
   */
  static boolean multipliesBfloat16Faster(Set<String> features, String vendor) {
    return features.contains("amx_bf16")
        || features.contains("bf16")
        || (features.contains("avx512_bf16") && !vendor.equals("GenuineIntel"));
  }

  /**
   * Whether convolutions of many channels in float32 are faster by Winograd's algorithm than by the
   * engine's kernels. Measured for AVX2 without AVX-512, whose kernels are faster
   * (docs/internals/performance-log.md); other processors use the engine's kernels.
   */
  public static boolean gainsByWinograd() {
    return GAINS_BY_WINOGRAD;
  }

  static boolean gainsByWinograd(Set<String> features) {
    return features.contains("avx2") && !features.contains("avx512f");
  }

  /**
   * Whether this is a processor by AMD that does not tell the sizes of its caches, as a virtual
   * machine without the feature topoext does. Also where the operating system cannot be asked; not
   * known but on Linux.
   */
  public static boolean hidesItsCaches() {
    return HIDES_ITS_CACHES;
  }

  static boolean hidesItsCaches(String vendor, Path cache) {
    return (vendor.equals("AuthenticAMD") || vendor.equals("HygonGenuine")) && !Files.exists(cache);
  }

  private static String vendor() {
    return String.join(" ", cpuInfo("vendor_id"));
  }

  /** The words of the first line of /proc/cpuinfo that starts with one of the keys. */
  private static List<String> cpuInfo(String... keys) {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return List.of(); // not Linux
    }
    try {
      for (String line : Files.readString(info, StandardCharsets.ISO_8859_1).split("\n", -1)) {
        for (String key : keys) {
          if (line.startsWith(key)) {
            String value = line.substring(line.indexOf(':') + 1).strip();
            return List.of(value.split("\\s+"));
          }
        }
      }
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + info, e);
    }
  }
}
