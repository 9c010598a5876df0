package dev.onecycle.data.sample;

import dev.onecycle.error.Require;
import java.util.HashSet;
import java.util.List;

/** The meaning of the targets of a data set: the network has one output for each name. */
public sealed interface Targets {
  /** The names of the outputs, in order. */
  List<String> names();

  /** The targets in a few words, such as {@code 10 classes}. */
  String describe();

  /** The word for them in files: {@code classes}, {@code labels} or {@code numbers}. */
  String kind();

  /** The number of outputs of a network that learns them. */
  default int outputs() {
    return names().size();
  }

  /**
   * Each sample is of one class.
   *
   * @param names of the classes, by label
   */
  record Classes(List<String> names) implements Targets {
    public Classes {
      names = List.copyOf(names); // names of folders may be equal
    }

    @Override
    public String describe() {
      return names.size() + " classes";
    }

    @Override
    public String kind() {
      return "classes";
    }
  }

  /**
   * Each sample has any number of the labels, and perhaps none: each output is 0 or 1.
   *
   * @param names of the labels
   */
  record Labels(List<String> names) implements Targets {
    public Labels {
      names = distinct(names);
    }

    @Override
    public String describe() {
      return names.size() == 1 ? "1 label" : names.size() + " labels, any of them at once";
    }

    @Override
    public String kind() {
      return "labels";
    }
  }

  /**
   * Each sample has a number for each name.
   *
   * @param names of the numbers, with their units where they have one
   */
  record Numbers(List<String> names) implements Targets {
    public Numbers {
      names = distinct(names);
    }

    @Override
    public String describe() {
      return names.size() == 1 ? "1 number" : names.size() + " numbers";
    }

    @Override
    public String kind() {
      return "numbers";
    }
  }

  private static List<String> distinct(List<String> names) {
    Require.that(!names.isEmpty(), "names of targets", "at least 1", "none", names);
    Require.that(
        new HashSet<>(names).size() == names.size(),
        "names of targets",
        "different from each other",
        names,
        names);
    return List.copyOf(names);
  }
}
