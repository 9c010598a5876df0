package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.utils.IOUtils;
import org.jspecify.annotations.Nullable;

/**
 * A .tar file, plain or compressed.
 *
 * <p>A hard link is another name of an entry that comes before it. Links are visited after all
 * other entries, in a second reading of the file, since only then it is known which entries have
 * more names.
 */
final class TarArchive extends Archive {
  private static final int BLOCK = 512;
  private static final int BUFFER = 1 << 16;

  /** Gives each byte of a name as a character. */
  private static final Charset BYTES = StandardCharsets.ISO_8859_1;

  private static final int MAX_LINKS = 100;

  private final Compression compression;

  TarArchive(Path path, Optional<Charset> encoding, Compression compression) {
    super(path, encoding, StandardCharsets.ISO_8859_1);
    this.compression = compression;
  }

  /** Receives the entries of a reading, except hidden ones. */
  private interface Reader {
    void entry(String name, TarArchiveEntry entry, TarArchiveInputStream tar, TarHeaders headers);
  }

  @Override
  void walk(Visitor visitor, NameDecoder names, Bounds bounds) throws IOException {
    Map<String, String> targets = new LinkedHashMap<>();
    read(
        names,
        bounds,
        (name, entry, tar, headers) -> {
          if (entry.isDirectory()) {
            visitor.folder(name);
          } else if (entry.isLink()) {
            targets.put(name, name(entry.getLinkName(), "linkpath", headers, names));
          } else {
            visitor.file(new TarEntry(name, entry, tar, headers.position()));
          }
        });
    if (!targets.isEmpty()) {
      walkLinks(visitor, names, targets);
    }
  }

  /**
   * @param targets the name of another entry for the name of each link
   */
  private void walkLinks(Visitor visitor, NameDecoder names, Map<String, String> targets)
      throws IOException {
    Map<String, List<String>> byTarget = new LinkedHashMap<>();
    targets.forEach(
        (link, target) -> {
          String at = target;
          for (int i = 0; i < MAX_LINKS && targets.containsKey(at); i++) {
            at = targets.getOrDefault(at, at);
          }
          byTarget.computeIfAbsent(at, t -> new ArrayList<>()).add(link);
        });
    Bounds bounds = new Bounds();
    read(
        names,
        bounds,
        (name, entry, tar, headers) -> {
          boolean file = !entry.isDirectory() && !entry.isLink();
          List<String> links = file ? byTarget.remove(name) : null;
          if (links != null) {
            TarEntry target = new TarEntry(name, entry, tar, headers.position());
            LinkEntry first = new LinkEntry(links.get(0), target);
            for (String link : links) {
              bounds.countBytes(entry.getRealSize());
              visitor.file(new LinkEntry(link, first));
            }
          }
        });
    byTarget.forEach(
        (target, links) ->
            links.forEach(
                link ->
                    visitor.file(
                        new LinkEntry(
                            link,
                            new BadImage(
                                "is a link to " + target + ", which is not in the archive")))));
  }

  private void read(NameDecoder names, Bounds bounds, Reader reader) throws IOException {
    if (compression == Compression.NONE) {
      requireEnd();
    }
    try (InputStream file = new BufferedInputStream(Files.newInputStream(path()), BUFFER);
        InputStream plain = bounds.counting(compression.expanded(file));
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
        reader.entry(name, entry, tar, headers);
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
  static String name(String text, String key, TarHeaders headers, NameDecoder names) {
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

  /** Another name of an entry, which is read when the first of its names is. */
  private static final class LinkEntry implements Entry {
    private final String name;
    private final @Nullable Entry target;
    private @Nullable Content content;

    LinkEntry(String name, Entry target) {
      this.name = name;
      this.target = target;
    }

    LinkEntry(String name, BadImage problem) {
      this.name = name;
      this.target = null;
      this.content = FileTree.unusable(problem);
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public long size() {
      return target == null ? 0 : target.size();
    }

    @Override
    public InputStream open() throws BadImage {
      return new ByteArrayInputStream(content().bytes());
    }

    @Override
    public Content content() {
      if (content == null) {
        content = Objects.requireNonNull(target).content();
      }
      return content;
    }
  }

  private final class TarEntry extends StreamedEntry {
    private final TarArchiveEntry entry;
    private final TarArchiveInputStream tar;
    private final long offset;

    /**
     * @param offset of its first byte in the plain archive
     */
    TarEntry(String name, TarArchiveEntry entry, TarArchiveInputStream tar, long offset) {
      super(name, entry.getRealSize());
      this.offset = offset;
      this.entry = entry;
      this.tar = tar;
    }

    @Override
    public Optional<Place> place() {
      return compression == Compression.NONE && entry.isFile() && !entry.isSparse()
          ? Optional.of(new Place(path(), offset, entry.getRealSize()))
          : Optional.empty();
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
