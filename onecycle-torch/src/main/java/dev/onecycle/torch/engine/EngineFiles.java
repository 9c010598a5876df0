package dev.onecycle.torch.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** The engine's files on the class path, told without loading any of them. */
public final class EngineFiles {
  /** The platforms for which Maven Central has an engine. */
  static final List<String> PLATFORMS = List.of("linux-x86_64", "macosx-arm64", "windows-x86_64");

  private static final String FOLDER = "org/bytedeco/pytorch/";
  private static final List<String> LIBRARIES =
      List.of("libjnitorch.so", "libjnitorch.dylib", "jnitorch.dll");

  private EngineFiles() {}

  /** The version of libtorch and the platforms it is there for. */
  public static String text() {
    List<String> platforms = platforms();
    return "libtorch "
        + version()
        + (platforms.isEmpty() ? ", without native files" : " for " + String.join(", ", platforms));
  }

  private static String version() {
    String name = "/META-INF/maven/org.bytedeco/pytorch/pom.properties";
    try (@Nullable InputStream file = EngineFiles.class.getResourceAsStream(name)) {
      if (file == null) {
        return "of unknown version";
      }
      Properties properties = new Properties();
      properties.load(file);
      return properties.getProperty("version", "of unknown version");
    } catch (IOException e) {
      throw new UncheckedIOException("the jar of libtorch's binding cannot be read", e);
    }
  }

  private static List<String> platforms() {
    List<String> found = new ArrayList<>();
    for (String platform : PLATFORMS) {
      for (String kind : List.of(platform, platform + "-gpu")) {
        if (LIBRARIES.stream().anyMatch(library -> isThere(FOLDER + kind + "/" + library))) {
          found.add(kind);
        }
      }
    }
    return found;
  }

  private static boolean isThere(String path) {
    return EngineFiles.class.getClassLoader().getResource(path) != null;
  }
}
