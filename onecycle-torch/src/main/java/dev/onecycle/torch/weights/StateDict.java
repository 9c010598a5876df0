package dev.onecycle.torch.weights;

import static dev.onecycle.torch.weights.Unsound.require;

import dev.onecycle.text.Texts;
import dev.onecycle.torch.weights.TorchNames.ScriptObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tensors of a PyTorch file by their names: a state dict, the state dict of a checkpoint, or
 * the attributes of a TorchScript module.
 *
 * @param part the key of a checkpoint under which they are, such as {@code model}; empty for a file
 *     that holds nothing else
 * @param tensors in the order of the file
 * @param notes sentences about the choice that was made
 */
record StateDict(String part, Map<String, TensorPlan> tensors, List<String> notes) {
  private static final int MAX_DEPTH = 3;
  private static final int MAX_ENTRIES = 5_000_000;
  private static final int MAX_MODULES = 100_000;
  private static final int SHOWN = 8;
  private static final int MAX_SHOWN = 60;

  /** Keys of checkpoints in common use, the preferred ones first. */
  private static final List<String> USUAL =
      List.of(
          "state_dict",
          "model_state_dict",
          "model_state",
          "model",
          "net",
          "network",
          "module",
          "weights",
          "params",
          "state_dict_ema",
          "ema_state_dict",
          "model_ema",
          "params_ema",
          "ema");

  /**
   * Finds the tensors.
   *
   * @param wanted the part of a checkpoint; null for the usual one
   * @throws Unsound where there are none, or none of that part, or the choice is not clear
   */
  static StateDict of(Object root, @Nullable String wanted) throws Unsound {
    if (root instanceof ScriptObject module) {
      require(wanted == null, "it is a TorchScript file and has no part " + wanted);
      return ofModule(module);
    }
    if (!(root instanceof Map<?, ?> map)) {
      throw new Unsound(
          "it holds no dictionary of tensors; save the weights: torch.save(model.state_dict(),"
              + " file)");
    }
    Search search = new Search();
    search.collect(map, "", 0);
    return choose(map, search.parts, wanted);
  }

  private static StateDict choose(
      Map<?, ?> root, Map<String, Map<?, ?>> parts, @Nullable String wanted) throws Unsound {
    if (wanted != null) {
      Map<?, ?> part = parts.get(wanted);
      if (part == null) {
        throw new Unsound("it has no part " + wanted + " with tensors but " + shown(parts));
      }
      return taken(wanted, part, List.of());
    }
    Optional<String> usual = usual(parts);
    if (usual.isPresent()) {
      return taken(usual.get(), parts, root);
    }
    if (holdsTensors(root)) {
      return taken("", parts, root);
    }
    require(
        !parts.isEmpty(),
        "it holds no tensors by name; save the weights: torch.save(model.state_dict(), file)");
    require(
        parts.size() == 1,
        "it holds tensors in several parts; choose one of " + List.copyOf(parts.keySet()));
    return taken(parts.keySet().iterator().next(), parts, root);
  }

  /** The usual keys themselves come before parts of them, such as {@code model_ema.module}. */
  private static Optional<String> usual(Map<String, Map<?, ?>> parts) {
    Optional<String> exact = USUAL.stream().filter(parts::containsKey).findFirst();
    return exact.or(
        () ->
            USUAL.stream()
                .flatMap(key -> parts.keySet().stream().filter(p -> p.startsWith(key + ".")))
                .findFirst());
  }

  private static StateDict taken(String name, Map<String, Map<?, ?>> parts, Map<?, ?> root)
      throws Unsound {
    List<String> notes = new ArrayList<>();
    List<String> others = parts.keySet().stream().filter(part -> !part.equals(name)).toList();
    if (!others.isEmpty()) {
      notes.add(
          (name.isEmpty() ? "the tensors at the top" : "the tensors of its part " + name)
              + " were taken; it also has tensors in "
              + String.join(", ", others.subList(0, Math.min(SHOWN, others.size()))));
    }
    return taken(name, name.isEmpty() ? root : parts.getOrDefault(name, root), notes);
  }

