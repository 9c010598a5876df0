package dev.onecycle.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The places of a model's classes in vectors of probabilities. Where the labels were numbers, class
 * 3 has place 3, whatever the order of the model's outputs, as evaluators of Spark expect.
 *
 * @param names by place; empty texts for numbers that no image had
 * @param places by output of the model
 */
record ClassIndex(List<String> names, List<Integer> places) implements Serializable {
  /** More classes than any model has. */
  static final int MAX_CLASSES = 1_000_000;

  ClassIndex {
    names = List.copyOf(names);
    places = List.copyOf(places);
  }

  /**
   * The places of classes.
   *
   * @param classes of the model, by output
   * @param numbers whether their names are the numbers of a column of labels
   */
  static ClassIndex of(List<String> classes, boolean numbers) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < classes.size(); i++) {
      places.add(numbers ? Integer.parseInt(classes.get(i)) : i);
    }
    int size = 1 + places.stream().mapToInt(Integer::intValue).max().orElse(-1);
    String[] names = new String[size];
    java.util.Arrays.fill(names, "");
    for (int i = 0; i < classes.size(); i++) {
      names[places.get(i)] = classes.get(i);
    }
    return new ClassIndex(List.of(names), places);
  }

  /** Values by output of the model as values by place; places without an output have another. */
  double[] placed(double[] byOutput, double absent) {
    double[] placed = new double[names.size()];
    java.util.Arrays.fill(placed, absent);
    for (int i = 0; i < byOutput.length; i++) {
      placed[places.get(i)] = byOutput[i];
    }
    return placed;
  }
}
