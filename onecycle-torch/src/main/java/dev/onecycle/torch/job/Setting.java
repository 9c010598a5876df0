package dev.onecycle.torch.job;

import dev.onecycle.data.image.ImageSize;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.schedule.MomentumRange;
import dev.onecycle.text.Bytes;
import dev.onecycle.text.Nearest;
import dev.onecycle.text.Numbers;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A setting of a training: one name, one type, one default and one sentence, for configuration
 * files, programs, environment variables and the command line alike.
 *
 * <p>The name {@code batch_size} is the key in YAML and JSON; the option is {@code --batch-size},
 * the environment variable {@code ONECYCLE_BATCH_SIZE}. Values in files are numbers, texts and
 * booleans.
 *
 * @param <T> the type of its values
 */
public final class Setting<T> {
  /** How a value is read, checked and written. */
  private interface Type<T> {
    /** The value of a number, text or boolean; throws where it is none of this type. */
    T read(String label, Object raw);

    /** The value as a number, text or boolean. */
    Object write(T value);

    /** The names of all values, where they can be listed. */
    default List<String> names() {
      return List.of();
    }
  }

  private final String name;
  private final String placeholder;
  private final String description;
  private final Type<T> type;
  private @Nullable T standard;
  private double min = Double.NEGATIVE_INFINITY;
  private double max = Double.POSITIVE_INFINITY;
  private boolean minExcluded;
  private boolean maxExcluded;
  private final List<String> aliases = new ArrayList<>();
  private final Map<String, T> shorthands = new LinkedHashMap<>();
  private boolean path;
  private boolean changeableOnResume;

  private Setting(String name, String placeholder, String description, Type<T> type) {
    this.name = name;
    this.placeholder = placeholder;
    this.description = description;
    this.type = type;
  }

  // Made by TrainingConfig alone, which then hands them out unchanged.

  static Setting<Integer> whole(String name, String placeholder, String description) {
    return new Setting<>(
        name,
        placeholder,
        description,
        new Type<>() {
          @Override
          public Integer read(String label, Object raw) {
            return Math.toIntExact(wholeNumber(label, raw, Integer.MIN_VALUE, Integer.MAX_VALUE));
          }

          @Override
          public Object write(Integer value) {
            return value;
          }
        });
  }

  static Setting<Long> seed(String name, String placeholder, String description) {
    return new Setting<>(
        name,
        placeholder,
        description,
        new Type<>() {
          @Override
          public Long read(String label, Object raw) {
            return wholeNumber(label, raw, Long.MIN_VALUE, Long.MAX_VALUE);
          }

          @Override
          public Object write(Long value) {
            return value;
          }
        });
  }

  private static long wholeNumber(String label, Object raw, long least, long most) {
    long value;
    try {
      value =
          raw instanceof Integer || raw instanceof Long
              ? ((Number) raw).longValue()
              : raw instanceof String text ? Long.parseLong(text.strip()) : notANumber();
    } catch (NumberFormatException e) {
      throw Require.invalid(label, "a whole number", raw);
    }
    if (value >= least && value <= most) {
      return value;
    }
    String constraint = value > most ? "at most " + most : "at least " + least;
    throw Require.invalid(label, constraint, raw);
  }

  /** A number of bytes: as such, or as 2G, 1.5GiB, 800M. */
  static Setting<Long> bytes(String name, String placeholder, String description) {
    return new Setting<>(
        name,
        placeholder,
        description,
        new Type<>() {
          @Override
          public Long read(String label, Object raw) {
            OptionalLong amount = Bytes.parse(String.valueOf(raw));
            try {
              return amount.isPresent()
                  ? amount.getAsLong()
                  : wholeNumber(label, raw, Long.MIN_VALUE, Long.MAX_VALUE);
            } catch (InvalidValueException e) {
              throw Require.invalid(label, "an amount such as 20G or 500M", raw);
            }
          }

          @Override
          public Object write(Long value) {
            return value;
          }
        });
  }

  static Setting<Double> number(String name, String placeholder, String description) {
    return new Setting<>(
        name,
        placeholder,
        description,
        new Type<>() {
          @Override
          public Double read(String label, Object raw) {
            try {
              return raw instanceof Number number
                  ? number.doubleValue()
                  : raw instanceof String text
                      ? Double.parseDouble(text.strip())
                      : (double) notANumber();
            } catch (NumberFormatException e) {
              throw Require.invalid(label, "a number", raw);
            }
          }

          @Override
          public Object write(Double value) {
            return value;
          }
        });
  }

