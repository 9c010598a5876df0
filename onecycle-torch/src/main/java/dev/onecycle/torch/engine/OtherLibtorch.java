package dev.onecycle.torch.engine;

import dev.onecycle.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.Loader;

/**
 * The libtorch of another library in this process, such as DJL's PyTorch engine.
 *
 * <p>A process can hold one libtorch: the second binds to the functions of the first, and the
 * process dies at the first call that differs between their versions. One that is loaded already is
 * seen in the list of loaded files, which Linux has. One that may be loaded later is known by its
 * binding on the class path.
 */
final class OtherLibtorch {
  /** Set to {@code allowed}, it lets a binding that is never used stay on the class path. */
  static final String PROPERTY = "onecycle.other_libtorch";

  private static final Path LOADED_FILES = Path.of("/proc/self/maps");
  private static final Pattern LIBTORCH = Pattern.compile("/libtorch(_cpu)?\\.so[.0-9]*$");
  private static final List<String> BINDINGS =
      List.of("ai.djl.pytorch.jni.PyTorchLibrary", "org.pytorch.NativePeer");

  private OtherLibtorch() {}

  /**
   * Makes sure that there is none.
   *
   * @throws EngineException naming its file or its class, and what to do
   */
  static void requireNone() {
    Optional<String> file = loadedFile();
    if (file.isPresent()) {
      throw EngineException.secondLibtorch(
          file.get() + " is loaded already", "use it and onecycle in processes of their own");
    }
    if (!"allowed".equals(System.getProperty(PROPERTY))) {
      for (String binding : BINDINGS) {
        if (isOnClassPath(binding)) {
          throw EngineException.secondLibtorch(
              "the class path has " + binding,
              "take it off, or use it in a process of its own; where this process never uses it,"
                  + " set -D"
                  + PROPERTY
                  + "=allowed");
        }
      }
    }
  }

  private static Optional<String> loadedFile() {
    if (!Files.isReadable(LOADED_FILES)) {
      return Optional.empty(); // not Linux
    }
    try {
      // A class of the binding that was used before this one has loaded our own.
      String own = Loader.getCacheDir().getCanonicalPath();
      return Files.readAllLines(LOADED_FILES).stream()
          .filter(line -> LIBTORCH.matcher(line).find())
          .map(line -> line.substring(line.indexOf('/')))
          .filter(file -> !file.startsWith(own))
          .findFirst();
    } catch (IOException e) {
      return Optional.empty(); // the kernel does not tell; the class path still does
    }
  }

  private static boolean isOnClassPath(String className) {
    String file = className.replace('.', '/') + ".class";
    return OtherLibtorch.class.getClassLoader().getResource(file) != null;
  }
}
