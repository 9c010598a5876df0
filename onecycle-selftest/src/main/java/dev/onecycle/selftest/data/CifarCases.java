package dev.onecycle.selftest.data;

import static dev.onecycle.selftest.data.FileCase.refused;

import dev.onecycle.selftest.data.FileCase.Maker;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Cases of CIFAR sets with an invalid file. */
final class CifarCases {
  private static final String TEST = "test_batch.bin";
  private static final String NAMES = "batches.meta.txt";

  private CifarCases() {}

  static List<FileCase> all() {
    byte[] batch = records(1, 0, 1, 2);
    return List.of(
        refused(
            "CIFAR batch without its last byte",
            ten(TEST, Arrays.copyOf(batch, batch.length - 1)),
            TEST + " must be a whole number of records of 3073 bytes"),
        refused("CIFAR batch that is empty", ten(TEST, new byte[0]), TEST + " is empty"),
        refused(
            "CIFAR batch with label 10",
            ten("data_batch_3.bin", records(1, 0, 10)),
            "data_batch_3.bin has label 10 at image 1, but there are 10 classes"),
        refused(
            "CIFAR without a batch",
            ten("data_batch_4.bin", null),
            "lacks the file data_batch_4.bin"),
        refused("CIFAR without class names", ten(NAMES, null), "lacks the file " + NAMES),
        refused(
            "CIFAR with two class names",
            ten(NAMES, "cat\ndog\n".getBytes(StandardCharsets.US_ASCII)),
            NAMES + " must name 10 classes but names 2"),
        refused(
            "CIFAR-100 with label 100",
            home -> {
              Files.write(home.resolve("train.bin"), records(2, 0, 100));
              Files.write(home.resolve("test.bin"), records(2, 0));
              Files.writeString(home.resolve("fine_label_names.txt"), "name\n".repeat(100));
              return home;
            },
            "train.bin has label 100 at image 1, but there are 100 classes"),
        refused(
            "CIFAR archive with a batch twice",
            home -> {
              TarFile tar = new TarFile();
              files().forEach((name, bytes) -> tar.file("cifar/" + name, bytes));
              tar.file("copy/" + TEST, batch);
              return Files.write(home.resolve("x.tar.gz"), Compressed.gzip(tar.end()));
            },
            "has " + TEST + " twice"));
  }

  private static Map<String, byte[]> files() {
    Map<String, byte[]> files = new TreeMap<>();
    for (int i = 1; i <= 5; i++) {
      files.put("data_batch_" + i + ".bin", records(1, 0, 1));
    }
    files.put(TEST, records(1, 0, 1));
    files.put(NAMES, "name\n".repeat(10).getBytes(StandardCharsets.US_ASCII));
    return files;
  }

  /** A folder of CIFAR-10 in which one file is replaced or missing. */
  private static Maker ten(String name, byte @Nullable [] bytes) {
    return home -> {
      for (Map.Entry<String, byte[]> file : files().entrySet()) {
        byte[] content = file.getKey().equals(name) ? bytes : file.getValue();
        if (content != null) {
          Files.write(home.resolve(file.getKey()), content);
        }
      }
      return home;
    };
  }

  private static byte[] records(int labelBytes, int... labels) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int label : labels) {
      for (int i = 0; i < labelBytes; i++) {
        out.write(label);
      }
      out.writeBytes(new byte[3072]);
    }
    return out.toByteArray();
  }
}