  private static long notANumber() {
    throw new NumberFormatException();
  }

  static Setting<Boolean> flag(String name, String description) {
    return new Setting<>(
        name,
        "",
        description,
        new Type<>() {
          @Override
          public Boolean read(String label, Object raw) {
            String text = String.valueOf(raw).strip().toLowerCase(Locale.ROOT);
            if (text.equals("true") || text.equals("false")) {
              return text.equals("true");
            }
            throw Require.invalid(label, "true or false", raw);
          }

          @Override
          public Object write(Boolean value) {
            return value;
          }
        });
  }

  static Setting<String> text(String name, String placeholder, String description) {
    return new Setting<>(
        name,
        placeholder,
        description,
        new Type<>() {
          @Override
          public String read(String label, Object raw) {
            return Require.that(
                raw instanceof String text && !text.isEmpty(), label, "a text", raw, raw + "");
          }

          @Override
          public Object write(String value) {
            return value;
          }
        });
  }

  static <E extends Enum<E>> Setting<E> choice(
      String name, String placeholder, Class<E> values, String description) {
    Map<String, E> byName = new LinkedHashMap<>();
    for (E value : values.getEnumConstants()) {
      byName.put(value.name().toLowerCase(Locale.ROOT), value);
    }
    return new Setting<>(
        name,
        placeholder,
        description,
        new Type<>() {
          @Override
          public E read(String label, Object raw) {
            E value = byName.get(String.valueOf(raw).strip().toLowerCase(Locale.ROOT));
            if (value == null) {
              throw oneOf(label, byName.keySet().stream().toList(), raw);
            }
            return value;
          }

          @Override
          public Object write(E value) {
            return value.name().toLowerCase(Locale.ROOT);
          }

          @Override
          public List<String> names() {
            return List.copyOf(byName.keySet());
          }
        });
  }

  /** One of some names in any case, or a file where {@code isFile} says so. */
  static Setting<String> namedOrFile(
      String name,
      String placeholder,
      List<String> values,
      Predicate<String> isFile,
      String description) {
    return new Setting<>(
        name,
        placeholder,
        description,
        new Type<>() {
          @Override
          public String read(String label, Object raw) {
            String text = String.valueOf(raw).strip();
            if (isFile.test(text)) {
              return text;
            }
            String lower = text.toLowerCase(Locale.ROOT);
            if (!values.contains(lower)) {
              throw oneOf(label, values, raw);
            }
            return lower;
          }

          @Override
          public Object write(String value) {
            return value;
          }

          @Override
          public List<String> names() {
            return values;
          }
        });
  }

  private static InvalidValueException oneOf(String label, List<String> names, Object raw) {
    String constraint = "one of " + String.join(", ", names);
    return Nearest.to(String.valueOf(raw), names)
        .map(near -> Require.invalid(label, constraint, raw, "did you mean " + near + "?"))
        .orElseGet(() -> Require.invalid(label, constraint, raw));
  }

  static Setting<ImageSize> size(String name, String description) {
    return new Setting<>(
        name,
        "S|HxW",
        description,
        new Type<>() {
          @Override
          public ImageSize read(String label, Object raw) {
            String[] sides = String.valueOf(raw).strip().split("[xX×]", -1);
            if (sides.length > 2) {
              throw Require.invalid(label, CONSTRAINT, raw);
            }
            int height = side(label, sides[0], raw);
            return new ImageSize(height, sides.length == 1 ? height : side(label, sides[1], raw));
          }

          private static final String CONSTRAINT =
              "a side S or HEIGHTxWIDTH, each in [1, " + ImageSize.MAX_SIDE + "]";

          private int side(String label, String text, Object raw) {
            int side;
            try {
              side = Integer.parseInt(text.strip());
            } catch (NumberFormatException e) {
              throw Require.invalid(label, CONSTRAINT, raw);
            }
            if (side < 1 || side > ImageSize.MAX_SIDE) {
              throw Require.invalid(label, CONSTRAINT, raw);
            }
            return side;
          }

          @Override
          public Object write(ImageSize value) {
            return value.isSquare() ? (Object) value.height() : value.toText();
          }
        });
  }

  static Setting<MomentumRange> momentum(String name, String description) {
    return new Setting<>(
        name,
        "HIGH[:LOW[:END]]",
        description,
        new Type<>() {
          @Override
          public MomentumRange read(String label, Object raw) {
            return MomentumRange.parse(label, String.valueOf(raw));
          }

          @Override
          public Object write(MomentumRange value) {
            return value.toText();
          }
        });
  }

