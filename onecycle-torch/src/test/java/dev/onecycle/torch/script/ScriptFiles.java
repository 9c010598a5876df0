package dev.onecycle.torch.script;

import dev.onecycle.data.image.ImageShape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/** The TorchScript files of the tests, which {@code networks.py} beside them wrote. */
public final class ScriptFiles {
  /** Images that they take. */
  static final ImageShape SHAPE = new ImageShape(3, 8, 8);

  private ScriptFiles() {}

  /** A file by name, such as {@code tiny.pt}. */
  public static Path of(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(ScriptFiles.class.getResource("/scripts/" + name)).toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * A file with other entries.
   *
   * @param change of an entry's name and content; the name is without the archive's own folder
   */
  static Path changed(String name, Path target, BiFunction<String, byte[], byte[]> change) {
    try (ZipFile in = new ZipFile(of(name).toFile())) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ZipOutputStream out = new ZipOutputStream(bytes)) {
        for (ZipEntry entry : Collections.list(in.entries())) {
          String inside = entry.getName().substring(entry.getName().indexOf('/') + 1);
          byte[] content = change.apply(inside, in.getInputStream(entry).readAllBytes());
          ZipEntry copy = new ZipEntry(entry.getName());
          copy.setMethod(ZipEntry.STORED);
          copy.setSize(content.length);
          CRC32 sum = new CRC32();
          sum.update(content);
          copy.setCrc(sum.getValue());
          out.putNextEntry(copy);
          out.write(content);
        }
      }
      return Files.write(target, bytes.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
