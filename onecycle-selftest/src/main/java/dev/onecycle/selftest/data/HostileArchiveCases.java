package dev.onecycle.selftest.data;

import static dev.onecycle.selftest.data.FileCase.read;
import static dev.onecycle.selftest.data.FileCase.refused;
import static dev.onecycle.selftest.data.FileCase.skipped;

import dev.onecycle.selftest.data.FileCase.Maker;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;

/** Cases of archives that try to write elsewhere or to fill memory and disk. */
final class HostileArchiveCases {
  private static final int INTACT_IMAGES = 4;
  private static final int MANY = 20_000;
  private static final int SPARSE = 2_000_000_000;
  private static final byte[] IMAGE = ImageFiles.files().values().iterator().next();
  private static final String BOMB = "expands to more than 200 times its size";

  private HostileArchiveCases() {}

  static List<FileCase> all() {
    List<FileCase> cases = new ArrayList<>(names());
    cases.addAll(specials());
    cases.addAll(sizes());
    return cases;
  }

  /** Names of entries that must not be used as paths. */
  private static List<FileCase> names() {
    String image = "train/cat/long-" + "n".repeat(300) + ".png";
    return List.of(
        read("tar with ../", tar(home -> "../../escaped.png"), INTACT_IMAGES),
        read("zip with ../", zip(home -> "../../escaped.png"), INTACT_IMAGES),
        read("tar with an absolute name", tar(home -> home + "/escaped.png"), INTACT_IMAGES),
        read("zip with an absolute name", zip(home -> home + "/escaped.png"), INTACT_IMAGES),
        read("tar with C:\\", tar(home -> "C:\\escaped.png"), INTACT_IMAGES),
        read("zip with C:\\", zip(home -> "C:\\escaped.png"), INTACT_IMAGES),
        read("tar with \\..\\", tar(home -> "train\\..\\..\\escaped.png"), INTACT_IMAGES),
        read("zip with \\..\\", zip(home -> "train\\..\\..\\escaped.png"), INTACT_IMAGES),
        read(
            "tar with the name of a neighbour",
            tar(home -> "../home-evil/escaped.png"),
            INTACT_IMAGES),
        read("tar with NUL in a name", pax("train/cat/a\0b.png"), INTACT_IMAGES + 1),
        read("zip with NUL in a name", zip(home -> "train/cat/a\0b.png"), INTACT_IMAGES + 1),
        read("tar with a name twice", tar(home -> "train/cat/0.png"), INTACT_IMAGES + 1),
        read("zip with a name twice", zip(home -> "train/cat/0.png"), INTACT_IMAGES + 1),
        read("tar with a PAX name of 300 letters", pax(image), INTACT_IMAGES + 1),
        read(
            "tar with a GNU name of 300 letters",
            file("x.tar", home -> TarFile.intact().gnuFile(image, IMAGE).end()),
            INTACT_IMAGES + 1));
  }

  private static List<FileCase> specials() {
    List<FileCase> cases = new ArrayList<>();
    cases.add(
        read(
            "tar with a link, then a file through it",
            file(
                "x.tar",
                home ->
                    TarFile.intact()
                        .special("train/cat", TarFile.LINK, home.resolve("..").toString())
                        .file("train/cat/escaped.png", IMAGE)
                        .end()),
            INTACT_IMAGES + 1));
    cases.add(special("tar with a hard link", TarFile.HARD_LINK, "is a link"));
    cases.add(special("tar with a device", TarFile.CHARACTER_DEVICE, "is not a regular file"));
    cases.add(special("tar with a pipe", TarFile.PIPE, "is not a regular file"));
    ZipArchiveEntry link = new ZipArchiveEntry("train/cat/link.png");
    link.setUnixMode(0120777);
    cases.add(
        skipped(
            "zip with a link",
            file(
                "x.zip",
                home -> Compressed.zip(link, "/etc/passwd".getBytes(StandardCharsets.US_ASCII))),
            "train/cat/link.png",
            "is a link",
            INTACT_IMAGES));
    return cases;
  }

  private static List<FileCase> sizes() {
    byte[] headers = TarFile.header("train/cat/zero.png", TarFile.REGULAR, "", 50 << 20);
    return List.of(
        read(
            "tar with a binary size",
            file(
                "x.tar",
                home -> TarFile.intact().binarySize("train/cat/b.png", IMAGE.length, IMAGE).end()),
            INTACT_IMAGES + 1),
        refused(
            "tar with a binary size of 8 EiB",
            file(
                "x.tar",
                home ->
                    TarFile.intact().binarySize("train/cat/b.png", Long.MAX_VALUE, IMAGE).end()),
            "is damaged or cut short"),
        refused(
            "tar with a negative size",
            file(
                "x.tar", home -> TarFile.intact().binarySize("train/cat/b.png", -512, IMAGE).end()),
            "is damaged or cut short"),
        skipped(
            "tar.gz of 20,000 entries",
            home -> manyInTar(home.resolve("x.tar.gz"), MANY),
            "train/cat/empty.png",
            "is empty",
            INTACT_IMAGES),
        skipped(
            "zip of 20,000 entries",
            home -> manyInZip(home.resolve("x.zip")),
            "train/cat/many0.png",
            "is empty",
            INTACT_IMAGES),
        refused(
            "tar.gz of 1 GB in 1 MB",
            file(
                "x.tar.gz",
                home -> {
                  ByteArrayOutputStream bomb = new ByteArrayOutputStream();
                  for (int i = 0; i < 20; i++) {
                    bomb.writeBytes(Compressed.gzipped(headers, 50, new byte[0]));
                  }
                  return bomb.toByteArray();
                }),
            BOMB),
        refused("zip of 1 GB in 1 MB", home -> zipBomb(home.resolve("x.zip")), BOMB),
        refused(
            "tar.gz with a name of 200 MB",
            longHeader(TarFile.GNU_LONG_NAME),
            "x.tar.gz has an entry with a name or description of more than 1 MiB"),
        refused(
            "tar.gz with a PAX header of 200 MB",
            longHeader(TarFile.PAX),
            "x.tar.gz has an entry with a name or description of more than 1 MiB"),
        refused(
            "tar with a sparse file of 2 GB",
            file(
                "x.tar",
                home ->
                    TarFile.intact()
                        .entry("PaxHeader", TarFile.PAX, "", sparse("train/cat/sparse.png"))
                        .file("train/cat/sparse.png", sparseMap())
                        .end()),
            BOMB));
  }

