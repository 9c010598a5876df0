package dev.onecycle.torch.weights;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Counts;
import dev.onecycle.text.Numbers;
import dev.onecycle.torch.weights.MappingRules.Rename;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
    TAKEN("taken"),
    /** Taken under another name. */
    RENAMED("renamed"),
    /** Taken as the sum over the three colours. */
    SUMMED("summed"),
    /** Left at the network's initial values, as the rules say for the last layer. */
    NEW("new"),
    /** In the network and not in the file. */
    MISSING("missing"),
    /** In both, with other shapes. */
    MISSHAPEN("misshapen"),
    /**
     * In both, with a value that is not finite, that float32 cannot hold, or a negative variance.
     */
    UNUSABLE("unusable"),
    /** In the file and not in the network. */
    UNEXPECTED("unexpected"),
    /** In the file and left out as the rules say, or a counter that no network here has. */
    IGNORED("ignored");

    private final String text;

    Action(String text) {
      this.text = text;
    }

    /** The action in a word. */
    public String text() {
      return text;
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

  private static final int SHOWN = 3;
  private static final int MAX_WRAPPERS = 4;
  private static final int MAX_TRIED = 50;
  private static final String COUNTER = "num_batches_tracked";
  private static final String VARIANCE = "running_var";
  private static final String WEIGHT = "weight";

  /** No name starts so. */
  private static final String NONE = "\0";

  /** Prefixes of wrappers; each is removed where that makes more names match. */
  private static final List<String> WRAPPERS =
      List.of("module.", "_orig_mod.", "model.", "backbone.", "encoder.", "net.", "network.");

  private final String origin;
  private final List<String> steps;
  private final List<Row> rows;
  private final List<NamedTensor> tensors;
  private final Optional<String> refusal;

  private WeightMapping(
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
    return new Work(source, network, rules).mapping(origin);
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

  /** The number of arrays with an action. */
  public long count(Action action) {
    return rows.stream().filter(row -> row.action == action).count();
  }

  /** The names of the network's arrays that keep their initial values. */
  public List<String> initial() {
    return rows.stream().filter(row -> row.action == Action.NEW).map(Row::name).toList();
  }

  /** The table in short, at most twelve lines: a line for each action, with its first arrays. */
  public String text() {
    List<String> lines = new ArrayList<>();
    lines.add(line("from", origin));
    steps.stream().limit(2).forEach(step -> lines.add(line("", step)));
    for (Action action : Action.values()) {
      List<Row> of = rows.stream().filter(row -> row.action == action).toList();
      if (!of.isEmpty()) {
        List<String> first = of.stream().limit(SHOWN).map(Row::shown).toList();
        lines.add(
            line(
                action.text,
                Counts.of(of.size(), "array", "arrays")
                    + ": "
                    + String.join(", ", first)
                    + (of.size() > SHOWN ? " …" : "")));
      }
    }
    return String.join("\n", lines);
  }

  private static String line(String head, String text) {
    return Numbers.format("%-11s%s", head, text);
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
      counts.put(action.text, rows.stream().filter(row -> row.action == action).count());
    }
    ArrayNode arrays = root.putArray("arrays");
    for (Row row : rows) {
      ObjectNode node = arrays.addObject();
      node.put("action", row.action.text);
      node.put("name", row.name);
      node.put("source", row.source);
      node.put("type", row.type);
      ArrayNode shape = node.putArray("shape");
      row.shape.forEach(shape::add);
      node.put("note", row.note);
    }
    return root;
  }

  private static List<Long> sizes(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
  }

  /** The steps of one mapping. */
  private static final class Work {
    private final List<StoredTensor> source;
    private final List<NamedTensor> network;
    private final MappingRules rules;
    private final Set<String> wanted = new LinkedHashSet<>();
    private final List<String> steps = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<NamedTensor> result = new ArrayList<>();
    private final String head;
    private final String firstConvolution;

    Work(List<StoredTensor> source, List<NamedTensor> network, MappingRules rules) {
      this.source = source;
      this.network = network;
      this.rules = rules;
      network.forEach(array -> wanted.add(array.name()));
      head = rules.headName().map(name -> name + ".").orElseGet(() -> head(network));
      Require.that(
          rules.headName().isEmpty() || wanted.stream().anyMatch(name -> name.startsWith(head)),
          "head name",
          "a layer of the network",
          rules.headName().orElse(""),
          head);
      firstConvolution =
          network.stream()
              .filter(array -> array.shape().length == 4)
              .map(NamedTensor::name)
              .findFirst()
              .orElse("");
    }

    /** The start of the names of the last layer. */
    private static String head(List<NamedTensor> network) {
      String last = "";
      int fewest = Integer.MAX_VALUE;
      for (NamedTensor array : network) {
        int dimensions = array.shape().length;
        if (isWeight(array.name(), dimensions) && dimensions <= fewest) {
          last = array.name();
          fewest = dimensions;
        }
      }
      return last.isEmpty() ? NONE : last.substring(0, last.length() - WEIGHT.length());
    }

    /**
     * Whether it may be the weights of the last layer, which is the last with a matrix, or where
     * there is none, the last convolution.
     */
    private static boolean isWeight(String name, int dimensions) {
      return name.endsWith(WEIGHT) && dimensions >= 2;
    }

    WeightMapping mapping(String origin) {
      Map<String, StoredTensor> byName = new LinkedHashMap<>();
      List<Row> outside = new ArrayList<>();
      names()
          .forEach(
              (tensor, name) -> {
                Optional<String> reason = leftOut(tensor, name);
                if (reason.isPresent()) {
                  outside.add(outside(Action.IGNORED, tensor, reason.get()));
                } else if (byName.putIfAbsent(name, tensor) != null) {
                  throw Require.invalid(
                      "rename", "a rule that gives each array another name", "two arrays " + name);
                }
              });
      boolean newHead = newHead(byName);
      for (NamedTensor array : network) {
        array(array, byName.remove(array.name()), newHead && isHead(array.name()));
      }
      String fileHead = newHead ? lastLayer(byName) : NONE;
      byName.forEach(
          (name, tensor) ->
              outside.add(
                  isOf(fileHead, name)
                      ? outside(Action.IGNORED, tensor, "the last layer of the file")
                      : outside(Action.UNEXPECTED, tensor, "")));
      rows.addAll(outside);
      Optional<String> refusal = refusal().map(reason -> origin + " " + reason);
      return new WeightMapping(
          origin, steps, rows, refusal.isPresent() ? List.of() : result, refusal);
    }

    /** The start of the names of the file's last layer, if it is among these. */
    private String lastLayer(Map<String, StoredTensor> left) {
      String last = "";
      int fewest = Integer.MAX_VALUE;
      for (StoredTensor tensor : source) {
        int dimensions = tensor.shape().length;
        if (isWeight(tensor.name(), dimensions) && dimensions <= fewest) {
          last = tensor.name();
          fewest = dimensions;
        }
      }
      for (Map.Entry<String, StoredTensor> entry : left.entrySet()) {
        if (entry.getValue().name().equals(last)) {
          String name = entry.getKey();
          return name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
        }
      }
      return NONE;
    }

    /** The new name of each array of the file. */
    private Map<StoredTensor, String> names() {
      List<String> prefixes = new ArrayList<>();
      if (rules.prefix().isPresent()) {
        requireUsed(rules.prefix().get());
        prefixes.add(rules.prefix().get());
      } else {
        while (addWrapper(prefixes)) {}
      }
      for (String prefix : prefixes) {
        steps.add("the prefix " + prefix + " was removed");
      }
      Map<StoredTensor, String> names = new LinkedHashMap<>();
      source.forEach(tensor -> names.put(tensor, stripped(tensor.name(), prefixes)));
      for (Rename rename : rules.renames()) {
        if (names.values().stream().noneMatch(rename::matches)) {
          throw Require.invalid("rename", "a rule that matches a name", rename.text());
        }
        names.replaceAll((tensor, name) -> rename.apply(name));
        steps.add("names were changed by " + rename.text());
      }
      for (String start : rules.ignored()) {
        if (names.entrySet().stream().noneMatch(entry -> starts(entry, start))) {
          throw Require.invalid(
              "ignore",
              "the start of a name in the file",
              start,
              "its names start with " + starts());
        }
      }
      return names;
    }

    private static boolean starts(Map.Entry<StoredTensor, String> array, String start) {
      return array.getKey().name().startsWith(start) || array.getValue().startsWith(start);
    }

    private void requireUsed(String prefix) {
      if (source.stream().noneMatch(tensor -> tensor.name().startsWith(prefix))) {
        throw Require.invalid(
            "prefix",
            "the start of a name in the file",
            prefix,
            "its names start with " + starts());
      }
    }

    private String starts() {
      Set<String> starts = new TreeSet<>();
      source.forEach(tensor -> starts.add(tensor.name().replaceFirst("\\..*", ".")));
      return starts.stream().limit(2 * SHOWN).collect(Collectors.joining(", "))
          + (starts.size() > 2 * SHOWN ? " …" : "");
    }

    /** Adds the prefix that makes the most names match, if any does. */
    private boolean addWrapper(List<String> prefixes) {
      long most = matches(prefixes);
      String best = "";
      for (String wrapper : wrappers()) {
        List<String> more = new ArrayList<>(prefixes);
        more.add(wrapper);
        long matches = matches(more);
        if (matches > most) {
          most = matches;
          best = wrapper;
        }
      }
      if (best.isEmpty()) {
        return false;
      }
      prefixes.add(best);
      return true;
    }

    /** The wrappers, one in another too, with which names of the file start. */
    private Set<String> wrappers() {
      Set<String> wrappers = new LinkedHashSet<>();
      for (StoredTensor tensor : source) {
        String rest = tensor.name();
        for (int depth = 0; depth < MAX_WRAPPERS; depth++) {
          Optional<String> next = WRAPPERS.stream().filter(rest::startsWith).findFirst();
          if (next.isEmpty() || wrappers.size() == MAX_TRIED) {
            break;
          }
          rest = rest.substring(next.get().length());
          wrappers.add(tensor.name().substring(0, tensor.name().length() - rest.length()));
        }
      }
      return wrappers;
    }

    /** The number of names that match; none where two arrays get the same name. */
    private long matches(List<String> prefixes) {
      Set<String> names = new LinkedHashSet<>();
      for (StoredTensor tensor : source) {
        if (!names.add(renamed(tensor.name(), prefixes))) {
          return 0;
        }
      }
      names.retainAll(wanted);
      return names.size();
    }

    private String renamed(String name, List<String> prefixes) {
      String renamed = stripped(name, prefixes);
      for (Rename rename : rules.renames()) {
        renamed = rename.apply(renamed);
      }
      return renamed;
    }

    private static String stripped(String name, List<String> prefixes) {
      String stripped = name;
      for (String prefix : prefixes) {
        stripped = stripped.startsWith(prefix) ? stripped.substring(prefix.length()) : stripped;
      }
      return stripped;
    }

    private Optional<String> leftOut(StoredTensor tensor, String name) {
      Optional<String> prefix = rules.prefix();
      if (prefix.isPresent() && !tensor.name().startsWith(prefix.get())) {
        return Optional.of("without the prefix " + prefix.get());
      }
      for (String start : rules.ignored()) {
        if (tensor.name().startsWith(start) || name.startsWith(start)) {
          return Optional.of("ignored by rule");
        }
      }
      return name.endsWith(COUNTER) && !wanted.contains(name)
          ? Optional.of("a counter that has no use here")
          : Optional.empty();
    }

    private static Row outside(Action action, StoredTensor tensor, String note) {
      return new Row(action, "", tensor.name(), tensor.type().name(), sizes(tensor.shape()), note);
    }

    private boolean isHead(String name) {
      return isOf(head, name);
    }

    /** Whether an array is of a layer; one at the top has names without a dot. */
    private static boolean isOf(String layer, String name) {
      return layer.isEmpty() ? name.indexOf('.') < 0 : name.startsWith(layer);
    }

    private boolean newHead(Map<String, StoredTensor> byName) {
      return switch (rules.head()) {
        case SAME -> false;
        case NEW -> true;
        case NEW_IF_OTHER_SIZE ->
            network.stream()
                .filter(array -> isHead(array.name()))
                .anyMatch(array -> !sameShape(array, byName.get(array.name())));
      };
    }

    private static boolean sameShape(NamedTensor array, @Nullable StoredTensor tensor) {
      return tensor != null && Arrays.equals(array.shape(), tensor.shape());
    }

    private void array(NamedTensor array, @Nullable StoredTensor tensor, boolean keep) {
      if (keep) {
        String note = tensor == null ? "" : "in the file " + Arrays.toString(tensor.shape());
        add(Action.NEW, array, tensor, note);
        result.add(array);
      } else if (tensor == null) {
        add(Action.MISSING, array, null, "");
      } else if (sameShape(array, tensor)) {
        take(array, tensor, tensor.name().equals(array.name()) ? Action.TAKEN : Action.RENAMED);
      } else if (rules.coloursSummed() && isForColours(array, tensor)) {
        take(array, summed(array, tensor), Action.SUMMED);
      } else {
        add(Action.MISSHAPEN, array, tensor, "in the file " + Arrays.toString(tensor.shape()));
      }
    }

    private void take(NamedTensor array, StoredTensor tensor, Action action) {
      OptionalInt bad = tensor.firstNotFinite();
      if (bad.isPresent()) {
        float value = tensor.toFloat32().values()[bad.getAsInt()];
        String seen =
            tensor.type() == ElementType.F64 && Float.isInfinite(value)
                ? value + " as float32"
                : "" + value;
        add(Action.UNUSABLE, array, tensor, "holds " + seen);
        return;
      }
      try {
        float[] values = tensor.toFloat32().values();
        if (array.name().endsWith(VARIANCE) && hasNegative(values)) {
          add(Action.UNUSABLE, array, tensor, "holds a negative variance");
          return;
        }
        result.add(new NamedTensor(array.name(), array.shape(), values));
      } catch (BadDataException e) {
        add(Action.UNUSABLE, array, tensor, "holds a whole number that float32 cannot hold");
        return;
      }
      String note = action == Action.SUMMED ? "the sum over the three colours" : "";
      add(action, array, tensor, note);
    }

    private static boolean hasNegative(float[] values) {
      for (float value : values) {
        if (value < 0) {
          return true;
        }
      }
      return false;
    }

    private void add(Action action, NamedTensor array, @Nullable StoredTensor tensor, String note) {
      rows.add(
          new Row(
              action,
              array.name(),
              tensor == null ? "" : tensor.name(),
              tensor == null ? "" : tensor.type().name(),
              sizes(array.shape()),
              note));
    }

    /** Whether it is the first convolution, for three channels in the file and one here. */
    private boolean isForColours(NamedTensor array, StoredTensor tensor) {
      long[] one = array.shape();
      long[] three = tensor.shape();
      return array.name().equals(firstConvolution)
          && three.length == 4
          && one[1] == 1
          && three[1] == 3
          && one[0] == three[0]
          && one[2] == three[2]
          && one[3] == three[3];
    }

    private static StoredTensor summed(NamedTensor array, StoredTensor tensor) {
      float[] three = tensor.toFloat32().values();
      int pixels = Math.toIntExact(array.shape()[2] * array.shape()[3]);
      Elements sums = Elements.zeros(ElementType.F32, three.length / 3);
      for (int i = 0; i < sums.count(); i++) {
        int at = i / pixels * 3 * pixels + i % pixels;
        sums.floats()[i] =
            (float) ((double) three[at] + three[at + pixels] + three[at + 2 * pixels]);
      }
      return new StoredTensor(tensor.name(), array.shape(), sums);
    }

    private List<Row> of(Action action) {
      return rows.stream().filter(row -> row.action == action).toList();
    }

    /** The first of these reasons that holds; each is written to follow the name of the file. */
    private Optional<String> refusal() {
      List<Row> missing = of(Action.MISSING);
      List<Row> misshapen = of(Action.MISSHAPEN);
      List<Row> unexpected = of(Action.UNEXPECTED);
      List<Row> unusable = of(Action.UNUSABLE);
      List<Row> missingBody = missing.stream().filter(row -> !isHead(row.name)).toList();
      long body = network.stream().filter(array -> !isHead(array.name())).count();
      // Half of a state dict has names of the network alone; the one of another network has others.
      boolean foreign = body == missingBody.size() || unexpected.size() > body - missingBody.size();
      if (2 * missingBody.size() > body && foreign) {
        return Optional.of(
            "holds weights of another network: it lacks "
                + missingBody.size()
                + " of "
                + body
                + " arrays, such as "
                + shown(missingBody)
                + "; its names start with "
                + starts()
                + otherPrefix());
      }
      if (!missingBody.isEmpty()) {
        return Optional.of(
            "holds only a part of the weights: it lacks "
                + missingBody.size()
                + " of "
                + body
                + " arrays, such as "
                + shown(missingBody));
      }
      Optional<Row> colours =
          misshapen.stream().filter(row -> row.name.equals(firstConvolution)).findFirst();
      if (misshapen.size() == 1 && colours.isPresent() && isForColours(colours.get())) {
        return Optional.of(
            "has a first convolution "
                + colours.get().name
                + " for 3 channels, but the images are grey, with 1; let the colours be summed, or"
                + " use images with 3 channels");
      }
      List<Row> ofHead = new ArrayList<>(misshapen);
      ofHead.addAll(missing);
      if (!ofHead.isEmpty() && ofHead.stream().allMatch(row -> isHead(row.name))) {
        Row row = ofHead.get(0);
        return Optional.of(
            "is for another last layer: "
                + row.name
                + " must be "
                + row.shape
                + " but is "
                + (row.note.isEmpty() ? "missing" : row.note)
                + "; set head to new to train another one");
      }
      if (!misshapen.isEmpty()) {
        return Optional.of(
            "holds weights of another network: "
                + Counts.of(misshapen.size(), "array has", "arrays have")
                + " another shape, such as "
                + shown(misshapen));
      }
      if (!unexpected.isEmpty()) {
        return Optional.of(
            "has "
                + Counts.of(unexpected.size(), "array", "arrays")
                + " that the network has not, such as "
                + shown(unexpected)
                + "; it may be of a larger network: if not, name them in from_ignore");
      }
      return unusable.isEmpty()
          ? Optional.empty()
          : Optional.of("cannot be used: " + shown(unusable));
    }

    private boolean isForColours(Row row) {
      NamedTensor array =
          network.stream().filter(a -> a.name().equals(row.name)).findFirst().orElseThrow();
      StoredTensor tensor =
          source.stream().filter(s -> s.name().equals(row.source)).findFirst().orElseThrow();
      return isForColours(array, tensor);
    }

    private static String shown(List<Row> rows) {
      return rows.stream().limit(SHOWN).map(Row::shown).collect(Collectors.joining(", "));
    }

    /** A prefix that would make most names match, for the one who knows what it means. */
    private String otherPrefix() {
      Map<String, Integer> matches = new HashMap<>();
      for (StoredTensor tensor : source) {
        String name = tensor.name();
        for (int at = name.indexOf('.'); at >= 0; at = name.indexOf('.', at + 1)) {
          if (wanted.contains(name.substring(at + 1))) {
            matches.merge(name.substring(0, at + 1), 1, Integer::sum);
          }
        }
      }
      if (matches.isEmpty()) {
        return "";
      }
      Map.Entry<String, Integer> best =
          Collections.max(matches.entrySet(), Map.Entry.comparingByValue());
      return 2 * best.getValue() > wanted.size()
          ? "; without the prefix " + best.getKey() + " most would match: set from_prefix to it"
          : "";
    }
  }
}
