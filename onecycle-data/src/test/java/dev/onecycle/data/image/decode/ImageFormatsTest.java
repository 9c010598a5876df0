package dev.onecycle.data.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.Resize;
import dev.onecycle.testing.Property;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Real files of each format, made by Pillow, libjpeg-turbo, libtiff, libwebp and ImageMagick.
 * Beside each lie its height, its width and its pixels as Pillow 9.4 reads them, with transparency
 * laid on white, orientation applied, and 16 bits scaled.
 */
@Timeout(60)
class ImageFormatsTest {
  private static final DecodeOptions DEFAULTS = DecodeOptions.defaults();

  static List<String> files() throws IOException, URISyntaxException {
    URL first = Objects.requireNonNull(ImageFormatsTest.class.getResource("rgb.png"));
    try (Stream<Path> all =
        Files.list(Objects.requireNonNull(Path.of(first.toURI()).getParent()))) {
      return all.map(file -> String.valueOf(file.getFileName()))
          .filter(name -> name.endsWith(".rgb"))
          .map(name -> name.substring(0, name.length() - 4))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void pixelsAreThoseOfPillow(String name) throws IOException, BadImage {
    byte[] file = resource(name);
    ByteBuffer expected = ByteBuffer.wrap(resource(name + ".rgb"));
    ImageShape shape = new ImageShape(3, expected.getShort(), expected.getShort());
    assertThat(ImageDecoder.size(file, DEFAULTS)).isEqualTo(shape);
    byte[] pixels = ImageDecoder.decode(file, shape, DEFAULTS).pixels();
    // Colours of lossy WebP have half the resolution, and are enlarged in another way than
    // Pillow's;
    // 5 and 6 bits are rounded where Pillow cuts.
    int tolerance = name.equals("lossy.webp") ? 13 : name.equals("rgb565.bmp") ? 1 : 0;
    for (int i = 0; i < pixels.length; i++) {
      int difference = Math.abs((pixels[i] & 0xFF) - (expected.get(4 + i) & 0xFF));
      assertThat(difference).as("byte %d", i).isLessThanOrEqualTo(tolerance);
    }
  }

  @Test
  void thereAreFilesOfEachFormat() throws IOException, URISyntaxException {
    assertThat(files().size()).isGreaterThan(85);
  }

  @ParameterizedTest
  @CsvSource({
    "rgba.png, true", "trns-rgb.png, true", "alpha.webp, true", "rgba.tif, true",
    "offset.gif, true", "alpha-v5.bmp, true", "rgb.png, false", "whole.gif, false",
    "lossless.webp, false", "rgbx-zero-alpha.bmp, false"
  })
  void transparencyIsReported(String name, boolean transparent) throws IOException, BadImage {
    ImageShape shape = new ImageShape(3, 9, 13);
    assertThat(ImageDecoder.decode(resource(name), shape, DEFAULTS).transparent())
        .isEqualTo(transparent);
  }

  @ParameterizedTest
  @CsvSource({"turned-6.jpg", "turned-6.png", "turned-6.webp", "turned-6.tif"})
  void orientationCanBeIgnored(String name) throws IOException, BadImage {
    DecodeOptions stored = new DecodeOptions(Resize.CROP, Orientation.IGNORE, 64_000_000);
    assertThat(ImageDecoder.size(resource(name), stored)).isEqualTo(new ImageShape(3, 9, 13));
    assertThat(ImageDecoder.size(resource(name), DEFAULTS)).isEqualTo(new ImageShape(3, 13, 9));
    byte[] pixels = ImageDecoder.decode(resource(name), new ImageShape(3, 9, 13), stored).pixels();
    String original = name.endsWith("jpg") ? "baseline.jpg.rgb" : "rgb.png.rgb";
    byte[] expected = resource(original);
    assertThat(pixels).isEqualTo(Arrays.copyOfRange(expected, 4, expected.length));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "arithmetic.jpg | is an arithmetic-coded JPEG, which cannot be read",
        "float.tif | has floating-point or signed samples, whose black and white are not stated",
        "unread.jp2 | is a JPEG 2000 image, which cannot be read; convert it to JPEG or PNG",
      })
  void whatCannotBeReadIsNamed(String name, String message) throws IOException {
    refused(resource(name), message);
  }

  @Test
  void formatsThatAreNotReadAreNamed() {
    refused(latin("\0\0\0\u0018ftypheic\0\0\0\0mif1heic"), "is a HEIC image, which cannot be read");
    refused(latin("\0\0\0\u001Cftypavif\0\0\0\0avifmif1"), "is an AVIF image, which cannot be");
    refused(latin("\0\0\0\u0020ftypisom\0\0\0\0"), "is a video or another media file");
    refused(latin("\0\0\0\u0018ftypcrx \0\0\0\0"), "is a camera's raw file");
    refused(latin("<?xml version=\"1.0\"?>\n<svg width=\"1\"/>"), "is an SVG drawing");
    refused(latin("\n<!DOCTYPE html><html>"), "is a web page, not an image; download it again");
    refused(latin("8BPS\0\1"), "is a Photoshop (PSD) image");
    refused(latin("\u00FF\n\u0001"), "is a JPEG XL image");
    refused(latin("%PDF-1.4"), "is a PDF file");
    refused(latin("II*\0\u0010\0\0\0CR\2\0"), "is a camera's raw file");
    refused(latin("version https://git-lfs.github.com/spec/v1\n"), "is a pointer of Git LFS");
    refused(latin("cats are nice"), "is not a JPEG, PNG, WebP, TIFF, GIF, BMP or PNM image");
    refused(latin("RIFF\0\0\0\0WAVEfmt "), "is not a JPEG");
  }

  /** The first image of such files is a small preview. */
  @Test
  void aRawFileThatLooksLikeTiffIsNamed() {
    // One entry: tag 254, type LONG, count 1, value 1: an image of reduced resolution.
    byte[] raw = {
      'I',
      'I',
      42,
      0,
      8,
      0,
      0,
      0,
      3,
      0,
      (byte) 254,
      0,
      4,
      0,
      1,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      0,
      1,
      3,
      0,
      1,
      0,
      0,
      0,
      9,
      0,
      0,
      0,
      1,
      1,
      3,
      0,
      1,
      0,
      0,
      0,
      9,
      0,
      0,
      0,
      0,
      0,
      0,
      0
    };
    refused(raw, "is a camera's raw file, which cannot be read");
  }

  @ParameterizedTest
  @CsvSource({
    "rgb-raw.tif",
    "rgb-tiff_lzw.tif",
    "tiled.tif",
    "lossless.webp",
    "lossy.webp",
    "alpha.webp",
    "rgb.ppm",
    "text.ppm",
    "deep.pgm",
    "cmyk-adobe.jpg",
    "ycck.jpg"
  })
  void aFileCutShortIsRefused(String name) throws IOException {
    byte[] whole = resource(name);
    for (int percent = 1; percent <= 90; percent += 3) {
      byte[] cut = Arrays.copyOf(whole, whole.length * percent / 100);
      assertThatThrownBy(() -> ImageDecoder.decode(cut, new ImageShape(3, 8, 8), DEFAULTS))
          .as("%s cut to %d %%", name, percent)
          .isInstanceOf(BadImage.class);
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void damagedFilesFailInNoOtherWay(String name) throws IOException {
    byte[] whole = resource(name);
    Property.holds(
        60,
        random -> {
          byte[] damaged = whole.clone();
          int count = 1 + random.nextInt(6);
          for (int i = 0; i < count; i++) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
          }
          try {
            assertThat(ImageDecoder.decode(damaged, new ImageShape(3, 8, 8), DEFAULTS).pixels())
                .hasSize(192);
          } catch (BadImage e) {
            assertThat(e.reason()).isNotEmpty();
          }
        });
  }

  /** Each header states more pixels than a heap holds. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.SECONDS)
  void giantsOfEachFormatAreRefusedByTheirHeader() throws IOException {
    String giant = "more than the 64,000,000 of max_pixels; make it smaller, or set max_pixels";
    refused(latin("P6 60000 60000 255\n"), "has 60000×60000 pixels (width × height), " + giant);
    refused(latin("P5 4000000000 1 255\n"), "must be at most");
    byte[] webp = resource("animated.webp");
    Arrays.fill(webp, 24, 30, (byte) 0xFF);
    refused(webp, giant);
    byte[] tiff = resource("rgb-raw.tif");
    ByteBuffer little = ByteBuffer.wrap(tiff).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int directory = little.getInt(4);
    for (int i = 0; i < little.getShort(directory); i++) {
      int entry = directory + 2 + 12 * i;
      if (little.getShort(entry) == TiffHeader.WIDTH || little.getShort(entry) == 257) {
        little.putShort(entry + 2, (short) 4).putInt(entry + 8, 60_000);
      }
    }
    refused(tiff, giant);
    byte[] gif = resource("offset.gif");
    Arrays.fill(gif, 6, 10, (byte) 0xFF);
    refused(gif, giant);
  }

  @Test
  void aFrameLargerThanItsCanvasIsRefused() throws IOException {
    byte[] extended = resource("icc.webp");
    assertThat(new String(extended, 12, 4, StandardCharsets.US_ASCII)).isEqualTo("VP8X");
    extended[24] = 3; // a canvas of 4 pixels in a row
    refused(extended, "is damaged: its first frame is larger than its canvas");
  }

  @Test
  void theBoundOfPixelsIsASetting() throws IOException, BadImage {
    DecodeOptions few = new DecodeOptions(Resize.CROP, Orientation.APPLY, 116);
    assertThatThrownBy(() -> ImageDecoder.decode(resource("rgb.png"), new ImageShape(3, 8, 8), few))
        .hasMessage(
            "has 13×9 pixels (width × height), more than the 116 of max_pixels; make it smaller, or"
                + " set max_pixels");
    DecodeOptions enough = new DecodeOptions(Resize.CROP, Orientation.APPLY, 117);
    assertThat(ImageDecoder.decode(resource("rgb.png"), new ImageShape(3, 8, 8), enough).pixels())
        .hasSize(192);
  }

  private static void refused(byte[] file, String message) {
    assertThatThrownBy(() -> ImageDecoder.decode(file, new ImageShape(3, 8, 8), DEFAULTS))
        .isInstanceOf(BadImage.class)
        .hasMessageContaining(message);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] resource(String name) throws IOException {
    try (var in = Objects.requireNonNull(ImageFormatsTest.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    }
  }
}
