package dev.onecycle.data.cache;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.ReadingReport;
import dev.onecycle.data.image.Resize;
import dev.onecycle.data.image.SkippedImage;
import dev.onecycle.data.image.decode.EncodedImages;
import dev.onecycle.data.index.IntArrays;
import dev.onecycle.data.index.PackedStrings;
import dev.onecycle.data.index.SourceIndex;
import dev.onecycle.data.index.Split;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The file format of a decoded source: the pixels by slot, a table of everything else, and a footer
 * of fixed length. The footer has the lengths and checksums by which a damaged file is recognized.
 * Larger pixels for random crops stand in a second file, whose checksum is in the table. Where
 * there is no room for pixels, there are none, and the table says where the images lie.
 */
final class CacheFile {
  /** Part of every file's name. Raise it when the format or the decoding of images changes. */
  static final int VERSION = 8;

  private static final byte[] MAGIC = "onecycle".getBytes(StandardCharsets.US_ASCII);
  private static final int FOOTER = MAGIC.length + 4 * Long.BYTES;

  private CacheFile() {}

  /** Opens the second file of a decoded source. */
  interface CropFile {
    FileChannel open() throws IOException;
  }

  /** Writes the table and footer of images that stay in their files. */
  static DecodedSource finish(
      FileChannel channel, EncodedImages images, Optional<ImageShape> larger, SourceIndex index)
      throws IOException {
    DecodedSource decoded = whenRead(images, larger, index);
    writeTable(channel, decoded, 0, crc(List.of()));
    return decoded;
  }

  /** A source of images that stay in their files; decodes them all, for their fingerprint. */
  static DecodedSource whenRead(
      EncodedImages images, Optional<ImageShape> larger, SourceIndex index) {
    return DecodedSource.of(
        index,
        new DecodedWhenRead(images, index.shape()),
        larger.map(shape -> new CropPixels(shape, new DecodedWhenRead(images, shape))));
  }

  /** Adds table and footer to a file of pixels. */
  static DecodedSource finish(
      FileChannel channel, Optional<FileChannel> larger, ImageShape largerShape, SourceIndex index)
      throws IOException {
    long pixels = channel.size();
    PixelStore store = PixelStore.map(channel, pixels, index.shape().bytes());
    Optional<CropPixels> crops = Optional.empty();
    if (larger.isPresent()) {
      FileChannel file = larger.get();
      crops =
          Optional.of(
              new CropPixels(largerShape, PixelStore.map(file, file.size(), largerShape.bytes())));
    }
    DecodedSource decoded = DecodedSource.of(index, store, crops);
    writeTable(channel, decoded, pixels, crc(Arrays.asList(store.segments())));
    return decoded;
  }

  private static void writeTable(
      FileChannel channel, DecodedSource decoded, long pixels, long pixelsCrc) throws IOException {
    byte[] table = table(decoded);
    ByteBuffer footer = ByteBuffer.allocate(FOOTER);
    footer.putLong(pixels).putLong(pixelsCrc);
    footer.putLong(table.length).putLong(crc(List.of(ByteBuffer.wrap(table))));
    footer.put(MAGIC).flip();
    write(channel, ByteBuffer.wrap(table), pixels);
    write(channel, footer, pixels + table.length);
  }

