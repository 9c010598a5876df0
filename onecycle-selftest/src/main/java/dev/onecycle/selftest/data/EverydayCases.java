package dev.onecycle.selftest.data;

import dev.onecycle.data.DataOptions;
import dev.onecycle.data.DataSplits;
import dev.onecycle.data.Datasets;
import dev.onecycle.data.image.DecodeOptions;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.data.image.ImageSize;
import dev.onecycle.data.image.Orientation;
import dev.onecycle.data.image.Resize;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Cases of sound data as people have it, which other programs read wrongly in silence. */
final class EverydayCases {
  static final String NAME = "everyday data";

  /** A lossless WebP of 2×2 pixels in {@link ImageFiles#COLOUR}. */
  private static final String WEBP = "UklGRh4AAABXRUJQVlA4TBEAAAAvAUAAAAdQsiJXpv+BiOh/AAA=";

  private EverydayCases() {}

  /** Writes data below an empty folder, opens it and requires what is right. */
  private interface Check {
    void of(Path data, DataOptions options) throws Exception;
  }

  static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    for (String names :
        List.of("Training Testing", "training_set test_set", "seg_train seg_test")) {
      cases.add(
          checked(
              "sets called " + names.replace(" ", " and "),
              (data, options) -> {
                images(data, names.split(" ")[0], 4);
                images(data, names.split(" ")[1], 2);
                DataSplits splits = Datasets.open(data.toString(), options);
                requireClasses(List.of("cat", "dog"), splits);
                Expect.equal(8, splits.train().size(), "the number of training images");
                Expect.equal("test", splits.evaluationName(), "the images that judge epochs");
              }));
    }
    cases.add(
        checked(
            "val judges epochs, and test is left for the end",
            (data, options) -> {
              images(data, "train", 4);
              images(data, "val", 1);
              images(data, "test", 2);
              DataSplits splits = Datasets.open(data.toString(), options);
              Expect.equal("val", splits.evaluationName(), "the images that judge epochs");
              Expect.equal(
                  Optional.of(4),
                  splits.test().map(ImageDataset::size),
                  "the number of test images");
            }));
    for (List<String> names :
        List.of(
            List.of("IBM437", "pâté", "pêté"),
            List.of("IBM850", "pâté", "pêté"),
            List.of("ISO-8859-1", "pâté", "pêté"),
            List.of("GBK", "狗", "猫"),
            List.of("Shift_JIS", "犬", "猫"))) {
      Charset encoding = Charset.forName(names.get(0));
      List<String> classes = names.subList(1, 3);
      cases.add(
          checked(
              "a zip with names in " + encoding,
              (data, options) -> {
                Path zip = zip(data, encoding, classes);
                DataOptions said = options.withEncoding(encoding);
                requireClasses(classes, Datasets.open(zip.toString(), said));
                Expect.equal(
                    2,
                    Datasets.open(zip.toString(), options).train().classes().size(),
                    "the number of classes where the encoding is not said");
              }));
    }
    cases.add(
        checked(
            "litter beside images",
            (data, options) -> {
              images(data, "", 4);
              for (String name : List.of("notes.txt", "1.xml", "a.csv", "THUMBS.DB", "b.json")) {
                Files.writeString(data.resolve("cat").resolve(name), "no image");
              }
              Files.writeString(Files.createDirectory(data.resolve("@eaDir")).resolve("1.png"), "");
              DataSplits splits = Datasets.open(data.toString(), options);
              requireClasses(List.of("cat", "dog"), splits);
              Expect.equal(
                  8, splits.train().size() + splits.evaluation().size(), "the number of images");
            }));
    cases.add(
        checked(
            "classes from a CSV file and from names of files",
            (data, options) -> {
              byte[] png = image(16, 16, "png");
              List<String> lines = new ArrayList<>(List.of("id,label"));
              for (int i = 0; i < 8; i++) {
                String label = i % 2 == 0 ? "cat" : "dog";
                Files.write(data.resolve(label + "_" + i + ".png"), png);
                lines.add(label + "_" + i + "," + label);
              }
              DataOptions named = options.withLabelPattern(Pattern.compile("(.+)_[0-9]"));
              requireClasses(List.of("cat", "dog"), Datasets.open(data.toString(), named));
              Path csv = Files.write(data.resolveSibling("labels.csv"), lines);
              DataOptions listed = options.withLabels(csv, Optional.empty(), Optional.empty());
              requireClasses(List.of("cat", "dog"), Datasets.open(data.toString(), listed));
            }));
    for (Resize resize : Resize.values()) {
      cases.add(
          checked("resize " + resize.text(), (data, options) -> resized(data, options, resize)));
    }
    cases.add(
        checked(
            "several sizes in like proportions",
            (data, options) -> {
              images(data, "", 4);
              for (int i = 0; i < 4; i++) {
                Files.write(data.resolve("cat/" + i + ".png"), image(96 + i, 64, "png"));
                Files.write(data.resolve("dog/" + i + ".png"), image(96 + i, 65, "png"));
              }
              Expect.equal(
                  new ImageShape(3, 52, 80),
                  Datasets.open(data.toString(), options).train().shape(),
                  "the shape");
            }));
    cases.add(checked("every format", EverydayCases::formats));
    return Collections.unmodifiableList(cases);
  }

  private static Case checked(String name, Check check) {
    return new Case(
        name,
        folder ->
            check.of(
                Files.createDirectories(folder.resolve("data")),
                DataOptions.defaults().withCacheFolder(folder.resolve("cache"))));
  }

  private static void requireClasses(List<String> expected, DataSplits splits) {
    Expect.equal(expected, splits.train().classes(), "the classes");
  }

  /** A class of each colour in a set, or without a set. */
  private static void images(Path data, String set, int each) throws IOException {
    for (String name : List.of("cat", "dog")) {
      Path folder = Files.createDirectories(data.resolve(set).resolve(name));
      for (int i = 0; i < each; i++) {
        BufferedImage image = ImageFiles.halves(ImageFiles.COLOUR, ImageFiles.OTHER_COLOUR);
        image.setRGB(i, name.equals("cat") ? 0 : 1, set.hashCode());
        Files.write(folder.resolve(i + ".png"), ImageFiles.encoded(image, "png"));
      }
    }
  }

  private static byte[] image(int width, int height, String format) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, ImageFiles.COLOUR);
    }
    return ImageFiles.encoded(image, format);
  }

  private static Path zip(Path data, Charset encoding, List<String> classes) throws IOException {
    Path file = data.resolve("a.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file), encoding)) {
      for (String name : classes) {
        for (int i = 0; i < 4; i++) {
          zip.putNextEntry(new ZipEntry(name + "/" + i + ".png"));
          zip.write(image(16, 16, "png"));
        }
      }
    }
    return file;
  }

  /** An image twice as wide as high: red on the left, black in the middle, blue on the right. */
  private static void resized(Path data, DataOptions options, Resize resize) throws IOException {
    BufferedImage wide = new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 64 * 32; i++) {
      int x = i % 64;
      wide.setRGB(x, i / 64, x < 12 ? 0xFF0000 : x >= 52 ? 0x0000FF : 0x00FF00);
    }
    for (String name : List.of("cat/0.png", "cat/1.png", "dog/0.png", "dog/1.png")) {
      Files.createDirectories(data.resolve(name).getParent());
      Files.write(data.resolve(name), ImageFiles.encoded(wide, "png"));
    }
    DataOptions asked =
        options
            .withImageSize(ImageSize.square(16))
            .withDecoding(new DecodeOptions(resize, Orientation.APPLY, 1 << 20));
    byte[] pixels = new byte[3 * 16 * 16];
    Datasets.open(data.toString(), asked).train().read(0, pixels);
    String seen =
        Stream.of(3 * (8 * 16), 3 * (8 * 16 + 8), 3 * (8 * 16 + 15), 3 * 8)
            .map(at -> colour(pixels, at))
            .reduce("", String::concat);
    // The left, the middle and the right of the middle row, and the middle of the first.
    String expected =
        switch (resize) {
          case CROP -> "GGGG";
          case SQUASH -> "RGBG";
          case PAD -> "RGB-";
        };
    Expect.equal(expected, seen, "the colours at four places");
  }

  private static String colour(byte[] pixels, int at) {
    for (int c = 0; c < 3; c++) {
      if ((pixels[at + c] & 0xFF) > 200) {
        return "RGB".substring(c, c + 1);
      }
    }
    return "-";
  }

  private static void formats(Path data, DataOptions options) throws IOException {
    Files.createDirectories(data.resolve("cat"));
    Files.createDirectories(data.resolve("dog"));
    int files = 0;
    for (String format : List.of("jpg", "png", "gif", "bmp", "tiff")) {
      for (String name : List.of("cat/", "dog/")) {
        Files.write(data.resolve(name + "a." + format), image(2, 2, format));
        files++;
      }
    }
    byte[] ppm = new byte[12];
    for (int i = 0; i < 12; i++) {
      ppm[i] = (byte) (ImageFiles.COLOUR >> (16 - 8 * (i % 3)));
    }
    ByteArrayOutputStream map = new ByteArrayOutputStream();
    map.writeBytes("P6 2 2 255\n".getBytes(StandardCharsets.US_ASCII));
    map.writeBytes(ppm);
    Files.write(data.resolve("cat/a.ppm"), map.toByteArray());
    Files.write(data.resolve("dog/a.webp"), Base64.getDecoder().decode(WEBP));
    DataSplits splits = Datasets.open(data.toString(), options);
    Expect.equal(
        files + 2, splits.train().size() + splits.evaluation().size(), "the number of images");
    for (ImageDataset images : List.of(splits.train(), splits.evaluation())) {
      for (int i = 0; i < images.size(); i++) {
        byte[] pixels = new byte[12];
        images.read(i, pixels);
        String origin = images.origin(i);
        for (int at = 0; at < 12; at++) {
          int wanted = ppm[at] & 0xFF;
          int found = pixels[at] & 0xFF;
          Expect.that(
              Math.abs(wanted - found) < 12,
              () -> origin + " must have " + wanted + " but has " + found);
        }
      }
    }
  }
}
