package dev.onecycle.data.image.decode;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Images in their files, decoded each time they are read. An image takes 20 bytes of memory and the
 * path of its file, which the images of a shard share.
 */
public final class EncodedImages {
  private final List<Path> files;
  private final int[] fileOf;
  private final long[] offsets;
  private final int[] lengths;
  private final DecodeOptions options;

  /**
   * Takes over the arrays, which must not be changed any more.
   *
   * @param fileOf the index of its file, for each slot
   * @param offsets of the first byte in the file, for each slot
   * @param lengths in bytes, for each slot
   */
  public EncodedImages(
      List<Path> files, int[] fileOf, long[] offsets, int[] lengths, DecodeOptions options) {
    this.files = List.copyOf(files);
    this.fileOf = fileOf;
    this.offsets = offsets;
    this.lengths = lengths;
    this.options = options;
  }

  /** Collects the places of images; slots may stay empty. */
  public static final class Builder {
    private final Map<Path, Integer> indices = new HashMap<>();
    private final List<Path> files = new ArrayList<>();
    private final int[] fileOf;
    private final long[] offsets;
    private final int[] lengths;

    public Builder(int slots) {
      fileOf = new int[slots];
      offsets = new long[slots];
      lengths = new int[slots];
    }

    /** The image of a slot: bytes of a file. */
    public void put(int slot, Path file, long offset, long length) {
      fileOf[slot] =
          indices.computeIfAbsent(
              file,
              path -> {
                files.add(path);
                return files.size() - 1;
              });
      offsets[slot] = offset;
      lengths[slot] = (int) Math.min(Integer.MAX_VALUE, length);
    }

    /** The images; the builder is of no use after that. */
    public EncodedImages build(DecodeOptions options) {
      return new EncodedImages(files, fileOf, offsets, lengths, options);
    }
  }

  /**
   * Decodes an image.
   *
   * @throws BadDataException if it can no longer be read
   */
  public byte[] decode(int slot, ImageShape shape) {
    Path file = files.get(fileOf[slot]);
    try {
      return ImageDecoder.decode(bytes(slot, file), shape, options).pixels();
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    } catch (BadImage e) {
      throw new BadDataException(
          "an image of "
              + lengths[slot]
              + " bytes at "
              + offsets[slot]
              + " in "
              + file
              + " "
              + e.getMessage()
              + "; it was whole when the data were opened first",
          e);
    }
  }

  private byte[] bytes(int slot, Path file) throws IOException, BadImage {
    ImageDecoder.requireSize(lengths[slot]);
    ByteBuffer bytes = ByteBuffer.allocate(lengths[slot]);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (bytes.hasRemaining()) {
        if (channel.read(bytes, offsets[slot] + bytes.position()) < 0) {
          throw new EOFException();
        }
      }
    }
    return bytes.array();
  }

  /** The files of the images. */
  public List<Path> files() {
    return files;
  }

  /** The array itself, for storing; must not be changed. */
  public int[] fileOf() {
    return fileOf;
  }

  /** The array itself, for storing; must not be changed. */
  public long[] offsets() {
    return offsets;
  }

  /** The array itself, for storing; must not be changed. */
  public int[] lengths() {
    return lengths;
  }

  /** How they are decoded. */
  public DecodeOptions options() {
    return options;
  }
}