  /**
   * Reads a file and checks all of it.
   *
   * @param larger the second file, opened if there is to be one
   * @throws IOException if the file is damaged or cut short
   */
  static DecodedSource read(FileChannel channel, CropFile larger) throws IOException {
    long size = channel.size();
    ByteBuffer footer = read(channel, size - FOOTER, FOOTER);
    long pixels = footer.getLong();
    long pixelsCrc = footer.getLong();
    long tableLength = footer.getLong();
    long tableCrc = footer.getLong();
    byte[] magic = new byte[MAGIC.length];
    footer.get(magic);
    if (!Arrays.equals(magic, MAGIC) || pixels < 0 || pixels + tableLength + FOOTER != size) {
      throw new IOException("it is cut short or not a decoded source");
    }
    byte[] table = new byte[Math.toIntExact(tableLength)];
    read(channel, pixels, tableLength).get(table);
    if (crc(List.of(ByteBuffer.wrap(table))) != tableCrc) {
      throw new IOException("its table is damaged");
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(table))) {
      String fingerprint = text(in);
      String trainingFingerprint = text(in);
      long[] hashes = hashes(in);
      if (in.readBoolean()) {
        EncodedImages images = encoded(in);
        Optional<ImageShape> crop = shape(in);
        SourceIndex index = index(in);
        return new DecodedSource(
            index,
            new DecodedWhenRead(images, index.shape()),
            crop.map(shape -> new CropPixels(shape, new DecodedWhenRead(images, shape))),
            hashes,
            fingerprint,
            trainingFingerprint);
      }
      Optional<CropPixels> crops = crops(in, larger);
      SourceIndex index = index(in);
      PixelStore store = PixelStore.map(channel, pixels, index.shape().bytes());
      if (crc(Arrays.asList(store.segments())) != pixelsCrc) {
        throw new IOException("its pixels are damaged");
      }
      return new DecodedSource(index, store, crops, hashes, fingerprint, trainingFingerprint);
    }
  }

  private static byte[] table(DecodedSource decoded) throws IOException {
    SourceIndex index = decoded.index();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      text(out, decoded.fingerprint());
      text(out, decoded.trainingFingerprint());
      out.writeInt(decoded.hashes().length);
      for (long hash : decoded.hashes()) {
        out.writeLong(hash);
      }
      boolean whenRead = decoded.store() instanceof DecodedWhenRead;
      out.writeBoolean(whenRead);
      if (decoded.store() instanceof DecodedWhenRead read) {
        encoded(out, read.images());
      }
      if (decoded.crops().isPresent()) {
        CropPixels crops = decoded.crops().get();
        shape(out, crops.shape());
        if (crops.store() instanceof PixelStore store) {
          out.writeLong(crc(Arrays.asList(store.segments())));
        }
      } else {
        IntArrays.write(out, new int[0]);
      }
      shape(out, index.shape());
      PackedStrings.of(index.classes()).write(out);
      List<SkippedImage> skipped = index.report().skipped();
      PackedStrings.of(index.report().notes()).write(out);
      PackedStrings.of(skipped.stream().map(SkippedImage::origin).toList()).write(out);
      PackedStrings.of(skipped.stream().map(SkippedImage::reason).toList()).write(out);
      out.writeInt(index.splits().size());
      for (Split split : index.splits()) {
        text(out, split.name());
        IntArrays.write(out, split.labels());
        IntArrays.write(out, split.slots());
        split.origins().write(out);
      }
    }
    return bytes.toByteArray();
  }

  private static long[] hashes(DataInputStream in) throws IOException {
    long[] hashes = new long[in.readInt()];
    for (int i = 0; i < hashes.length; i++) {
      hashes[i] = in.readLong();
    }
    return hashes;
  }

  private static void shape(DataOutputStream out, ImageShape shape) throws IOException {
    IntArrays.write(out, new int[] {shape.channels(), shape.height(), shape.width()});
  }

  private static Optional<ImageShape> shape(DataInputStream in) throws IOException {
    int[] shape = IntArrays.read(in);
    return shape.length == 0
        ? Optional.empty()
        : Optional.of(new ImageShape(shape[0], shape[1], shape[2]));
  }

  private static void encoded(DataOutputStream out, EncodedImages images) throws IOException {
    DecodeOptions options = images.options();
    text(out, options.resize().name());
    text(out, options.orientation().name());
    out.writeInt(options.maxPixels());
    PackedStrings.of(images.files().stream().map(Path::toString).toList()).write(out);
    IntArrays.write(out, images.fileOf());
    IntArrays.write(out, images.lengths());
    for (long offset : images.offsets()) {
      out.writeLong(offset);
    }
  }

  private static EncodedImages encoded(DataInputStream in) throws IOException {
    DecodeOptions options =
        new DecodeOptions(Resize.valueOf(text(in)), Orientation.valueOf(text(in)), in.readInt());
    List<Path> files = PackedStrings.read(in).toList().stream().map(Path::of).toList();
    int[] fileOf = IntArrays.read(in);
    int[] lengths = IntArrays.read(in);
    long[] offsets = new long[lengths.length];
    for (int slot = 0; slot < offsets.length; slot++) {
      offsets[slot] = in.readLong();
    }
    return new EncodedImages(files, fileOf, offsets, lengths, options);
  }

  private static Optional<CropPixels> crops(DataInputStream in, CropFile file) throws IOException {
    Optional<ImageShape> shape = shape(in);
    if (shape.isEmpty()) {
      return Optional.empty();
    }
    long expected = in.readLong();
    ImageShape larger = shape.get();
    try (FileChannel channel = file.open()) {
      PixelStore store = PixelStore.map(channel, channel.size(), larger.bytes());
      if (crc(Arrays.asList(store.segments())) != expected) {
        throw new IOException("its pixels for crops are damaged");
      }
      return Optional.of(new CropPixels(larger, store));
    }
  }

  private static SourceIndex index(DataInputStream in) throws IOException {
    int[] shape = IntArrays.read(in);
    List<String> classes = PackedStrings.read(in).toList();
    List<String> notes = PackedStrings.read(in).toList();
    PackedStrings origins = PackedStrings.read(in);
    PackedStrings reasons = PackedStrings.read(in);
    List<SkippedImage> skipped = new ArrayList<>();
    for (int i = 0; i < origins.size(); i++) {
      skipped.add(new SkippedImage(origins.get(i), reasons.get(i)));
    }
    List<Split> splits = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      splits.add(
          new Split(text(in), IntArrays.read(in), IntArrays.read(in), PackedStrings.read(in)));
    }
    return new SourceIndex(
        new ImageShape(shape[0], shape[1], shape[2]),
        classes,
        splits,
        new ReadingReport(notes, List.of(), skipped));
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    PackedStrings.of(List.of(text)).write(out);
  }

  private static String text(DataInputStream in) throws IOException {
    return PackedStrings.read(in).get(0);
  }

  /** CRC-32C of buffers laid end to end, each from its position to its limit. */
  private static long crc(List<ByteBuffer> buffers) {
    CRC32C crc = new CRC32C();
    buffers.forEach(crc::update);
    return crc.getValue();
  }

  private static ByteBuffer read(FileChannel channel, long position, long length)
      throws IOException {
    if (position < 0) {
      throw new IOException("it is cut short");
    }
    ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(length));
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw new IOException("it is cut short");
      }
    }
    return buffer.flip();
  }

  private static void write(FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      at += channel.write(buffer, at);
    }
  }
}
