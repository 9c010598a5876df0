package dev.onecycle.selftest.data;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writers of unusual JPEG files. */
final class JpegFile {
  private static final int FRAME = 0xC0;

  private JpegFile() {}

  static byte[] progressive(BufferedImage image) {
    ImageWriter writer = writer();
    ImageWriteParam param = writer.getDefaultWriteParam();
    param.setProgressiveMode(ImageWriteParam.MODE_DEFAULT);
    return written(writer, new IIOImage(image, null, null), param);
  }

  /** A JPEG of four components without a marker of their meaning. */
  static byte[] fourComponents() {
    Raster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, null);
    ImageWriter writer = writer();
    return written(writer, new IIOImage(raster, null, null), writer.getDefaultWriteParam());
  }

  /** A JPEG of four components with Adobe's marker for CMYK. */
  static byte[] cmyk() {
    return withSegment(fourComponents(), "ffee000e41646f626500640000000000");
  }

  /** A JPEG with EXIF orientation 6: a quarter turn to the right. */
  static byte[] rotated(byte[] jpeg) {
    String tiff = "4d4d002a00000008" + "0001" + "0112000300000001" + "00060000" + "00000000";
    String exif = "457869660000" + tiff;
    int length = 2 + exif.length() / 2;
    return withSegment(jpeg, "ffe1" + HexFormat.of().toHexDigits((short) length) + exif);
  }

  /** A JPEG with another size in its frame header. */
  static byte[] claiming(byte[] jpeg, int width, int height) {
    byte[] claimed = jpeg.clone();
    int frame = frame(jpeg);
    claimed[frame + 5] = (byte) (height >> 8);
    claimed[frame + 6] = (byte) height;
    claimed[frame + 7] = (byte) (width >> 8);
    claimed[frame + 8] = (byte) width;
    return claimed;
  }

  /** A JPEG with samples of 12 bits. */
  static byte[] twelveBits(byte[] jpeg) {
    byte[] claimed = jpeg.clone();
    claimed[frame(jpeg) + 4] = 12;
    return claimed;
  }

  /**
   * A small grey progressive JPEG of many scans, each a pass over all blocks.
   *
   * @param side in pixels, a multiple of 8
   */
  static byte[] manyScans(int side, int scans) {
    int blocks = side / 8 * (side / 8);
    String lengths = HexFormat.of().toHexDigits((short) side).repeat(2);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(HexFormat.of().parseHex("ffd8ffdb004300" + "01".repeat(64)));
    out.writeBytes(HexFormat.of().parseHex("ffc2000b08" + lengths + "01011100"));
    // Tables of a single code, 0: no change of the mean; the end of 16,384 blocks and more.
    out.writeBytes(HexFormat.of().parseHex("ffc4001400" + "01" + "00".repeat(15) + "00"));
    out.writeBytes(HexFormat.of().parseHex("ffc4001410" + "01" + "00".repeat(15) + "e0"));
    out.writeBytes(HexFormat.of().parseHex("ffda0008010100000000"));
    out.writeBytes(new byte[blocks / 8 + 1]);
    byte[] scan = new byte[10 + blocks / 16_384 * 2 + 2];
    byte[] header = HexFormat.of().parseHex("ffda00080101" + "00013f00");
    System.arraycopy(header, 0, scan, 0, header.length);
    for (int i = 0; i < scans; i++) {
      out.writeBytes(scan);
    }
    out.writeBytes(HexFormat.of().parseHex("ffd9"));
    return out.toByteArray();
  }

  private static int frame(byte[] jpeg) {
    for (int at = 2;
        at < jpeg.length;
        at += 2 + (jpeg[at + 2] & 0xFF) * 256 + (jpeg[at + 3] & 0xFF)) {
      if ((jpeg[at + 1] & 0xFF) == FRAME) {
        return at;
      }
    }
    throw new IllegalArgumentException("no baseline frame");
  }

  private static byte[] withSegment(byte[] jpeg, String hex) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.writeBytes(HexFormat.of().parseHex(hex));
    out.writeBytes(Arrays.copyOfRange(jpeg, 2, jpeg.length));
    return out.toByteArray();
  }

  private static ImageWriter writer() {
    return ImageIO.getImageWritersByFormatName("jpeg").next();
  }

  private static byte[] written(ImageWriter writer, IIOImage image, ImageWriteParam param) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, image, param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
