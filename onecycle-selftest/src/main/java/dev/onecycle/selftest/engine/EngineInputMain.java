package dev.onecycle.selftest.engine;

import dev.onecycle.data.batch.Batch;
import dev.onecycle.data.image.ImageDataset;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.selftest.engine.HostileBatch.Fault;
import dev.onecycle.selftest.harness.Expect;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.train.Learner;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The process of the group: gives hostile input to a learner, which must refuse it by a typed error
 * of one line, stay as it was, and go on to train. Prints a number when its input begins; a process
 * that ends early tells by the last one where.
 */
final class EngineInputMain {
  private static final LearnerSettings SETTINGS =
      LearnerSettings.builder().precision(Precision.FP32).threads(2).build();

  private EngineInputMain() {}

  /** A kind of input. */
  enum Kind {
    BATCHES,
    WEIGHTS,
    NETWORKS
  }

  /**
   * @param args the kind, the first number and the number after the last
   */
  public static void main(String[] args) {
    Kind kind = Kind.valueOf(args[0]);
    byte[] pixels = new byte[40 * HostileNetwork.SHAPE.bytes()];
    new SplittableRandom(1).nextBytes(pixels);
    ImageDataset images =
        ImageDataset.of(HostileNetwork.SHAPE, List.of("a", "b", "c", "d"), new int[40], pixels);
    try (Learner learner = Learner.prepare(HostileNetwork.sound(), images, SETTINGS)) {
      for (int number = Integer.parseInt(args[1]); number < Integer.parseInt(args[2]); number++) {
        System.out.println(kind + " " + number);
        System.out.flush();
        SplittableRandom random = new SplittableRandom(number);
        switch (kind) {
          case BATCHES -> batch(learner, random);
          case WEIGHTS -> weights(learner, random);
          case NETWORKS ->
              refused(InvalidValueException.class, () -> HostileNetwork.misfit(random));
        }
      }
      Expect.that(
          learner.step(batch(Fault.NONE, random()), 0.01, 0.9).finite(),
          () -> "a step after it all must be finite");
    }
  }

  private static SplittableRandom random() {
    return new SplittableRandom(7);
  }

  private static Batch batch(Fault fault, SplittableRandom random) {
    return HostileBatch.of(fault, HostileNetwork.SHAPE, HostileNetwork.CLASSES, random);
  }

  private static void batch(Learner learner, SplittableRandom random) {
    Fault fault = Fault.values()[random.nextInt(Fault.values().length)];
    Batch batch = batch(fault, random);
    int call = random.nextInt(4);
    Runnable work =
        switch (call) {
          case 0 -> () -> learner.step(batch, 0.01, 0.9);
          case 1 -> () -> learner.evaluate(List.of(batch), done -> {});
          case 2 -> () -> learner.probabilities(batch);
          default -> () -> learner.reestimateBatchNorms(List.of(batch));
        };
    if (fault.isRefused(call < 2)) {
      unchanged(learner, InvalidValueException.class, work);
    } else {
      work.run();
    }
  }

  private static void weights(Learner learner, SplittableRandom random) {
    List<NamedTensor> weights = new ArrayList<>(learner.weights());
    int at = random.nextInt(weights.size());
    NamedTensor tensor = weights.get(at);
    float[] values = tensor.values();
    switch (random.nextInt(6)) {
      case 0 -> values[random.nextInt(values.length)] = Float.NaN;
      case 1 -> values[random.nextInt(values.length)] = Float.NEGATIVE_INFINITY;
      case 2 -> weights.add(tensor);
      case 3 -> weights.remove(at);
      case 4 -> weights.set(at, new NamedTensor(tensor.name() + "x", tensor.shape(), values));
      default -> {
        long[] shape = tensor.shape().clone();
        shape[0]++;
        int more = Math.toIntExact(values.length / tensor.shape()[0]);
        weights.set(
            at, new NamedTensor(tensor.name(), shape, Arrays.copyOf(values, values.length + more)));
      }
    }
    unchanged(learner, BadDataException.class, () -> learner.setWeights(weights));
  }

  private static void unchanged(
      Learner learner, Class<? extends RuntimeException> expected, Runnable work) {
    List<Integer> before = digest(learner);
    refused(expected, work);
    Expect.equal(before, digest(learner), "the learner after a refusal");
  }

  private static List<Integer> digest(Learner learner) {
    return learner.weights().stream().map(tensor -> Arrays.hashCode(tensor.values())).toList();
  }

  private static void refused(Class<? extends RuntimeException> expected, Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      String message = String.valueOf(e.getMessage());
      Expect.that(
          expected.isInstance(e) && message.lines().count() == 1,
          () -> "must be a " + expected.getSimpleName() + " of one line but was " + e);
      return;
    }
    throw new AssertionError("must be refused but was accepted");
  }
}
