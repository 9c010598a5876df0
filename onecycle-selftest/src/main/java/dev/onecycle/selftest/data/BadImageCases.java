package dev.onecycle.selftest.data;

import static dev.onecycle.selftest.data.ImageCase.read;
import static dev.onecycle.selftest.data.ImageCase.refused;

import dev.onecycle.selftest.harness.Case;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Cases of images that are damaged, claim false sizes, or are unusual but valid. */
final class BadImageCases {
  static final String NAME = "bad images";

  private static final String NO_IMAGE = "is not a JPEG, PNG, WebP, TIFF, GIF, BMP or PNM image";
  private static final String DAMAGED = "is damaged or cut short";
  private static final String GIANT =
      " pixels (width × height), more than the 64,000,000 of max_pixels";
  private static final int WHITE = 0xFFFFFF;
  private static final int LARGEST = 65_535;

  private BadImageCases() {}

  static List<Case> all() {
    return Stream.of(cutShort(), damaged(), falseClaims(), StrangeFileCases.all(), unusual())
        .flatMap(List::stream)
        .map(ImageCase::asCase)
        .toList();
  }

  private static List<ImageCase> cutShort() {
    List<ImageCase> cases = new ArrayList<>();
    for (String format : List.of("jpg", "png")) {
      byte[] whole = ImageFiles.noise(format);
      for (int percent : new int[] {2, 10, 20, 30, 40, 50, 60, 70, 80, 95}) {
        byte[] cut = Arrays.copyOf(whole, whole.length * percent / 100);
        cases.add(refused(format + " cut to " + percent + " %", "cut." + format, cut, DAMAGED));
      }
    }
    return cases;
  }

  private static List<ImageCase> damaged() {
    byte[] gif = ImageFiles.noise("gif");
    byte[] bmp = ImageFiles.noise("bmp");
    byte[] progressive = JpegFile.progressive(ImageFiles.noise());
    byte[] png = ImageFiles.noise("png");
    byte[] holed = png.clone();
    Arrays.fill(holed, png.length / 2, png.length / 2 + 64, (byte) 0);
    byte[] rgb = ImageFiles.encoded(ImageFiles.plain(BufferedImage.TYPE_INT_RGB), "jpg");
    return List.of(
        refused("empty file", "empty.jpg", new byte[0], "is empty"),
        refused("text as .jpg", "text.jpg", ascii("cats are nice"), NO_IMAGE),
        refused("PNG signature alone", "head.png", Arrays.copyOf(png, 8), DAMAGED),
        refused(
            "PNG without pixels", "hollow.png", new PngFile(4, 4, 8, PngFile.RGB).end(), DAMAGED),
        refused("PNG with zeros in its middle", "holed.png", holed, DAMAGED),
        refused("GIF cut to a half", "cut.gif", Arrays.copyOf(gif, gif.length / 2), DAMAGED),
        refused("BMP cut to a half", "cut.bmp", Arrays.copyOf(bmp, bmp.length / 2), DAMAGED),
        refused(
            "progressive JPEG cut to two thirds",
            "cut.jpeg",
            Arrays.copyOf(progressive, progressive.length * 2 / 3),
            DAMAGED),
        refused(
            "GIF with a fifth of its rows", "short.gif", ImageFiles.claimingGif(16, 80), DAMAGED),
        refused("JPEG of 12 bits", "twelve.jpg", JpegFile.twelveBits(rgb), "is a JPEG of 12 bits"),
        refused(
            "HEIC called .jpg",
            "phone.jpg",
            ascii("\0\0\0\u0018ftypheic\0\0\0\0mif1heic"),
            "is a HEIC image, which cannot be read"),
        refused("PPM cut short", "cut.ppm", ascii("P6 16 16 255\nabc"), DAMAGED),
        refused("JPEG of 0 x 0", "zero.jpg", JpegFile.claiming(rgb, 0, 0), DAMAGED));
  }

