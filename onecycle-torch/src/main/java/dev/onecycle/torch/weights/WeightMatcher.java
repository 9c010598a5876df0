package dev.onecycle.torch.weights;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.Require;
import dev.onecycle.text.Counts;
import dev.onecycle.torch.weights.MappingRules.Rename;
import dev.onecycle.torch.weights.WeightMapping.Action;
import dev.onecycle.torch.weights.WeightMapping.Row;
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
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The steps of one {@link WeightMapping}: the search for the arrays of a network in a file. */
final class WeightMatcher {
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

  private final List<StoredTensor> source;
  private final List<NamedTensor> network;
  private final MappingRules rules;
  private final Set<String> wanted = new LinkedHashSet<>();
  private final List<String> steps = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();
  private final List<NamedTensor> result = new ArrayList<>();
  private final String head;
  private final String firstConvolution;

  WeightMatcher(List<StoredTensor> source, List<NamedTensor> network, MappingRules rules) {
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

  /** The start of the names of the network's last layer. */
  private static String head(List<NamedTensor> network) {
    String last = lastWeights(network, NamedTensor::name, NamedTensor::shape);
    return last.isEmpty() ? NONE : last.substring(0, last.length() - WEIGHT.length());
  }

  /**
   * The name of the weights of the last layer, which is the last with a matrix, or where there is
   * none, the last convolution; empty where there is neither.
   */
  private static <T> String lastWeights(
      List<T> arrays, Function<T, String> name, Function<T, long[]> shape) {
    String last = "";
    int fewest = Integer.MAX_VALUE;
    for (T array : arrays) {
      int dimensions = shape.apply(array).length;
      if (name.apply(array).endsWith(WEIGHT) && dimensions >= 2 && dimensions <= fewest) {
        last = name.apply(array);
        fewest = dimensions;
      }
    }
    return last;
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
    String last = lastWeights(source, StoredTensor::name, StoredTensor::shape);
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
            "ignore", "the start of a name in the file", start, "its names start with " + starts());
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
          "prefix", "the start of a name in the file", prefix, "its names start with " + starts());
    }
  }

  private String starts() {
    Set<String> starts = new TreeSet<>();
    source.forEach(tensor -> starts.add(tensor.name().replaceFirst("\\..*", ".")));
    return starts.stream().limit(2 * WeightMapping.SHOWN).collect(Collectors.joining(", "))
        + (starts.size() > 2 * WeightMapping.SHOWN ? " …" : "");
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

  private static List<Long> sizes(long[] shape) {
    return Arrays.stream(shape).boxed().toList();
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
      sums.floats()[i] = (float) ((double) three[at] + three[at + pixels] + three[at + 2 * pixels]);
    }
    return new StoredTensor(tensor.name(), array.shape(), sums);
  }

  private List<Row> of(Action action) {
    return rows.stream().filter(row -> row.action() == action).toList();
  }

  /** The first of these reasons that holds; each is written to follow the name of the file. */
  private Optional<String> refusal() {
    List<Row> missing = of(Action.MISSING);
    List<Row> misshapen = of(Action.MISSHAPEN);
    List<Row> unexpected = of(Action.UNEXPECTED);
    List<Row> unusable = of(Action.UNUSABLE);
    List<Row> missingBody = missing.stream().filter(row -> !isHead(row.name())).toList();
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
              + WeightMapping.shown(missingBody)
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
              + WeightMapping.shown(missingBody));
    }
    Optional<Row> colours =
        misshapen.stream().filter(row -> row.name().equals(firstConvolution)).findFirst();
    if (misshapen.size() == 1 && colours.isPresent() && isForColours(colours.get())) {
      return Optional.of(
          "has a first convolution "
              + colours.get().name()
              + " for 3 channels, but the images are grey, with 1; let the colours be summed, or"
              + " use images with 3 channels");
    }
    List<Row> ofHead = new ArrayList<>(misshapen);
    ofHead.addAll(missing);
    if (!ofHead.isEmpty() && ofHead.stream().allMatch(row -> isHead(row.name()))) {
      Row row = ofHead.get(0);
      return Optional.of(
          "is for another last layer: "
              + row.name()
              + " must be "
              + row.shape()
              + " but is "
              + (row.note().isEmpty() ? "missing" : row.note())
              + "; set head to new to train another one");
    }
    if (!misshapen.isEmpty()) {
      return Optional.of(
          "holds weights of another network: "
              + Counts.of(misshapen.size(), "array has", "arrays have")
              + " another shape, such as "
              + WeightMapping.shown(misshapen));
    }
    if (!unexpected.isEmpty()) {
      return Optional.of(
          "has "
              + Counts.of(unexpected.size(), "array", "arrays")
              + " that the network has not, such as "
              + WeightMapping.shown(unexpected)
              + "; it may be of a larger network: if not, name them in from_ignore");
    }
    return unusable.isEmpty()
        ? Optional.empty()
        : Optional.of("cannot be used: " + WeightMapping.shown(unusable));
  }

  private boolean isForColours(Row row) {
    NamedTensor array =
        network.stream().filter(a -> a.name().equals(row.name())).findFirst().orElseThrow();
    StoredTensor tensor =
        source.stream().filter(s -> s.name().equals(row.source())).findFirst().orElseThrow();
    return isForColours(array, tensor);
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
