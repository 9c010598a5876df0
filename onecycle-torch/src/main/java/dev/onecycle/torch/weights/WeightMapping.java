package dev.onecycle.torch.weights;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The arrays of a file brought to a network: what was done with each array of either, and the
 * network's new arrays. A pure function of the file, the network's arrays and the rules.
 *
 * <p>Where the arrays do not fit, there is a {@link #refusal}, and no arrays are given: nothing is
 * half loaded. The table is complete in either case.
 */
public final class WeightMapping {
  /** The treatment of an array. */
  public enum Action {
    /** Taken under its own name. */
    TAKEN,
    /** Taken under another name. */
    RENAMED,
    /** Taken as the sum over the three colours. */
    SUMMED,
    /** Left at the network's initial values, as the rules say for the last layer. */
    NEW,
    /** In the network and not in the file. */
    MISSING,
    /** In both, with other shapes. */
    MISSHAPEN,
    /**
     * In both, with a value that is not finite, that float32 cannot hold, or a negative variance.
     */
    UNUSABLE,
    /** In the file and not in the network. */
    UNEXPECTED,
    /** In the file and left out as the rules say, or a counter that no network here has. */
    IGNORED;

    /** The action in a word. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A row of the table.
   *
   * @param name in the network; empty for an array that only the file has
   * @param source the name in the file; empty for an array that the file lacks
   * @param type in the file, such as F16; empty for an array that the file lacks
   * @param shape in the network, otherwise in the file
   * @param note why, or the shape in the file; may be empty
   */
  public record Row(
      Action action, String name, String source, String type, List<Long> shape, String note) {
    private String shown() {
      return switch (action) {
        case RENAMED -> source + " → " + name;
        case IGNORED, UNEXPECTED -> source;
        case NEW, MISSHAPEN, SUMMED, UNUSABLE ->
            name + " " + shape + (note.isEmpty() ? "" : " (" + note + ")");
        default -> name;
      };
    }
  }

  /** The number of arrays that a summary or a message names. */
  static final int SHOWN = 3;

  private final String origin;
  private final List<String> steps;
  private final List<Row> rows;
  private final List<NamedTensor> tensors;
  private final Optional<String> refusal;

  WeightMapping(
      String origin,
      List<String> steps,
      List<Row> rows,
      List<NamedTensor> tensors,
      Optional<String> refusal) {
    this.origin = origin;
    this.steps = List.copyOf(steps);
    this.rows = List.copyOf(rows);
    this.tensors = List.copyOf(tensors);
    this.refusal = refusal;
  }

  /**
   * Brings the arrays of a file to a network.
   *
   * @param network all arrays of the network with their present values, in the order of its layers
   * @throws dev.onecycle.error.InvalidValueException where a rule matches nothing
   */
  public static WeightMapping of(WeightFile file, List<NamedTensor> network, MappingRules rules) {
    WeightMapping mapping = of(file.file().toString(), file.tensors(), network, rules);
    List<String> steps = new ArrayList<>();
    steps.add(file.description());
    steps.addAll(file.notes());
    steps.addAll(mapping.steps);
    return new WeightMapping(mapping.origin, steps, mapping.rows, mapping.tensors, mapping.refusal);
  }

  /**
   * Brings arrays to a network.
   *
   * @param origin of the arrays, for messages
   * @param network all arrays of the network with their present values, in the order of its layers
   * @throws dev.onecycle.error.InvalidValueException where a rule matches nothing
   */
  public static WeightMapping of(
      String origin, List<StoredTensor> source, List<NamedTensor> network, MappingRules rules) {
    return new WeightMatcher(source, network, rules).mapping(origin);
  }

  /** Why the arrays cannot be used, in one line that names the file; empty where they can. */
  public Optional<String> refusal() {
    return refusal;
  }

  /**
   * All arrays of the network, those of the file in place of its own.
   *
   * @throws BadDataException with the {@link #refusal} where there is one
   */
  public List<NamedTensor> tensors() {
    if (refusal.isPresent()) {
      throw new BadDataException(refusal.get());
    }
    return tensors;
  }

  /** What was done with each array: those of the network in its order, then others of the file. */
  public List<Row> rows() {
    return rows;
  }

  private List<Row> rows(Action action) {
    return rows.stream().filter(row -> row.action == action).toList();
  }

  /** The number of arrays with an action. */
  public long count(Action action) {
    return rows(action).size();
  }

  /** The names of the network's arrays that keep their initial values. */
  public List<String> initial() {
    return rows(Action.NEW).stream().map(Row::name).toList();
  }

  /** The table in short, at most twelve lines: a line for each action, with its first arrays. */
  public String text() {
    List<String> lines = new ArrayList<>();
    lines.add(line("from", origin));
    steps.stream().limit(2).forEach(step -> lines.add(line("", step)));
    for (Action action : Action.values()) {
      List<Row> of = rows(action);
      if (!of.isEmpty()) {
        lines.add(
            line(
                action.text(),
                Counts.of(of.size(), "array", "arrays")
                    + ": "
                    + shown(of)
                    + (of.size() > SHOWN ? " …" : "")));
      }
    }
    return String.join("\n", lines);
  }

  private static String line(String head, String text) {
    return Numbers.format("%-11s%s", head, text);
  }

  /** The first of these rows, with commas between them. */
  static String shown(List<Row> rows) {
    return rows.stream().limit(SHOWN).map(Row::shown).collect(Collectors.joining(", "));
  }

  /** The table in a sentence: arrays by action, with the first names unless they were taken. */
  public String sentence() {
    List<String> parts = new ArrayList<>();
    for (Action action : Action.values()) {
      List<Row> of = rows(action);
      if (!of.isEmpty()) {
        String names =
            of.stream()
                .limit(SHOWN)
                .map(row -> row.name.isEmpty() ? row.source : row.name)
                .collect(Collectors.joining(", "));
        boolean usual = action == Action.TAKEN;
        parts.add(
            Counts.of(of.size(), "array", "arrays")
                + " "
                + action.text()
                + (usual ? "" : " (" + names + (of.size() > SHOWN ? ", …)" : ")")));
      }
    }
    return "Weights from " + origin + ": " + String.join(", ", parts);
  }

  /** The whole table. */
  public ObjectNode json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("from", origin);
    ArrayNode notes = root.putArray("notes");
    steps.forEach(notes::add);
    refusal.ifPresent(reason -> root.put("refusal", reason));
    ObjectNode counts = root.putObject("counts");
    for (Action action : Action.values()) {
      counts.put(action.text(), count(action));
    }
    ArrayNode arrays = root.putArray("arrays");
    for (Row row : rows) {
      ObjectNode node = arrays.addObject();
      node.put("action", row.action.text());
      node.put("name", row.name);
      node.put("source", row.source);
      node.put("type", row.type);
      ArrayNode shape = node.putArray("shape");
      row.shape.forEach(shape::add);
      node.put("note", row.note);
    }
    return root;
  }
}