  private static List<ImageCase> falseClaims() {
    byte[] rgb = ImageFiles.encoded(ImageFiles.plain(BufferedImage.TYPE_INT_RGB), "jpg");
    byte[] png = new PngFile(LARGEST, LARGEST, 8, PngFile.RGB).chunk("IDAT", new byte[99]).end();
    String giant = "has 65535×65535" + GIANT;
    return List.of(
        refused("PNG that claims 65,535 x 65,535", "claims.png", png, giant),
        refused(
            "JPEG that claims 65,535 x 65,535",
            "claims.jpg",
            JpegFile.claiming(rgb, 65_500, 65_500),
            "has 65500×65500" + GIANT),
        refused(
            "BMP that claims 65,535 x 65,535",
            "claims.bmp",
            ImageFiles.claimingBmp(LARGEST, LARGEST),
            DAMAGED),
        refused(
            "GIF that claims 65,535 x 65,535",
            "claims.gif",
            ImageFiles.claimingGif(LARGEST, LARGEST),
            giant),
        refused(
            "PNG that claims 1 x 2,147,483,647",
            "tower.png",
            new PngFile(1, Integer.MAX_VALUE, 8, PngFile.RGB).zeros(4, 3).end(),
            "has 1×2147483647" + GIANT),
        refused(
            "honest PNG of 30,000 x 30,000 in 100 kB",
            "honest.png",
            path ->
                Files.write(
                    path, new PngFile(30_000, 30_000, 1, PngFile.GREY).zeros(30_000, 3750).end()),
            "has 30000×30000" + GIANT),
        read(
            "honest PNG of 8,000 x 8,000 in 200 kB",
            "large.png",
            path ->
                Files.write(
                    path, new PngFile(8000, 8000, 8, PngFile.RGB).zeros(8000, 24_000).end()),
            0),
        read(
            "honest PNG of 3,990 x 3,990 with 8 bytes a pixel",
            "deep.png",
            path ->
                Files.write(
                    path, new PngFile(3990, 3990, 16, PngFile.RGBA).zeros(3990, 31_920).end()),
            WHITE),
        refused(
            "PPM that claims 40,000 x 40,000",
            "claims.ppm",
            ascii("P6 40000 40000 255\n"),
            "has 40000×40000" + GIANT),
        refused(
            "JPEG of 4,000 x 4,000 in 5,000 scans",
            "scans.jpg",
            JpegFile.manyScans(4000, 5000),
            "has 5001 scans"),
        read(
            "PNG with 100 MB of compressed text",
            "text.png",
            path ->
                Files.write(
                    path,
                    new PngFile(16, 16, 8, PngFile.RGB)
                        .chunk("zTXt", textBomb())
                        .zeros(16, 48)
                        .end()),
            0));
  }

  private static List<ImageCase> unusual() {
    byte[] rgb = ImageFiles.encoded(ImageFiles.plain(BufferedImage.TYPE_INT_RGB), "jpg");
    BufferedImage halves = ImageFiles.halves(ImageFiles.COLOUR, ImageFiles.OTHER_COLOUR);
    byte[] upright = ImageFiles.encoded(halves, "jpg");
    BufferedImage deep = new BufferedImage(16, 16, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < 256; i++) {
      deep.getRaster().setSample(i % 16, i / 16, 0, 0x7FAB);
    }
    int colour = ImageFiles.COLOUR;
    return List.of(
        read("PNG called .jpg", "really.jpg", ImageFiles.encoded(halves, "png"), colour),
        read("PNG of 16 bits", "deep.png", ImageFiles.encoded(deep, "png"), 0x7F7F7F),
        read(
            "PNG of a palette with a transparent colour",
            "palette.png",
            ImageFiles.encoded(ImageFiles.palette(), "png"),
            colour),
        read("GIF", "plain.gif", ImageFiles.encoded(ImageFiles.palette(), "gif"), colour),
        read("one pixel", "pixel.png", ImageFiles.encoded(ImageFiles.onePixel(), "png"), colour),
        read(
            "JPEG that EXIF says to turn",
            "turned.jpg",
            JpegFile.rotated(upright),
            ImageFiles.OTHER_COLOUR),
        read("four-component JPEG", "four.jpg", JpegFile.fourComponents(), 0),
        read("CMYK JPEG", "cmyk.jpg", JpegFile.cmyk(), 0),
        read("PPM as text", "text.ppm", ascii("P3 1 1 255 200 100 50"), colour),
        read("progressive JPEG", "progressive.jpg", JpegFile.progressive(halves), colour),
        read("JPEG and 100 bytes more", "more.jpg", Arrays.copyOf(rgb, rgb.length + 100), colour));
  }

  /** A chunk of text that is a thousand times longer when decompressed. */
  private static byte[] textBomb() {
    byte[] text = PngFile.deflatedZeros(100 << 20);
    byte[] chunk = new byte[3 + text.length];
    chunk[0] = 'k';
    System.arraycopy(text, 0, chunk, 3, text.length);
    return chunk;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
