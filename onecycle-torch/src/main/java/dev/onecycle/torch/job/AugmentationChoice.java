package dev.onecycle.torch.job;

import dev.onecycle.data.augment.Augmentation;
import dev.onecycle.data.augment.ColorJitter;
import dev.onecycle.data.augment.Mixing;
import dev.onecycle.data.augment.RandomErasing;
import dev.onecycle.data.augment.RandomErasing.Fill;
import dev.onecycle.data.augment.ResizedCrop;
import dev.onecycle.data.image.CropMargin;
import dev.onecycle.data.image.ImageShape;
import dev.onecycle.error.InvalidValueException;
import dev.onecycle.error.Require;
import dev.onecycle.run.files.SettingsFile;
import dev.onecycle.text.Nearest;
import dev.onecycle.torch.job.TrainingConfig.Origin;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An augmentation by its name, from a YAML or JSON file, or by its settings.
 *
 * <p>What a file holds becomes part of the value, so a run's record has it, and a resumed run needs
 * the file no longer.
 *
 * @param text photo, small or none, or every setting that differs from none: {@code flip=random
 *     rotation=10}
 * @param value the augmentation
 */
public record AugmentationChoice(String text, Augmentation value) {
  private static final String PHOTO = "photo";

  /** Both sides of images that are photos by default have so many pixels. */
  static final int PHOTO_SIDE = 96;

  /** The names, in the order of help texts. */
  static final List<String> NAMES = List.of(PHOTO, "small", "none");

  private static final Origin BY_SIZE = new Origin("chosen for photos", Setting::name);

  /**
   * The settings of an augmentation in a file. Apart, because {@link TrainingConfig} needs this
   * class while its own settings are made.
   */
  private static final class Key {
    static final Map<String, Setting<?>> BY_NAME = new LinkedHashMap<>();

    static final Setting<Double> CROP_MIN_SHARE = key(number("crop_min_share"));
    static final Setting<Double> CROP_MAX_SHARE = key(number("crop_max_share").or(1.0));
    static final Setting<Double> CROP_MAX_RATIO =
        key(number("crop_max_ratio").or(ResizedCrop.STANDARD_RATIO));

    static {
      key(TrainingConfig.PAD);
      key(TrainingConfig.PAD_MODE);
      key(TrainingConfig.FLIP);
      key(TrainingConfig.CUTOUT);
      key(TrainingConfig.MIXUP);
      key(TrainingConfig.CUTMIX);
    }

    static final Setting<Double> ROTATION = key(number("rotation").or(0.0));
    static final Setting<Double> ZOOM = key(number("zoom").or(1.0));
    static final Setting<Double> BRIGHTNESS = key(number("brightness").or(0.0));
    static final Setting<Double> CONTRAST = key(number("contrast").or(0.0));
    static final Setting<Double> SATURATION = key(number("saturation").or(0.0));
    static final Setting<Boolean> TRIVIAL_AUGMENT =
        key(Setting.flag("trivial_augment", "").or(false));
    static final Setting<Double> ERASE_CHANCE = key(number("erase_chance"));
    static final Setting<Double> ERASE_MIN_SHARE =
        key(number("erase_min_share").or(RandomErasing.standard().minShare()));
    static final Setting<Double> ERASE_MAX_SHARE =
        key(number("erase_max_share").or(RandomErasing.standard().maxShare()));
    static final Setting<Double> ERASE_MAX_RATIO =
        key(number("erase_max_ratio").or(RandomErasing.standard().maxRatio()));
    static final Setting<Fill> ERASE_FILL =
        key(Setting.choice("erase_fill", "", Fill.class, "").or(RandomErasing.standard().fill()));

    private static Setting<Double> number(String name) {
      return Setting.number(name, "", "");
    }

    private static <T> Setting<T> key(Setting<T> setting) {
      BY_NAME.put(setting.name(), setting);
      return setting;
    }

    private Key() {}
  }

  /** An augmentation made by a program. */
  public static AugmentationChoice of(Augmentation value) {
    return new AugmentationChoice(text(value), value);
  }

  /**
   * Reads a name, the settings themselves, or the file of them.
   *
   * @param label of the setting, for errors
   * @throws InvalidValueException where it is none of these, or a value is out of range
   * @throws dev.onecycle.error.BadDataException where the file is no file of settings
   */
  static AugmentationChoice read(String label, Object raw) {
    String text = String.valueOf(raw).strip();
    switch (text) {
      case PHOTO -> {
        return new AugmentationChoice(text, Augmentation.photo());
      }
      case "small" -> {
        return new AugmentationChoice(text, Augmentation.standard());
      }
      case "none" -> {
        return new AugmentationChoice(text, Augmentation.none());
      }
      default -> {
        return of(isInline(text) ? inline(label, text) : file(label, text));
      }
    }
  }

