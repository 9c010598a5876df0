package dev.onecycle.cli.reproduce;

import dev.onecycle.text.Numbers;
import dev.onecycle.torch.job.TrainingConfig;
import java.util.OptionalDouble;

/**
 * One run, or one range test, of an arm.
 *
 * @param rate of the arm's grid; empty where the arm has none
 * @param seed of everything random
 */
record Trial(Arm arm, OptionalDouble rate, long seed) {
  static Trial of(Arm arm, long seed) {
    return new Trial(arm, OptionalDouble.empty(), seed);
  }

  /** The name of its folder or file: {@code policy-seed1}, {@code usual-step-lr0.1-seed1}. */
  String name() {
    String ofGrid = rate.isPresent() ? "-lr" + Numbers.exact(rate.getAsDouble()) : "";
    return arm.name() + ofGrid + "-seed" + seed;
  }

  TrainingConfig config(String data) {
    TrainingConfig config =
        arm.config().with(TrainingConfig.DATA, data).with(TrainingConfig.SEED, seed);
    return rate.isPresent() ? config.with(TrainingConfig.MAX_LR, rate.getAsDouble()) : config;
  }
}
