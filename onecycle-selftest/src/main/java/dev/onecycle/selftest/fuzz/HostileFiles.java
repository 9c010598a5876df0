package dev.onecycle.selftest.fuzz;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Files and folders of a case that arguments can name, intact or hostile.
 *
 * <p>Each is written when its method is called.
 *
 * @param folder of the case
 * @param intact run whose copies are damaged
 */
record HostileFiles(Path folder, IntactRun intact) {
  static final int SIDE = 8;

  private static final String[] BROKEN = {
    "",
    "null",
    "[]",
    "{\"format\": 1",
    "{\"format\": NaN}",
    "{\"format\":1,\"format\":2}",
    "{\"status\": \"\\u001b[2J\"}",
    "{\"a\":".repeat(50_000),
    "[".repeat(100_000),
    "\0\1\2"
  };

  /** Replacements of a JSON value. */
  private static final String[] VALUES = {
    "NaN",
    "\"NaN\"",
    "-1",
    "1e400",
    "99999999999999999999999",
    "9223372036854775807",
    "null",
    "[]",
    "{}",
    "\"\"",
    "true",
    "\"\\u001b[2J\\n\\u202e\"",
    "\"" + "x".repeat(100_000) + "\"",
    "[[[[1]]]]",
    ""
  };

  /** A folder of images to train on: 16 of two classes. */
  String images() throws IOException {
    Path root = folder.resolve("images");
    SplittableRandom random = new SplittableRandom(1);
    for (String part : new String[] {"train", "test"}) {
      for (String name : new String[] {"bright", "dark"}) {
        Path of = Files.createDirectories(root.resolve(part).resolve(name));
        for (int i = 0; i < (part.equals("train") ? 8 : 2); i++) {
          BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
          for (int at = 0; at < SIDE * SIDE; at++) {
            int grey = (name.equals("dark") ? 20 : 140) + random.nextInt(100);
            image.setRGB(at % SIDE, at / SIDE, grey * 0x10101);
          }
          ImageIO.write(image, "png", of.resolve(i + ".png").toFile());
        }
      }
    }
    return root.toString();
  }

  /** An image file. */
  String image() throws IOException {
    return Path.of(images(), "test", "dark", "0.png").toString();
  }

  /** A file or folder that is no data, no model, no image and no intact run. */
  String useless(SplittableRandom random) throws IOException {
    return switch (random.nextInt(12)) {
      case 0 -> folder.resolve("none").toString();
      case 1 -> "/dev/null";
      case 2 -> "/dev/zero";
      case 3 -> Files.createDirectories(folder.resolve("empty")).toString();
      case 4 -> text("letter.txt", "dear reader");
      case 5 -> text("nothing", "");
      case 6 -> text("evil\u001b[2J\nname.csv", "step,loss\n1,\u001b[2J\n");
      case 7 -> text("curve.csv", "step,loss\n0,NaN\n1,1e400\n2,-Infinity\n3,\n");
      case 8 -> text("deep.json", "[".repeat(100_000));
      case 9 -> bytes(random);
      case 10 -> run(random);
      default -> HostileWords.any(random, this);
    };
  }

  private String text(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private String bytes(SplittableRandom random) throws IOException {
    byte[] bytes = new byte[1 << random.nextInt(20)];
    random.nextBytes(bytes);
    return Files.write(folder.resolve("bytes.safetensors"), bytes).toString();
  }

  /** The folder of a run, one of whose files may be damaged. */
  String run(SplittableRandom random) throws IOException {
    Path run = Files.createTempDirectory(folder, "run");
    for (Map.Entry<String, byte[]> file : intact.files(this).entrySet()) {
      Files.write(run.resolve(file.getKey()), file.getValue());
    }
    List<String> damaged =
        List.of(
            IntactRun.RECORD,
            "steps.csv",
            "epochs.csv",
            "classification.json",
            "evidence.json",
            "training-images.json");
    Path file = run.resolve(damaged.get(random.nextInt(damaged.size())));
    if (random.nextInt(5) == 0) {
      Files.writeString(file, BROKEN[random.nextInt(BROKEN.length)]);
    } else if (Files.exists(file)) {
      Files.write(file, TextDamage.of(Files.readAllBytes(file), VALUES, random));
    }
    return run.toString();
  }

  /** The intact model of a run. */
  String model() throws IOException {
    byte[] bytes = Objects.requireNonNull(intact.files(this).get(IntactRun.MODEL));
    return Files.write(folder.resolve(IntactRun.MODEL), bytes).toString();
  }

  /** A path for output, which may not be writable; never outside of the case's folder. */
  String outputPath(SplittableRandom random) throws IOException {
    return switch (random.nextInt(8)) {
      case 0 -> "/dev/full";
      case 1 -> "/proc/none/out";
      case 2 -> folder.toString();
      case 3 -> text("in the way", "x") + "/out";
      case 4 -> folder.resolve("n".repeat(300)).toString();
      case 5 -> folder.resolve("a\u001b[2J\u0007b\nc").toString();
      case 6 -> folder + "/\0";
      default -> folder.resolve("good place").toString();
    };
  }
}