  /** A file may have any name, but none that begins with a setting of this class and "=". */
  private static boolean isInline(String text) {
    int end = text.indexOf('=');
    return end > 0 && Key.BY_NAME.containsKey(text.substring(0, end));
  }

  private static Augmentation inline(String label, String text) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (String part : text.split("\\s+", -1)) {
      int end = part.indexOf('=');
      Require.that(end > 0, label, "settings as name=value", text, part);
      Object before = values.put(part.substring(0, end), part.substring(end + 1));
      Require.that(before == null, label, "settings as name=value, each once", text, part);
    }
    return fromMap(values, " in " + label);
  }

  private static Augmentation file(String label, String text) {
    @Nullable Path file = path(text);
    if (file == null || !Files.exists(file)) {
      String constraint = "one of " + String.join(", ", NAMES) + ", or a file that exists";
      throw Nearest.to(text, NAMES)
          .map(near -> Require.invalid(label, constraint, text, "did you mean " + near + "?"))
          .orElseGet(() -> Require.invalid(label, constraint, text));
    }
    try {
      return fromMap(SettingsFile.read(file), " in " + file);
    } catch (InvalidValueException e) {
      throw TrainingConfig.unreadable(file, e);
    }
  }

  private static @Nullable Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  private static Augmentation fromMap(Map<String, Object> values, String where) {
    Map<Setting<?>, Object> read = new LinkedHashMap<>();
    values.forEach(
        (name, raw) -> {
          Setting<?> setting = Key.BY_NAME.get(name);
          if (setting == null) {
            throw unknown(name, where);
          }
          read.put(setting, setting.read(name + where, raw));
        });
    try {
      return made(new Given(read, where));
    } catch (InvalidValueException e) {
      throw e.name().endsWith(where) ? e : e.named(key(e.name()) + where);
    }
  }

  /** The key of a part of the augmentation that says itself what is out of range. */
  private static String key(String name) {
    return name.replace("augmentation ", "").replace(' ', '_');
  }

  private static InvalidValueException unknown(String name, String where) {
    List<String> names = List.copyOf(Key.BY_NAME.keySet());
    String label = "setting of augmentation" + where;
    return Nearest.to(name, names)
        .map(near -> Require.invalid(label, "a known one", name, "did you mean " + near + "?"))
        .orElseGet(() -> Require.invalid(label, "one of " + String.join(", ", names), name));
  }

  private record Given(Map<Setting<?>, Object> read, String where) {
    boolean has(Setting<?> setting) {
      return read.containsKey(setting);
    }

    @SuppressWarnings("unchecked") // a setting's own read made the value
    <T> T get(Setting<T> setting, T standard) {
      return (T) read.getOrDefault(setting, standard);
    }

    <T> T get(Setting<T> setting) {
      return get(setting, setting.standard().orElseThrow());
    }

    /** Settings that say nothing without another are refused. */
    void requireWith(Setting<?> main, Setting<?>... details) {
      for (Setting<?> detail : details) {
        if (has(detail) && !has(main)) {
          throw Require.invalid(
              detail.name() + where,
              "left out where no " + main.name() + " is given,",
              read.getOrDefault(detail, ""));
        }
      }
    }
  }

  private static Augmentation made(Given given) {
    Augmentation none = Augmentation.none();
    Augmentation made =
        none.withPad(given.get(TrainingConfig.PAD, none.pad()))
            .withPadMode(given.get(TrainingConfig.PAD_MODE, none.padMode()))
            .withFlip(given.get(TrainingConfig.FLIP, none.flip()))
            .withCutout(given.get(TrainingConfig.CUTOUT, none.cutout()))
            .withMixing(
                new Mixing(
                    given.get(TrainingConfig.MIXUP, 0.0), given.get(TrainingConfig.CUTMIX, 0.0)))
            .withRotation(given.get(Key.ROTATION))
            .withZoom(given.get(Key.ZOOM))
            .withColor(
                new ColorJitter(
                    given.get(Key.BRIGHTNESS), given.get(Key.CONTRAST), given.get(Key.SATURATION)))
            .withTrivialAugment(given.get(Key.TRIVIAL_AUGMENT));
    given.requireWith(Key.CROP_MIN_SHARE, Key.CROP_MAX_SHARE, Key.CROP_MAX_RATIO);
    if (given.has(Key.CROP_MIN_SHARE)) {
      made =
          made.withCrop(
              new ResizedCrop(
                  given.get(Key.CROP_MIN_SHARE, 1.0),
                  given.get(Key.CROP_MAX_SHARE),
                  given.get(Key.CROP_MAX_RATIO)));
    }
    given.requireWith(
        Key.ERASE_CHANCE,
        Key.ERASE_MIN_SHARE,
        Key.ERASE_MAX_SHARE,
        Key.ERASE_MAX_RATIO,
        Key.ERASE_FILL);
    if (given.has(Key.ERASE_CHANCE)) {
      made =
          made.withErasing(
              new RandomErasing(
                  given.get(Key.ERASE_CHANCE, 1.0),
                  given.get(Key.ERASE_MIN_SHARE),
                  given.get(Key.ERASE_MAX_SHARE),
                  given.get(Key.ERASE_MAX_RATIO),
                  given.get(Key.ERASE_FILL)));
    }
    return made;
  }

  /** All settings that differ from no augmentation, which {@link #read} reads. */
  private static String text(Augmentation value) {
    Map<String, Object> all = new LinkedHashMap<>();
    value
        .crop()
        .ifPresent(
            crop -> {
              put(all, Key.CROP_MIN_SHARE, crop.minShare());
              put(all, Key.CROP_MAX_SHARE, crop.maxShare());
              put(all, Key.CROP_MAX_RATIO, crop.maxRatio());
            });
    Augmentation none = Augmentation.none();
    putUnless(all, TrainingConfig.PAD, value.pad(), none.pad());
    putUnless(all, TrainingConfig.PAD_MODE, value.padMode(), none.padMode());
    putUnless(all, TrainingConfig.FLIP, value.flip(), none.flip());
    putUnless(all, TrainingConfig.CUTOUT, value.cutout(), none.cutout());
    putUnless(all, TrainingConfig.MIXUP, value.mixing().mixup(), 0.0);
    putUnless(all, TrainingConfig.CUTMIX, value.mixing().cutmix(), 0.0);
    putUnless(all, Key.ROTATION, value.rotation(), none.rotation());
    putUnless(all, Key.ZOOM, value.zoom(), none.zoom());
    putUnless(all, Key.BRIGHTNESS, value.color().brightness(), 0.0);
    putUnless(all, Key.CONTRAST, value.color().contrast(), 0.0);
    putUnless(all, Key.SATURATION, value.color().saturation(), 0.0);
    putUnless(all, Key.TRIVIAL_AUGMENT, value.trivialAugment(), false);
    value
        .erasing()
        .ifPresent(
            erasing -> {
              put(all, Key.ERASE_CHANCE, erasing.chance());
              put(all, Key.ERASE_MIN_SHARE, erasing.minShare());
              put(all, Key.ERASE_MAX_SHARE, erasing.maxShare());
              put(all, Key.ERASE_MAX_RATIO, erasing.maxRatio());
              put(all, Key.ERASE_FILL, erasing.fill());
            });
    return all.isEmpty()
        ? "none"
        : all.entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue())
            .collect(Collectors.joining(" "));
  }

  private static <T> void put(Map<String, Object> all, Setting<T> setting, T value) {
    all.put(setting.name(), setting.write(value));
  }

  private static <T> void putUnless(
      Map<String, Object> all, Setting<T> setting, T value, T standard) {
    if (!value.equals(standard)) {
      put(all, setting, value);
    }
  }

  /**
   * The configuration with the augmentation for photos where none is given and both sides of the
   * images have at least {@value #PHOTO_SIDE} pixels.
   */
  static TrainingConfig fitted(TrainingConfig config, ImageShape shape) {
    boolean photos = Math.min(shape.height(), shape.width()) >= PHOTO_SIDE;
    return photos && !config.isGiven(TrainingConfig.AUGMENT)
        ? config.with(Map.of(TrainingConfig.AUGMENT.name(), PHOTO), BY_SIZE)
        : config;
  }

  /** The larger size in which images are decoded too, where random crops are cut from them. */
  static CropMargin cropMargin(TrainingConfig config) {
    if (!config.isGiven(TrainingConfig.AUGMENT)) {
      return new CropMargin(CropMargin.STANDARD_FACTOR, PHOTO_SIDE); // which fitted() crops
    }
    return config.augmentation().crop().isPresent()
        ? new CropMargin(CropMargin.STANDARD_FACTOR, 1)
        : CropMargin.NONE;
  }

  /** The value of the setting as a line for people, with why it is so. */
  static Optional<String> describe(TrainingConfig config) {
    return config.isGiven(TrainingConfig.AUGMENT)
        ? Optional.of(
            "Augmentation: "
                + config.augmentation().describe()
                + " ("
                + config.origin(TrainingConfig.AUGMENT)
                + ")")
        : Optional.empty();
  }

  @Override
  public String toString() {
    return text;
  }
}
