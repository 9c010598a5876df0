package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.utils.IOUtils;
import org.jspecify.annotations.Nullable;

/** A .tar or .tar.gz file. */
final class TarArchive extends Archive {
  private static final int BLOCK = 512;
  private static final int BUFFER = 1 << 16;

  /** Gives each byte of a name as a character. */
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;

  private final boolean compressed;

  TarArchive(Path path, Optional<Charset> encoding, boolean compressed) {
    super(path, encoding, StandardCharsets.ISO_8859_1);
    this.compressed = compressed;
  }

  @Override
  void walk(Visitor visitor, NameDecoder names, Bounds bounds) throws IOException {
    if (!compressed) {
      requireEnd();
    }
    try (InputStream file = new BufferedInputStream(Files.newInputStream(path()), BUFFER);
        InputStream plain = bounds.counting(compressed ? new GZIPInputStream(file, BUFFER) : file);
        TarHeaders headers = new TarHeaders(name(), plain);
        TarArchiveInputStream tar = new TarArchiveInputStream(headers, BYTES.name())) {
      for (TarArchiveEntry entry = next(tar, headers); entry != null; entry = next(tar, headers)) {
        bounds.countEntry();
        if (entry.getRealSize() < 0 || entry.getSize() < 0) {
          throw damaged(new IOException("an entry has a negative size"));
        }
        if (entry.isSparse()) {
          // The zeros of its holes are produced one by one, even if the entry is passed over.
          bounds.countBytes(entry.getRealSize());
        }
        bounds.countName(entry.getName());
        String name = name(entry.getName(), "path", headers, names);
        if (name.isEmpty() || EntryNames.isHidden(name)) {
          continue;
        }
        if (entry.isDirectory()) {
          visitor.folder(name);
        } else {
          visitor.file(new TarEntry(name, entry, tar));
        }
      }
      // To the end, because gzip has its checksum there.
      plain.transferTo(OutputStream.nullOutputStream());
    }
  }

  /**
   * A name as text. A POSIX header states it in UTF-8; other headers have its bytes alone.
   *
   * @param text the name as the stream has it
   * @param key of the name in a POSIX header
   */
  private static String name(String text, String key, TarHeaders headers, NameDecoder names) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    boolean stated = !NameDecoder.isAscii(text) && headers.hold(" " + key + "=", utf8);
    return stated ? names.entry(text, utf8) : names.entry(text.getBytes(BYTES));
  }

  private static @Nullable TarArchiveEntry next(TarArchiveInputStream tar, TarHeaders headers)
      throws IOException {
    if (tar.getCurrentEntry() != null) {
      IOUtils.skip(tar, Long.MAX_VALUE);
    }
    headers.begin();
    TarArchiveEntry entry = tar.getNextEntry();
    headers.end();
    return entry;
  }

  /** Requires the block of zeros at the end: a file cut between two entries has none. */
  private void requireEnd() throws IOException {
    byte[] last = new byte[BLOCK];
    try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "r")) {
      if (file.length() < BLOCK) {
        throw new EOFException();
      }
      file.seek(file.length() - BLOCK);
      file.readFully(last);
    }
    for (byte b : last) {
      if (b != 0) {
        throw new EOFException();
      }
    }
  }

  private final class TarEntry extends StreamedEntry {
    private final TarArchiveEntry entry;
    private final TarArchiveInputStream tar;

    TarEntry(String name, TarArchiveEntry entry, TarArchiveInputStream tar) {
      super(name, entry.getRealSize());
      this.entry = entry;
      this.tar = tar;
    }

    @Override
    public InputStream open() throws BadImage {
      if (entry.isLink() || entry.isSymbolicLink()) {
        throw new BadImage("is a link");
      }
      if (!entry.isFile()
          || entry.isFIFO()
          || entry.isBlockDevice()
          || entry.isCharacterDevice()
          || !tar.canReadEntryData(entry)) {
        throw new BadImage("is not a regular file");
      }
      return new Unclosed(tar);
    }
  }

  /** The stream of an entry; closing it leaves the archive open. */
  private static final class Unclosed extends FilterInputStream {
    Unclosed(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
      return in.read(target, offset, count);
    }

    @Override
    public void close() {}
  }
}
