package dev.onecycle.selftest.run;

import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import dev.onecycle.record.StepRecord;
import dev.onecycle.run.TrainingPosition;
import dev.onecycle.run.checkpoint.CheckpointFolder.Found;
import dev.onecycle.selftest.harness.Case;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.selftest.harness.Group;
import dev.onecycle.selftest.harness.Tier;
import dev.onecycle.text.Sha256;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Learner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Cases of checkpoints that are damaged on disk. */
final class DamageGroup {
  private static final String NEWEST = "step-0000000024-epoch-000001";
  private static final String OLDER = "step-0000000012-epoch-000000";
  private static final List<String> FILES =
      List.of("model.safetensors", "optimizer.safetensors", "state.json", "MANIFEST.json");
  private static final String EXPECTED = "expected.txt";
  private static final TinyTraining TRAINING =
      new TinyTraining(
          LearnerSettings.builder().precision(Precision.FP32).threads(1).seed(7).build());

  private DamageGroup() {}

  /** A way to damage the folder of a checkpoint. */
  private interface Damage {
    void apply(Path checkpoint, SplittableRandom random) throws IOException;
  }

  static Group of(Tier tier) {
    List<Case> cases = new ArrayList<>();
    for (String file : FILES) {
      for (int i = 0; i < 65; i++) {
        int part = i; // every 64th of it, and all but its last byte
        cases.add(
            damaged("cut, " + file + ", " + i, (c, r) -> FileDamage.cut(c.resolve(file), part)));
      }
      for (int i = 0; i < 104; i++) {
        cases.add(
            damaged(
                "a bit flipped, " + file + ", " + i,
                (c, r) -> FileDamage.flip(c.resolve(file), r)));
      }
      for (int i = 0; i < 70; i++) {
        cases.add(
            damaged(
                "bytes overwritten, " + file + ", " + i,
                (c, r) -> FileDamage.overwrite(c.resolve(file), r)));
      }
      cases.add(damaged("emptied, " + file, (c, r) -> Files.write(c.resolve(file), new byte[0])));
      cases.add(damaged("removed, " + file, (c, r) -> Files.delete(c.resolve(file))));
      cases.add(damaged("doubled, " + file, (c, r) -> FileDamage.append(c.resolve(file))));
      cases.add(
          damaged(
              "of another checkpoint, " + file,
              (c, r) ->
                  Files.copy(
                      c.resolveSibling(OLDER).resolve(file), c.resolve(file), REPLACE_EXISTING)));
      cases.add(damaged("a folder, " + file, (c, r) -> FileDamage.folder(c.resolve(file))));
    }
    cases.addAll(consistent());
    return new Group(
        "damaged checkpoints",
        "a damaged checkpoint never loads; the one before it is used",
        1,
        tier == Tier.FULL ? cases : Tier.every(5, 2, cases));
  }

  /** Damage with sizes and digests that fit, which the readers of the content must find. */
  private static List<Case> consistent() {
    List<Case> cases = new ArrayList<>();
    cases.add(damaged("model and optimizer exchanged", (c, r) -> FileDamage.swap(c)));
    cases.add(
        damaged(
            "newer format", (c, r) -> FileDamage.replace(c, "\"format\" : 1", "\"format\" : 2")));
    cases.add(
        damaged(
            "no files in the manifest",
            (c, r) ->
                Files.writeString(c.resolve("MANIFEST.json"), "{\"format\":1,\"files\":{}}")));
    cases.add(
        damaged("a file outside", (c, r) -> FileDamage.replace(c, "state.json", "../state.json")));
    for (long length : new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 100_000_001}) {
      cases.add(
          forged(
              "header length " + length,
              bytes -> ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, length)));
    }
    for (String[] change :
        new String[][] {
          {"\"F32\"", "\"F64\""},
          {"\"F32\"", "\"BF1\""},
          {"[8]", "[9]"},
          {"[8]", "[-8]"},
          {"[8]", "[8.5]"},
          {"\"data_offsets\":[0,", "\"data_offsets\":[4,"},
          {"\"data_offsets\":[0,", "\"data_offsets\":[-4,"},
          {"5.bias", "5.bios"},
          {"{", "["},
          {"\"shape\"", "\"shope\""}
        }) {
      cases.add(
          forged(
              "header: " + change[0] + " → " + change[1],
              bytes -> {
                byte[] from = change[0].getBytes(StandardCharsets.US_ASCII);
                byte[] to = change[1].getBytes(StandardCharsets.US_ASCII);
                int at = FileDamage.indexOf(bytes, from);
                Expect.that(at >= 0, () -> "no " + change[0]);
                System.arraycopy(to, 0, bytes, at, Math.min(from.length, to.length));
              }));
    }
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      cases.add(
          forged(
              "a weight of " + bad,
              bytes ->
                  ByteBuffer.wrap(bytes)
                      .order(ByteOrder.LITTLE_ENDIAN)
                      .putFloat(bytes.length - 8, bad)));
    }
    cases.add(
        damaged(
            "nothing left",
            (c, r) -> {
              for (String file : FILES) {
                Files.delete(c.resolve(file));
              }
            }));
    return cases;
  }

  private static Case damaged(String name, Damage damage) {
    return new Case(
        name,
        folder -> {
          Path run = copied(folder);
          Path newest = run.resolve("checkpoints").resolve(NEWEST);
          damage.apply(newest, new SplittableRandom(name.hashCode()));
          requireOlder(folder, run);
        });
  }

  /** Changed bytes in the model file, with a manifest that fits them. */
  private static Case forged(String name, Consumer<byte[]> change) {
    return damaged(
        name,
        (checkpoint, random) -> {
          Path model = checkpoint.resolve("model.safetensors");
          byte[] bytes = Files.readAllBytes(model);
          String before = Sha256.of(bytes);
          change.accept(bytes);
          Files.write(model, bytes);
          FileDamage.replace(checkpoint, before, Sha256.of(bytes));
        });
  }

  private static void requireOlder(Path folder, Path run) throws IOException {
    try (Learner learner = TRAINING.learner()) {
      Found<TrainingPosition> found = TinyTraining.checkpoints(run).restore(learner);
      Expect.equal(12L, found.value().orElseThrow().step(), "the step restored");
      String expected = Files.readString(fixture(folder).resolve(EXPECTED));
      Expect.equal(expected, TinyTraining.digest(learner.state()) + "", "the state restored");
      Expect.equal(1, found.notes().size(), "notes");
      Expect.that(found.notes().get(0).contains(NEWEST), () -> "no name in " + found.notes());
    }
  }

  /** The run with two checkpoints that all cases copy; the first case trains it. */
  private static synchronized Path fixture(Path folder) throws IOException {
    Path run = folder.resolveSibling("fixture");
    if (!Files.exists(run)) {
      List<StepRecord> steps = new ArrayList<>();
      try (Learner learner = TRAINING.learner()) {
        TrainingPosition at = TRAINING.train(learner, TrainingPosition.START, 12, steps);
        TinyTraining.checkpoints(run).save(learner, at, 0.1);
        Files.writeString(run.resolve(EXPECTED), TinyTraining.digest(learner.state()) + "");
        at = TRAINING.train(learner, at, 24, steps);
        TinyTraining.checkpoints(run).save(learner, at, 0.1);
      }
    }
    return run;
  }

  private static Path copied(Path folder) throws IOException {
    Path from = fixture(folder);
    Path to = folder.resolve("run");
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
    return to;
  }
}
