package dev.onecycle.data.source;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file format of CIFAR-10 or CIFAR-100.
 *
 * @param labelBytes the number of labels of each record, one byte each; the last one is used
 * @param classes the number of classes
 * @param names the file with the names of the classes, one per line
 * @param train the files of training images
 * @param test the file of test images
 */
record CifarFormat(int labelBytes, int classes, String names, List<String> train, String test) {
  static final CifarFormat CIFAR10 =
      new CifarFormat(
          1,
          10,
          "batches.meta.txt",
          List.of(
              "data_batch_1.bin",
              "data_batch_2.bin",
              "data_batch_3.bin",
              "data_batch_4.bin",
              "data_batch_5.bin"),
          "test_batch.bin");
  static final CifarFormat CIFAR100 =
      new CifarFormat(2, 100, "fine_label_names.txt", List.of("train.bin"), "test.bin");
  static final List<CifarFormat> ALL = List.of(CIFAR10, CIFAR100);

  /** Whether a folder contains files of this format. */
  boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(train.get(0)))
        || Files.isRegularFile(folder.resolve(test));
  }

  /** The format that a file name belongs to, or null. */
  static @Nullable CifarFormat of(String file) {
    for (CifarFormat format : ALL) {
      if (format.train.contains(file) || format.test.equals(file)) {
        return format;
      }
    }
    return null;
  }
}
