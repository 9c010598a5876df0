package dev.onecycle.cli.options;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import java.util.OptionalDouble;
import picocli.CommandLine.ITypeConverter;

/** {@code 0.95:0.85}, cycled from high to low and back, or {@code 0.9}, constant. */
public record MomentumRange(OptionalDouble high, OptionalDouble low) {
  public static final MomentumRange DEFAULT =
      new MomentumRange(OptionalDouble.empty(), OptionalDouble.empty());

  /** Reads the option's value. */
  public static final class Converter implements ITypeConverter<MomentumRange> {
    @Override
    public MomentumRange convert(String text) {
      String[] parts = text.split(":", -1);
      try {
        double high = Require.inHalfOpen("momentum", Double.parseDouble(parts[0]), 0, 1);
        if (parts.length == 1) {
          return new MomentumRange(OptionalDouble.of(high), OptionalDouble.empty());
        }
        double low = Require.inHalfOpen("momentum", Double.parseDouble(parts[1]), 0, 1);
        if (parts.length == 2) {
          return new MomentumRange(OptionalDouble.of(high), OptionalDouble.of(low));
        }
      } catch (NumberFormatException e) {
        throw bad(text);
      }
      throw bad(text);
    }

    private static InvalidValueException bad(String text) {
      return Require.invalid("momentum", "a number such as 0.9 or two such as 0.95:0.85", text);
    }
  }
}