  /** The header of a sparse file that is one hole. */
  private static byte[] sparse(String name) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(TarFile.paxRecord("GNU.sparse.major", "1"));
    out.writeBytes(TarFile.paxRecord("GNU.sparse.minor", "0"));
    out.writeBytes(TarFile.paxRecord("GNU.sparse.name", name));
    out.writeBytes(TarFile.paxRecord("GNU.sparse.realsize", "" + SPARSE));
    return out.toByteArray();
  }

  /** A sparse map of one empty piece at the end. */
  private static byte[] sparseMap() {
    byte[] map = ("1\n" + SPARSE + "\n0\n").getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(map, TarFile.BLOCK);
  }

  /** A header of 200 MB, which a reader would hold in memory. */
  private static Maker longHeader(char type) {
    int length = 200 << 20;
    byte[] begin = new byte[TarFile.BLOCK + (1 << 20)];
    System.arraycopy(TarFile.header("long", type, "", length), 0, begin, 0, TarFile.BLOCK);
    byte[] record = (length + " comment=").getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(record, 0, begin, TarFile.BLOCK, record.length);
    return file("x.tar.gz", home -> Compressed.gzipped(begin, 199, TarFile.intact().end()));
  }

  private static FileCase special(String name, char type, String reason) {
    String image = "train/cat/special.png";
    return skipped(
        name,
        file("x.tar", home -> TarFile.intact().special(image, type, "/etc/passwd").end()),
        image,
        reason,
        INTACT_IMAGES);
  }

  private static Maker tar(Function<Path, String> name) {
    return file("x.tar", home -> TarFile.intact().file(name.apply(home), IMAGE).end());
  }

  private static Maker pax(String name) {
    return file("x.tar", home -> TarFile.intact().paxFile("path", name, "short", IMAGE).end());
  }

  /** Writes an entry with a harmless name of the same length, then replaces the name. */
  private static Maker zip(Function<Path, String> name) {
    return file(
        "x.zip",
        home -> {
          String harmless = "n".repeat(name.apply(home).length());
          return Compressed.renamed(Compressed.zip(harmless, IMAGE), harmless, name.apply(home));
        });
  }

  private interface Bytes {
    byte[] of(Path home) throws Exception;
  }

  private static Maker file(String name, Bytes bytes) {
    return home -> Files.write(home.resolve(name), bytes.of(home));
  }

  private static Path manyInTar(Path file, int entries) throws Exception {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file), 1 << 16)) {
      byte[] header = TarFile.header("train/cat/empty.png", TarFile.REGULAR, "", 0);
      byte[] many = new byte[TarFile.BLOCK * 1000];
      for (int i = 0; i < 1000; i++) {
        System.arraycopy(header, 0, many, i * TarFile.BLOCK, TarFile.BLOCK);
      }
      out.write(TarFile.intact().open());
      for (int i = 0; i < entries; i += 1000) {
        out.write(many);
      }
      out.write(new byte[2 * TarFile.BLOCK]);
    }
    return file;
  }

  private static Path manyInZip(Path file) throws Exception {
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(file)) {
      for (Map.Entry<String, byte[]> each : ImageFiles.files().entrySet()) {
        Compressed.put(zip, new ZipArchiveEntry(each.getKey()), each.getValue());
      }
      for (int i = 0; i < MANY; i++) {
        Compressed.put(zip, new ZipArchiveEntry("train/cat/many" + i + ".png"), new byte[0]);
      }
    }
    return file;
  }

  /** A zip of 20 entries with the same compressed bytes. */
  private static Path zipBomb(Path file) throws Exception {
    byte[] zeros = new byte[50 << 20];
    CRC32 crc = new CRC32();
    crc.update(zeros);
    byte[] raw = Compressed.deflated(zeros);
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(file)) {
      for (int i = 0; i < 20; i++) {
        ZipArchiveEntry entry = new ZipArchiveEntry("train/cat/" + i + ".bmp");
        entry.setMethod(ZipArchiveEntry.DEFLATED);
        entry.setSize(zeros.length);
        entry.setCompressedSize(raw.length);
        entry.setCrc(crc.getValue());
        zip.addRawArchiveEntry(entry, new ByteArrayInputStream(raw));
      }
    }
    return file;
  }
}
