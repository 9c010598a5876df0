package dev.onecycle.export;

import java.nio.file.Path;

/** The lines of Python that read the weights of a model file, with PyTorch alone. */
public final class PythonLoader {
  private static final String LINES =
      """
      import json, struct, torch
      with open(%s, "rb") as file:
          header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
          data = bytearray(file.read())
      weights = {}
      for name, array in header.items():
          if name != "__metadata__":
              begin, end = array["data_offsets"]
              values = torch.frombuffer(data[begin:end], dtype=torch.float32)
              weights[name] = values.reshape(array["shape"])
      """;

  private PythonLoader() {}

  /** The lines for a file; they make the state dict {@code weights}. */
  public static String of(Path file) {
    String text = file.toString().replace("\\", "\\\\").replace("\"", "\\\"");
    return LINES.formatted('"' + text + '"').strip();
  }
}
