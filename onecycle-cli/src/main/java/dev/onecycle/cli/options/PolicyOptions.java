package dev.onecycle.cli.options;

import dev.onecycle.error.Require;
import dev.onecycle.schedule.PolicyChoice;
import java.util.ArrayList;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;

/** Which policy, but for its length and peak. */
public final class PolicyOptions {
  @Option(
      names = "--policy",
      paramLabel = "NAME",
      defaultValue = "onecycle",
      description = "The policy: ${COMPLETION-CANDIDATES}. Default: onecycle.",
      converter = KindConverter.class,
      completionCandidates = KindNames.class)
  PolicyChoice.Kind kind = PolicyChoice.Kind.ONECYCLE;

  @Option(
      names = "--momentum",
      paramLabel = "HIGH[:LOW]",
      description =
          "Momentum (beta1 for adamw): 0.95:0.85 is cycled against the rate, 0.9 is constant. "
              + "Default: 0.95:0.85, or 0.9 for policies that do not cycle it.",
      converter = MomentumRange.Converter.class)
  MomentumRange momentum = MomentumRange.DEFAULT;

  @Option(
      names = "--divider",
      paramLabel = "D",
      description = "Peak rate over starting rate. Default: 10.")
  @Nullable Double divider;

  @Option(
      names = "--final-divider",
      paramLabel = "F",
      description = "Starting rate over final rate. Default: 100.")
  @Nullable Double finalDivider;

  @Option(
      names = "--annihilation",
      paramLabel = "SHARE",
      description = "Share of the steps in which the rate is annihilated. Default: 13/95 = 0.137.")
  @Nullable Double annihilation;

  public PolicyChoice choice() {
    return new PolicyChoice(
        kind,
        optional(divider),
        optional(finalDivider),
        optional(annihilation),
        momentum.high(),
        momentum.low());
  }

  private static OptionalDouble optional(@Nullable Double value) {
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Names in lower case. */
  public static final class KindNames extends ArrayList<String> {
    public KindNames() {
      for (PolicyChoice.Kind kind : PolicyChoice.Kind.values()) {
        add(kind.toString());
      }
    }
  }

  /** Reads a name in any case. */
  static final class KindConverter implements ITypeConverter<PolicyChoice.Kind> {
    @Override
    public PolicyChoice.Kind convert(String text) {
      for (PolicyChoice.Kind kind : PolicyChoice.Kind.values()) {
        if (kind.toString().equals(text.toLowerCase(Locale.ROOT))) {
          return kind;
        }
      }
      throw Require.invalid("policy", "one of " + String.join(", ", new KindNames()), text);
    }
  }
}
