package dev.onecycle.testing;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream.UnicodeExtraFieldPolicy;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Tar, zip and gzip files as bytes. */
public final class TestArchives {
  private TestArchives() {}

  /** The files of a folder by their relative names, each with a prefix. */
  public static Map<String, byte[]> files(Path folder, String prefix) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> walk = Files.walk(folder)) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        files.put(prefix + folder.relativize(file), Files.readAllBytes(file));
      }
    }
    return files;
  }

  /** A tar of files, in the order given. A name that ends with a slash is a folder. */
  public static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    tar(files, bytes);
    return bytes.toByteArray();
  }

  /** Writes a tar and closes the stream. */
  public static void tar(Map<String, byte[]> files, OutputStream out) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out)) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
  }

  /** A tar of files and one entry of a type without content, such as a link. */
  public static byte[] tarWith(Map<String, byte[]> files, String name, byte type, String target)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      TarArchiveEntry special = new TarArchiveEntry(name, type, true);
      special.setLinkName(target);
      tar.putArchiveEntry(special);
      tar.closeArchiveEntry();
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** A gzip file. */
  public static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  /** A zip of files, in the order given. */
  public static byte[] zip(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putArchiveEntry(new ZipArchiveEntry(file.getKey()));
        zip.write(file.getValue());
        zip.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** A zip as old programs write it: names in an encoding, no flag for UTF-8. */
  public static byte[] zip(Map<String, byte[]> files, Charset encoding) throws IOException {
    return zip(files, encoding, UnicodeExtraFieldPolicy.NEVER);
  }

  /** A zip whose names in an encoding have fields beside them in UTF-8, as of Info-ZIP. */
  public static byte[] zipWithUnicodeFields(Map<String, byte[]> files, Charset encoding)
      throws IOException {
    return zip(files, encoding, UnicodeExtraFieldPolicy.ALWAYS);
  }

  private static byte[] zip(
      Map<String, byte[]> files, Charset encoding, UnicodeExtraFieldPolicy fields)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes)) {
      zip.setEncoding(encoding.name());
      zip.setUseLanguageEncodingFlag(false);
      zip.setFallbackToUTF8(false);
      zip.setCreateUnicodeExtraFields(fields);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        zip.putArchiveEntry(new ZipArchiveEntry(file.getKey()));
        zip.write(file.getValue());
        zip.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** A tar as old programs write it: names in an encoding, no headers of POSIX. */
  public static byte[] tar(Map<String, byte[]> files, Charset encoding) throws IOException {
    return tar(files, encoding, false);
  }

  /** A tar whose names that are not ASCII stand in headers of POSIX, in UTF-8. */
  public static byte[] posixTar(Map<String, byte[]> files) throws IOException {
    return tar(files, StandardCharsets.UTF_8, true);
  }

  private static byte[] tar(Map<String, byte[]> files, Charset encoding, boolean posix)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, encoding.name())) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
      tar.setAddPaxHeadersForNonAsciiNames(posix);
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /** A tar of files, and of hard links by their names. */
  public static byte[] tarWithLinks(Map<String, byte[]> files, Map<String, String> links)
      throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(file.getKey(), true);
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
      for (Map.Entry<String, String> link : links.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(link.getKey(), TarConstants.LF_LINK, true);
        entry.setLinkName(link.getValue());
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  /**
   * Compressed bytes.
   *
   * @param extension xz, bz2 or zst
   */
  public static byte[] compressed(byte[] plain, String extension) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out =
        switch (extension) {
          case "xz" -> new XZOutputStream(bytes, new LZMA2Options());
          case "bz2" -> new BZip2CompressorOutputStream(bytes);
          case "zst" -> new ZstdOutputStream(bytes);
          default -> throw new IllegalArgumentException(extension);
        }) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }
}
