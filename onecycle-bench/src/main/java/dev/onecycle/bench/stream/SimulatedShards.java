package dev.onecycle.bench.stream;

import dev.onecycle.data.archive.ShardFile;
import dev.onecycle.random.RandomStream;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Tar shards of small JPEGs that are made while they are read, and are the same each time. No two
 * images have the same bytes: a few hundred pictures are encoded, and each image has its number in
 * a comment of the file.
 */
final class SimulatedShards {
  private static final int BLOCK = 512;
  private static final int PICTURES = 256;

  /** A marker and a length of two bytes each, and a number of four. */
  private static final int COMMENT = 8;

  private final int images;
  private final int inShard;
  private final int classes;
  private final List<byte[]> pictures;

  /**
   * @param inShard images of a shard; the last one may have fewer
   * @param side of the images, in pixels
   */
  SimulatedShards(int images, int inShard, int classes, int side) {
    this.images = images;
    this.inShard = inShard;
    this.classes = classes;
    this.pictures = IntStream.range(0, PICTURES).mapToObj(i -> jpeg(i, side)).toList();
  }

  private static byte[] jpeg(int number, int side) {
    SplittableRandom random = RandomStream.of(0, "simulated", number);
    BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
    int from = random.nextInt(1 << 24);
    int to = random.nextInt(1 << 24);
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        image.setRGB(x, y, mixed(from, to, (x + y) / (2.0 * side), random.nextInt(16)));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpg", out);
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is written to a file", e);
    }
    return out.toByteArray();
  }

  private static int mixed(int from, int to, double share, int noise) {
    int rgb = 0;
    for (int shift = 0; shift < 24; shift += 8) {
      double value = (from >> shift & 0xFF) * (1 - share) + (to >> shift & 0xFF) * share;
      rgb |= Math.min(255, (int) value + noise) << shift;
    }
    return rgb;
  }

  /** All shards, in order. */
  List<ShardFile> files() {
    List<ShardFile> files = new ArrayList<>();
    for (int first = 0; first < images; first += inShard) {
      files.add(new Shard(files.size(), first, Math.min(images, first + inShard)));
    }
    return files;
  }

  /** The class of an image. */
  String label(int image) {
    return String.valueOf(image % classes);
  }

  /** The bytes of an image. */
  byte[] image(int image) {
    byte[] picture = pictures.get(image % PICTURES);
    ByteBuffer bytes = ByteBuffer.allocate(picture.length + COMMENT);
    bytes.put(picture, 0, 2); // the marker of the beginning
    bytes.putShort((short) 0xFFFE).putShort((short) (COMMENT - 2)).putInt(image);
    bytes.put(picture, 2, picture.length - 2);
    return bytes.array();
  }

  private int length(int image) {
    return 3 * BLOCK + padded(pictures.get(image % PICTURES).length + COMMENT);
  }

  private static int padded(int length) {
    return (length + BLOCK - 1) / BLOCK * BLOCK;
  }

  private byte[] sample(int image) {
    ByteBuffer bytes = ByteBuffer.allocate(length(image));
    String key = String.format(Locale.ROOT, "%09d", image);
    byte[] label = label(image).getBytes(StandardCharsets.US_ASCII);
    bytes.put(header(key + ".cls", label.length)).put(Arrays.copyOf(label, BLOCK));
    byte[] content = image(image);
    bytes.put(header(key + ".jpg", content.length)).put(content);
    return bytes.array();
  }

  /** The header of a regular file, as POSIX has it. */
  private static byte[] header(String name, int size) {
    byte[] header = new byte[BLOCK];
    put(header, 0, name);
    put(header, 100, "0000644");
    put(header, 108, "0000000");
    put(header, 116, "0000000");
    put(header, 124, String.format(Locale.ROOT, "%011o", size));
    put(header, 136, "00000000000");
    put(header, 148, "        ");
    put(header, 156, "0");
    put(header, 257, "ustar");
    put(header, 263, "00");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xFF;
    }
    put(header, 148, String.format(Locale.ROOT, "%06o", sum));
    header[154] = 0;
    return header;
  }

  private static void put(byte[] header, int at, String text) {
    byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(ascii, 0, header, at, ascii.length);
  }

  private final class Shard implements ShardFile {
    private final int number;
    private final int begin;
    private final int end;

    Shard(int number, int begin, int end) {
      this.number = number;
      this.begin = begin;
      this.end = end;
    }

    @Override
    public String name() {
      return String.format(Locale.ROOT, "simulated/simulated-%06d.tar", number);
    }

    @Override
    public long length() {
      return IntStream.range(begin, end).mapToLong(SimulatedShards.this::length).sum() + 2L * BLOCK;
    }

    @Override
    public String state() {
      return begin + " " + end + " " + pictures.get(0).length;
    }

    @Override
    public InputStream open() {
      return new Bytes(begin, end);
    }
  }

  /** The bytes of a shard. Samples that are skipped are not made. */
  private final class Bytes extends InputStream {
    private final int end;
    private int image;
    private int offset;
    private byte[] current = {};

    Bytes(int begin, int end) {
      this.image = begin;
      this.end = end;
    }

    private int length() {
      return image < end ? SimulatedShards.this.length(image) : 2 * BLOCK;
    }

    @Override
    public int read() {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int at, int count) {
      if (image > end) {
        return -1;
      }
      if (current.length == 0) {
        current = image < end ? sample(image) : new byte[2 * BLOCK];
      }
      int some = Math.min(count, current.length - offset);
      System.arraycopy(current, offset, target, at, some);
      pass(some);
      return some;
    }

    @Override
    public long skip(long count) {
      long left = count;
      while (left > 0 && image <= end) {
        int some = (int) Math.min(left, length() - offset);
        pass(some);
        left -= some;
      }
      return count - left;
    }

    private void pass(int some) {
      offset += some;
      if (offset == length()) {
        image++;
        offset = 0;
        current = new byte[0];
      }
    }
  }
}
