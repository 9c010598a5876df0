package dev.onecycle.bench;

import dev.onecycle.schedule.Amendment;
import dev.onecycle.schedule.OneCycle;
import dev.onecycle.schedule.Policy;
import dev.onecycle.schedule.PolicyChoice;
import dev.onecycle.schedule.Schedule;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Lookups of learning rate and momentum, over all steps of a run in turn. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ScheduleLookup {
  private static final long STEPS = 9310;

  /** A kind of policy, or {@code amended} for an amended 1cycle policy. */
  @Param({
    "onecycle",
    "amended",
    "seed",
    "pytorch",
    "pytorch3",
    "fastai2",
    "constant",
    "step",
    "cosine",
    "triangular"
  })
  public String policy = "onecycle";

  private Schedule learningRate = Schedule.constant(0);
  private Schedule momentum = learningRate;
  private long step;

  @Setup
  public void prepare() {
    Policy made =
        policy.equals("amended")
            ? new Amendment(STEPS / 4, 0.5, STEPS / 10, "").to(OneCycle.of(STEPS, 0.8))
            : PolicyChoice.of(PolicyChoice.Kind.valueOf(policy.toUpperCase(Locale.ROOT)))
                .over(STEPS, 0.8);
    learningRate = made.learningRate();
    momentum = made.momentum();
  }

  private long next() {
    step = step < STEPS ? step + 1 : 0;
    return step;
  }

  @Benchmark
  public double learningRate() {
    return learningRate.at(next());
  }

  @Benchmark
  public double momentum() {
    return momentum.at(next());
  }
}
