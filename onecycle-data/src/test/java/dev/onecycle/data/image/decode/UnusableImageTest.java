package dev.onecycle.data.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.onecycle.data.ImageFiles;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.BadDataException;
import dev.onecycle.testing.TestImages;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images that must be refused with an error that names them. */
@Timeout(60)
class UnusableImageTest {
  @ParameterizedTest
  @ValueSource(strings = {"jpg", "png", "gif", "bmp"})
  void anImageCutShortIsNamedAndNeverHalfAnImage(String format) {
    byte[] whole = TestImages.encode(TestImages.noise(32, 32, 1), format);
    ImageShape shape = new ImageShape(3, 32, 32);
    for (int percent = 1; percent <= 95; percent += 3) {
      byte[] cut = Arrays.copyOf(whole, whole.length * percent / 100);
      assertThatThrownBy(
              () -> ImageFiles.decode(cut, "cat/1." + format, shape, DecodeOptions.defaults()))
          .as("%s cut to %d %%", format, percent)
          .isInstanceOf(BadDataException.class)
          .hasMessageStartingWith("cat/1." + format + " is ");
    }
    assertThat(decode(whole, shape)).hasSize(3072);
  }

  @Test
  void aProgressiveJpegCutShortIsNoticedToo() throws IOException {
    javax.imageio.ImageWriter writer =
        javax.imageio.ImageIO.getImageWritersByFormatName("jpeg").next();
    javax.imageio.ImageWriteParam param = writer.getDefaultWriteParam();
    param.setProgressiveMode(javax.imageio.ImageWriteParam.MODE_DEFAULT);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    writer.setOutput(new javax.imageio.stream.MemoryCacheImageOutputStream(out));
    writer.write(null, new javax.imageio.IIOImage(TestImages.noise(32, 32, 2), null, null), param);
    ((javax.imageio.stream.ImageOutputStream) writer.getOutput()).close();
    writer.dispose();
    byte[] whole = out.toByteArray();
    ImageShape shape = new ImageShape(3, 32, 32);
    assertThat(decode(whole, shape)).hasSize(3072);
    byte[] cut = Arrays.copyOf(whole, whole.length * 2 / 3);
    assertThatThrownBy(() -> ImageFiles.decode(cut, "p.jpg", shape, DecodeOptions.defaults()))
        .isInstanceOf(BadDataException.class);
  }

  @Test
  void damagedImagesFailInNoOtherWay() {
    ImageShape shape = new ImageShape(3, 32, 32);
    for (String format : List.of("jpg", "png", "gif", "bmp")) {
      byte[] whole = TestImages.encode(TestImages.noise(32, 32, 3), format);
      dev.onecycle.testing.Property.holds(
          150,
          random -> {
            byte[] damaged = whole.clone();
            int count = 1 + random.nextInt(8);
            for (int i = 0; i < count; i++) {
              damaged[random.nextInt(Math.min(damaged.length, 400))] = (byte) random.nextInt();
            }
            try {
              assertThat(ImageFiles.decode(damaged, "x", shape, DecodeOptions.defaults()))
                  .hasSize(3072);
            } catch (BadDataException e) {
              assertThat(e).hasMessageStartingWith("x ");
            }
          });
    }
  }

