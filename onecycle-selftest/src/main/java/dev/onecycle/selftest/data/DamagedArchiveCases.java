package dev.onecycle.selftest.data;

import static dev.onecycle.selftest.data.FileCase.read;
import static dev.onecycle.selftest.data.FileCase.refused;
import static dev.onecycle.selftest.data.FileCase.skipped;

import dev.onecycle.selftest.data.FileCase.Maker;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cases of damaged archives. */
final class DamagedArchiveCases {
  private static final int INTACT_IMAGES = 4;
  private static final String DAMAGED = "is damaged or cut short";
  private static final byte[] IMAGE = ImageFiles.files().values().iterator().next();
  private static final String MORE = "train/cat/more.png";

  /** Offset of the flags from the signature of an entry in a zip's central directory. */
  private static final int FLAGS = 8;

  private static final int CHECKSUM = 16;
  private static final int SIZE = 24;

  private DamagedArchiveCases() {}

  static List<FileCase> all() {
    byte[] tar = TarFile.intact().end();
    byte[] gz = Compressed.gzip(tar);
    byte[] crc = gz.clone();
    crc[crc.length - 6] ^= 1;
    byte[] more = Arrays.copyOf(gz, gz.length + 1000);
    byte[] zip = Compressed.zip(MORE, IMAGE);
    List<FileCase> cases = new ArrayList<>();
    for (int percent : new int[] {25, 50, 75}) {
      cases.add(
          refused(
              "tar.gz cut to " + percent + " %",
              file("x.tar.gz", Arrays.copyOf(gz, gz.length * percent / 100)),
              DAMAGED));
    }
    cases.add(
        refused(
            "tar.gz without its last byte",
            file("x.tar.gz", Arrays.copyOf(gz, gz.length - 1)),
            DAMAGED));
    cases.add(refused("tar.gz with a wrong checksum", file("x.tar.gz", crc), DAMAGED));
    cases.add(read("tar.gz and 1,000 bytes more", file("x.tar.gz", more), INTACT_IMAGES));
    cases.add(
        refused("tar cut between two entries", file("x.tar", TarFile.intact().open()), DAMAGED));
    cases.add(
        refused("zip cut to a half", file("x.zip", Arrays.copyOf(zip, zip.length / 2)), DAMAGED));
    cases.add(
        skipped(
            "zip with a wrong checksum",
            file("x.zip", changed(zip, CHECKSUM, 0x12345678)),
            MORE,
            "is damaged: its checksum does not match",
            INTACT_IMAGES));
    cases.add(
        skipped(
            "zip with an encrypted entry",
            file("x.zip", changed(zip, FLAGS, 0x00080801)),
            MORE,
            "is encrypted",
            INTACT_IMAGES));
    cases.add(
        skipped(
            "zip with an entry of 4 GB that it has not",
            file("x.zip", changed(zip, SIZE, 0xFFFFFFF0)),
            MORE,
            "is larger than 64 MiB",
            INTACT_IMAGES));
    return cases;
  }

  /** A zip with a changed field of its last entry in the central directory. */
  private static byte[] changed(byte[] zip, int at, int value) {
    ByteBuffer bytes = ByteBuffer.wrap(zip.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int entry = zip.length - 4;
    while (bytes.getInt(entry) != 0x02014B50) {
      entry--;
    }
    return bytes.putInt(entry + at, value).array();
  }

  private static Maker file(String name, byte[] bytes) {
    return home -> Files.write(home.resolve(name), bytes);
  }
}
