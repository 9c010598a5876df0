package dev.onecycle.data.archive;

import dev.onecycle.data.image.decode.BadImage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.Optional;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.zip.UnicodePathExtraField;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/** A .zip file, read by its central directory. */
final class ZipArchive extends Archive {
  /** The encoding of names where no flag says another. */
  private static final Charset STANDARD = Charset.forName("IBM437");

  ZipArchive(Path path, Optional<Charset> encoding) {
    super(path, encoding, STANDARD);
  }

  @Override
  void walk(Visitor visitor, NameDecoder names, Bounds bounds) throws IOException {
    // The header in front of an entry is needed only when the entry is opened.
    try (ReadAhead file = new ReadAhead(path());
        ZipFile zip =
            ZipFile.builder().setSeekableByteChannel(file).setIgnoreLocalFileHeader(true).get()) {
      Enumeration<ZipArchiveEntry> entries = zip.getEntriesInPhysicalOrder();
      while (entries.hasMoreElements()) {
        ZipArchiveEntry entry = entries.nextElement();
        bounds.countEntry();
        String name = name(entry, names);
        if (name.isEmpty() || EntryNames.isHidden(name)) {
          continue;
        }
        if (entry.isDirectory()) {
          visitor.folder(name);
        } else {
          visitor.file(new ZipEntry(name, entry, zip, bounds));
        }
      }
    }
  }

  private static String name(ZipArchiveEntry entry, NameDecoder names) {
    byte[] raw = entry.getRawName();
    if (entry.getGeneralPurposeBit().usesUTF8ForNames()) {
      return names.entryInUtf8(raw);
    }
    // The library sets the name of this field only where it reads the headers in front of entries.
    return entry.getExtraField(UnicodePathExtraField.UPATH_ID)
                instanceof UnicodePathExtraField field
            && field.getNameCRC32() == crc32(raw)
        ? names.entry(new String(field.getUnicodeName(), StandardCharsets.UTF_8), raw)
        : names.entry(raw);
  }

  private static long crc32(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  private final class ZipEntry extends StreamedEntry {
    private final ZipArchiveEntry entry;
    private final ZipFile zip;
    private final Bounds bounds;

    ZipEntry(String name, ZipArchiveEntry entry, ZipFile zip, Bounds bounds) {
      super(name, entry.getSize());
      this.entry = entry;
      this.zip = zip;
      this.bounds = bounds;
    }

    @Override
    void requireUndamaged(byte[] whole) throws BadImage {
      if (crc32(whole) != entry.getCrc()) {
        throw new BadImage("is damaged: its checksum does not match");
      }
    }

    @Override
    public InputStream open() throws IOException, BadImage {
      if (entry.isUnixSymlink()) {
        throw new BadImage("is a link");
      }
      if (entry.getGeneralPurposeBit().usesEncryption()) {
        throw new BadImage("is encrypted");
      }
      if (!zip.canReadEntryData(entry)) {
        throw new BadImage("is compressed by a method that cannot be read");
      }
      return bounds.counting(zip.getInputStream(entry));
    }
  }
}