  /** The header states 30,000 × 30,000 pixels, which would take 2.7 GB. */
  @Test
  @Timeout(value = 2, unit = TimeUnit.SECONDS)
  void giantsAreRefusedByTheirHeader() {
    byte[] png = TestImages.pngWithoutPixels(30_000, 30_000);
    assertThatThrownBy(
            () ->
                ImageFiles.decode(
                    png, "huge.png", new ImageShape(3, 8, 8), DecodeOptions.defaults()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("huge.png has 30000×30000 pixels")
        .hasMessageContaining("more than the 64,000,000 of max_pixels");
    byte[] gif = TestImages.encode(TestImages.plain(2, 2, 0), "gif");
    int frame = indexOf(gif, 0x2C);
    Arrays.fill(gif, frame + 5, frame + 9, (byte) 0xFF);
    assertThatThrownBy(
            () ->
                ImageFiles.decode(
                    gif, "huge.gif", new ImageShape(3, 8, 8), DecodeOptions.defaults()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("65535×65535");
  }

  /** Each scan is a pass over all blocks: 5,000 scans took more than a minute. */
  @Test
  @Timeout(value = 5, unit = TimeUnit.SECONDS)
  void aJpegOfManyScansIsRefused() {
    String header = "ffd8ffc2000b080fa00fa001011100" + "ffda0008010100000000" + "0000";
    String scan = "ffda0008010100013f00" + "ff000000ffd0";
    byte[] jpeg = HexFormat.of().parseHex(header + scan.repeat(5000) + "ffd9" + scan);
    assertThat(JpegScans.count(jpeg)).isEqualTo(5001);
    assertThatThrownBy(
            () ->
                ImageFiles.decode(
                    jpeg, "scans.jpg", new ImageShape(3, 8, 8), DecodeOptions.defaults()))
        .isInstanceOf(BadDataException.class)
        .hasMessageContaining("scans.jpg has 5001 scans of 4000×4000 pixels");
    assertThat(JpegScans.count(TestImages.encode(TestImages.noise(32, 32, 1), "jpg"))).isEqualTo(1);
    assertThat(JpegScans.count(new byte[] {1, 2, 3})).isZero();
  }

  @Test
  void aGifWithFewerRowsThanItClaimsIsRefused() {
    byte[] gif = TestImages.encode(TestImages.plain(16, 16, 0), "gif");
    int frame = indexOf(gif, 0x2C);
    gif[8] = 40;
    gif[frame + 7] = 40;
    assertThatThrownBy(
            () ->
                ImageFiles.decode(
                    gif, "short.gif", new ImageShape(3, 8, 8), DecodeOptions.defaults()))
        .hasMessage("short.gif is damaged or cut short: its pixels end after 40 % of its rows");
  }

  @Test
  void aRowThatWouldFillTheMemoryIsRefused() {
    byte[] png = TestImages.pngWithoutPixels(64_000_000, 1);
    assertThatThrownBy(
            () ->
                ImageFiles.decode(
                    png, "row.png", new ImageShape(3, 8, 8), DecodeOptions.defaults()))
        .hasMessageContaining("row.png has 64000000×1 pixels, more than 65,535 in a row");
  }

  @Test
  void filesThatAreNoImagesSayWhatTheyAre(@TempDir Path folder) throws IOException {
    ImageShape shape = new ImageShape(3, 8, 8);
    byte[] text = "cats are nice".getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> ImageFiles.decode(text, "a.jpg", shape, DecodeOptions.defaults()))
        .hasMessage("a.jpg is not a JPEG, PNG, WebP, TIFF, GIF, BMP or PNM image");
    Path empty = Files.createFile(folder.resolve("empty.png"));
    assertThatThrownBy(() -> ImageFiles.decode(empty, shape, DecodeOptions.defaults()))
        .hasMessage(empty + " is empty");
    assertThatThrownBy(() -> ImageFiles.decode(folder, shape, DecodeOptions.defaults()))
        .hasMessage(folder + " is not a regular file");
    assertThatThrownBy(
            () -> ImageFiles.decode(Path.of("/dev/zero"), shape, DecodeOptions.defaults()))
        .hasMessage("/dev/zero is not a regular file");
    Path missing = folder.resolve("missing.png");
    assertThatThrownBy(() -> ImageFiles.decode(missing, shape, DecodeOptions.defaults()))
        .hasMessage(missing + " does not exist");
    Path large = folder.resolve("large.png");
    try (java.io.RandomAccessFile file = new java.io.RandomAccessFile(large.toFile(), "rw")) {
      file.setLength((64L << 20) + 1);
    }
    assertThatThrownBy(() -> ImageFiles.decode(large, shape, DecodeOptions.defaults()))
        .hasMessage(large + " is larger than 64 MiB");
  }

  private static int[] decode(byte[] file, ImageShape shape) {
    byte[] pixels = ImageFiles.decode(file, "test image", shape, DecodeOptions.defaults());
    int[] values = new int[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = pixels[i] & 0xFF;
    }
    return values;
  }

  private static int indexOf(byte[] bytes, int value) {
    for (int i = bytes.length - 1; i >= 0; i--) {
      if (bytes[i] == (byte) value && i + 9 < bytes.length && bytes[i + 1] == 0) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }
}