  static Setting<AugmentationChoice> augmentation(String name, String description) {
    return new Setting<>(
        name,
        String.join("|", AugmentationChoice.NAMES) + "|FILE",
        description,
        new Type<>() {
          @Override
          public AugmentationChoice read(String label, Object raw) {
            return AugmentationChoice.read(label, raw);
          }

          @Override
          public Object write(AugmentationChoice value) {
            return value.text();
          }
        });
  }

  Setting<T> or(T value) {
    standard = value;
    return this;
  }

  Setting<T> atLeast(double least) {
    min = least;
    return this;
  }

  Setting<T> atMost(double most) {
    max = most;
    return this;
  }

  Setting<T> above(double bound) {
    min = bound;
    minExcluded = true;
    return this;
  }

  Setting<T> below(double bound) {
    max = bound;
    maxExcluded = true;
    return this;
  }

  /** Another name of the option, such as {@code -b}. */
  Setting<T> alias(String option) {
    aliases.add(option);
    return this;
  }

  /** An option without a value that stands for one value, such as {@code --no-flip}. */
  Setting<T> shorthand(String option, T value) {
    shorthands.put(option, value);
    return this;
  }

  Setting<T> path() {
    path = true;
    return this;
  }

  Setting<T> changeableOnResume() {
    changeableOnResume = true;
    return this;
  }

  /** The name in files: {@code batch_size}. */
  public String name() {
    return name;
  }

  /** The option on the command line: {@code --batch-size}. */
  public String option() {
    return "--" + name.replace('_', '-');
  }

  /** The environment variable: {@code ONECYCLE_BATCH_SIZE}. */
  public String variable() {
    return "ONECYCLE_" + name.toUpperCase(Locale.ROOT);
  }

  /** All names of the option, the main one last. */
  public List<String> options() {
    return Stream.concat(aliases.stream(), Stream.of(option())).toList();
  }

  /** Options without a value that stand for one value, with that value as it is written. */
  public Map<String, Object> shorthands() {
    Map<String, Object> written = new LinkedHashMap<>();
    shorthands.forEach((option, value) -> written.put(option, type.write(value)));
    return Collections.unmodifiableMap(written);
  }

  /** A word for its values in help texts; empty for a flag. */
  public String placeholder() {
    return placeholder;
  }

  /** One sentence or two, with the default where it is not a plain value. */
  public String description() {
    return description;
  }

  /** The names of its values, where they can be listed. */
  public List<String> names() {
    return type.names();
  }

  /** Its default, where there is one that does not depend on other settings. */
  public Optional<T> standard() {
    return Optional.ofNullable(standard);
  }

  /** Whether its values are paths or may be. */
  public boolean isPath() {
    return path;
  }

  /** Whether a run can be resumed with another value. */
  public boolean isChangeableOnResume() {
    return changeableOnResume;
  }

  /**
   * Reads a value from a number, text or boolean.
   *
   * @param label the setting as its writer calls it, for the error
   * @throws InvalidValueException where it is of another type or out of range
   */
  public T read(String label, Object raw) {
    return checked(label, type.read(label, raw));
  }

  /** The value as a number, text or boolean, which {@link #read} reads. */
  public Object write(T value) {
    return type.write(value);
  }

  T checked(String label, T value) {
    if (value instanceof Number number) {
      double v = number.doubleValue();
      boolean holds =
          (minExcluded ? v > min : v >= min)
              && (maxExcluded ? v < max : v <= max)
              && !Double.isNaN(v)
              && !Double.isInfinite(v);
      if (!holds) {
        throw Require.invalid(label, constraint(), value);
      }
    }
    if (path) {
      requirePath(label, String.valueOf(value));
    }
    return value;
  }

  private static void requirePath(String label, String text) {
    try {
      Path unused = Path.of(text);
    } catch (InvalidPathException e) {
      throw Require.invalid(label, "a path", text);
    }
  }

  private String constraint() {
    if (max == Double.POSITIVE_INFINITY) {
      return min == Double.NEGATIVE_INFINITY
          ? "finite"
          : minExcluded && min == 0
              ? "positive and finite"
              : (minExcluded ? "above " : "at least ") + Numbers.exact(min);
    }
    return "in "
        + (minExcluded ? "(" : "[")
        + Numbers.exact(min)
        + ", "
        + Numbers.exact(max)
        + (maxExcluded ? ")" : "]");
  }

  @Override
  public String toString() {
    return name;
  }
}