  private static StateDict taken(String name, Map<?, ?> part, List<String> notes) throws Unsound {
    Map<String, TensorPlan> tensors = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    for (Map.Entry<?, ?> entry : part.entrySet()) {
      if (entry.getKey() instanceof String key && entry.getValue() instanceof TensorPlan tensor) {
        tensors.put(named(key), tensor);
      } else if (!(entry.getValue() instanceof Map) && others.size() < SHOWN) {
        others.add(entry.getKey() instanceof String key ? shown(key) : "a key that is no text");
      }
    }
    List<String> all = new ArrayList<>(notes);
    if (!others.isEmpty()) {
      all.add("not tensors, left out: " + String.join(", ", others));
    }
    return new StateDict(name, tensors, List.copyOf(all));
  }

  /**
   * Finds the dictionaries in a dictionary that hold tensors by name. One may stand in many places,
   * so the entries that are looked at are counted.
   */
  private static final class Search {
    private final Map<String, Map<?, ?>> parts = new LinkedHashMap<>();
    private long seen;

    void collect(Map<?, ?> map, String path, int depth) throws Unsound {
      if (depth == MAX_DEPTH) {
        return;
      }
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        if (entry.getKey() instanceof String key && entry.getValue() instanceof Map<?, ?> inner) {
          seen += 1 + inner.size();
          require(
              seen <= MAX_ENTRIES, "its dictionaries have more than " + MAX_ENTRIES + " entries");
          String name = path.isEmpty() ? key : path + "." + key;
          if (holdsTensors(inner)) {
            parts.put(named(name), inner);
          } else {
            collect(inner, name, depth + 1);
          }
        }
      }
    }
  }

  private static String shown(String key) {
    return Texts.clean(key.substring(0, Math.min(MAX_SHOWN, key.length())));
  }

  /** A name as it stands in messages too. */
  private static String named(String name) throws Unsound {
    require(Unsound.isName(name), "it has a name that cannot be printed or is too long: " + name);
    return name;
  }

  private static boolean holdsTensors(Map<?, ?> map) {
    return map.entrySet().stream()
        .anyMatch(e -> e.getKey() instanceof String && e.getValue() instanceof TensorPlan);
  }

  private static String shown(Map<String, Map<?, ?>> parts) {
    return parts.isEmpty()
        ? "no parts"
        : String.join(", ", parts.keySet().stream().limit(SHOWN).toList());
  }

  private static StateDict ofModule(ScriptObject root) throws Unsound {
    Map<String, TensorPlan> tensors = new LinkedHashMap<>();
    Walk walk = new Walk(tensors);
    walk.module(root, "", 0);
    require(
        !tensors.isEmpty(), "it is a TorchScript file without parameters by name; was it frozen?");
    return new StateDict("", tensors, List.of());
  }

  /** Follows the attributes of modules; a module may stand in several places. */
  private static final class Walk {
    private static final int MAX_MODULE_DEPTH = 100;

    private final Map<String, TensorPlan> tensors;
    private int visited;

    Walk(Map<String, TensorPlan> tensors) {
      this.tensors = tensors;
    }

    void module(ScriptObject module, String prefix, int depth) throws Unsound {
      require(
          depth < MAX_MODULE_DEPTH && visited++ < MAX_MODULES,
          "its modules are nested without end");
      for (Map.Entry<?, ?> attribute : module.attributes().entrySet()) {
        require(visited++ < MAX_MODULES, "its modules are nested without end");
        if (attribute.getKey() instanceof String name) {
          if (attribute.getValue() instanceof TensorPlan tensor) {
            tensors.put(named(prefix + name), tensor);
          } else if (attribute.getValue() instanceof ScriptObject child) {
            module(child, prefix + name + ".", depth + 1);
          }
        }
      }
    }
  }
}
