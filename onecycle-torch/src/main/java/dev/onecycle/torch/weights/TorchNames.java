package dev.onecycle.torch.weights;

import static dev.onecycle.torch.weights.Unsound.require;

import dev.onecycle.torch.weights.PickleReader.Tuple;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The names that state dicts of PyTorch contain, and no others: tensors, parameters, storages and
 * plain containers. In a TorchScript file the file's own classes are read too, as attributes by
 * name.
 *
 * <p><i>Source:</i> torch/_weights_only_unpickler.py and torch/csrc/jit/serialization/pickler.cpp
 * of PyTorch, for the names.
 */
class TorchNames implements PickleReader.Names {
  /** Functions by the names that pickles give them. */
  private static final Map<String, Function> FUNCTIONS =
      Map.ofEntries(
          Map.entry("collections.OrderedDict", Function.DICTIONARY),
          Map.entry("collections.Counter", Function.DICTIONARY),
          Map.entry("builtins.set", Function.SET),
          Map.entry("__builtin__.set", Function.SET),
          Map.entry("builtins.frozenset", Function.SET),
          Map.entry("__builtin__.frozenset", Function.SET),
          Map.entry("torch.Size", Function.SIZE),
          Map.entry("torch.device", Function.DEVICE),
          Map.entry("torch._utils._rebuild_tensor", Function.TENSOR),
          Map.entry("torch._utils._rebuild_tensor_v2", Function.TENSOR),
          Map.entry("torch._utils._rebuild_tensor_v3", Function.TYPED_TENSOR),
          Map.entry("torch._utils._rebuild_parameter", Function.PARAMETER),
          Map.entry("torch._utils._rebuild_parameter_with_state", Function.PARAMETER),
          Map.entry("torch._tensor._rebuild_from_type_v2", Function.FROM_TYPE));

  private static final Map<String, Function> SCRIPT_FUNCTIONS =
      Map.of(
          "torch.jit._pickle.build_intlist", Function.FIRST_ARGUMENT,
          "torch.jit._pickle.build_doublelist", Function.FIRST_ARGUMENT,
          "torch.jit._pickle.build_boollist", Function.FIRST_ARGUMENT,
          "torch.jit._pickle.build_tensorlist", Function.FIRST_ARGUMENT,
          "torch.jit._pickle.restore_type_tag", Function.FIRST_ARGUMENT);

  private static final Map<String, ElementType> STORAGES =
      Map.of(
          "torch.DoubleStorage", ElementType.F64,
          "torch.FloatStorage", ElementType.F32,
          "torch.HalfStorage", ElementType.F16,
          "torch.BFloat16Storage", ElementType.BF16,
          "torch.LongStorage", ElementType.I64,
          "torch.IntStorage", ElementType.I32,
          "torch.ShortStorage", ElementType.I16,
          "torch.CharStorage", ElementType.I8,
          "torch.ByteStorage", ElementType.U8,
          "torch.BoolStorage", ElementType.BOOL);

  private static final Map<String, ElementType> TYPES =
      Map.of(
          "torch.float64", ElementType.F64,
          "torch.float32", ElementType.F32,
          "torch.float16", ElementType.F16,
          "torch.bfloat16", ElementType.BF16,
          "torch.int64", ElementType.I64,
          "torch.int32", ElementType.I32,
          "torch.int16", ElementType.I16,
          "torch.int8", ElementType.I8,
          "torch.uint8", ElementType.U8,
          "torch.bool", ElementType.BOOL);

  /** The functions that pickles may call. None of them is the one of Python. */
  private enum Function {
    DICTIONARY,
    SET,
    SIZE,
    DEVICE,
    TENSOR,
    TYPED_TENSOR,
    PARAMETER,
    FROM_TYPE,
    FIRST_ARGUMENT
  }

  /** A class of storages. */
  private record StorageType(Optional<ElementType> type) {}

  /** The class torch.Tensor or Parameter. */
  private record TensorType() {}

  /** A class of a TorchScript file. */
  private record ScriptType(String name) {}

  /** An object of a TorchScript file: attributes by name. */
  static final class ScriptObject {
    private Map<?, ?> attributes = Map.of();

    Map<?, ?> attributes() {
      return attributes;
    }
  }

  private static final int MAX_DIMENSIONS = 64;

  /** No file has so many; their bytes can be counted in a long. */
  private static final long MAX_COUNT = 1L << 56;

  /** A list can be given to many calls; each entry that a call copies counts. */
  private static final int MAX_PAIRS = 1_000_000;

  private final boolean script;
  private long pairs;

  /**
   * @param script whether the file is of TorchScript
   */
  TorchNames(boolean script) {
    this.script = script;
  }

  @Override
  public Object named(String module, String name) throws Unsound {
    String full = module + "." + name;
    if (FUNCTIONS.containsKey(full)) {
      return FUNCTIONS.get(full);
    }
    if (STORAGES.containsKey(full)) {
      return new StorageType(Optional.of(STORAGES.get(full)));
    }
    if (TYPES.containsKey(full)) {
      return TYPES.get(full);
    }
    if (script && SCRIPT_FUNCTIONS.containsKey(full)) {
      return SCRIPT_FUNCTIONS.get(full);
    }
    if (script && module.startsWith("__torch__")) {
      return new ScriptType(full);
    }
    return switch (full) {
      case "torch.storage.UntypedStorage", "torch.UntypedStorage" ->
          new StorageType(Optional.empty());
      case "torch.Tensor", "torch._tensor.Tensor", "torch.nn.parameter.Parameter" ->
          new TensorType();
      default -> throw new Unsound(refusal(full));
    };
  }

  /** Functions of the operating system bear its name in pickles, not the one of the module os. */
  private static String refusal(String full) {
    return "it calls "
        + full.replaceFirst("^(posix|nt)\\.", "os.")
        + ", which is no tensor and no plain container; nothing in the file was run. Save the weights"
        + " alone: torch.save(model.state_dict(), file)";
  }

  @Override
  public Object called(Object callee, List<Object> arguments) throws Unsound {
    require(callee instanceof Function, "its pickle calls something that is no function");
    Function function = (Function) callee;
    return switch (function) {
      case DICTIONARY -> dictionary(arguments);
      case SET -> items(arguments, 0);
      case SIZE -> new Tuple(items(arguments, 0));
      case DEVICE -> PickleReader.NONE;
      case TENSOR -> tensor(arguments);
      case TYPED_TENSOR -> typedTensor(arguments);
      case PARAMETER, FIRST_ARGUMENT -> argument(arguments, 0, Object.class);
      case FROM_TYPE -> {
        Object rebuild = argument(arguments, 0, Object.class);
        require(
            argument(arguments, 1, Object.class) instanceof TensorType
                && (rebuild == Function.TENSOR || rebuild == Function.TYPED_TENSOR),
            "it has a tensor of an unknown class");
        yield called(rebuild, items(arguments, 2));
      }
    };
  }

  /** From nothing, from another dictionary, or from pairs. */
  private Object dictionary(List<Object> arguments) throws Unsound {
    if (arguments.isEmpty()) {
      return new LinkedHashMap<>(0);
    }
    if (arguments.get(0) instanceof Map<?, ?> entries) {
      return entries;
    }
    List<Object> list = items(arguments, 0);
    pairs += list.size();
    require(pairs <= MAX_PAIRS, "its pickle has more than " + MAX_PAIRS + " entries");
    Map<Object, Object> map = new LinkedHashMap<>();
    for (Object pair : list) {
      List<Object> both = items(List.of(pair), 0);
      require(both.size() == 2, "its pickle has a key without a value");
      PickleReader.putAll(both, map);
    }
    return map;
  }

  /** (storage, offset, sizes, strides[, requires gradient, hooks[, metadata]]). */
  private static TensorPlan tensor(List<Object> arguments) throws Unsound {
    StorageRef storage = argument(arguments, 0, StorageRef.class);
    require(storage.type().isPresent(), "it has a tensor without a type");
    return view(storage, arguments, 6);
  }

  /** (storage, offset, sizes, strides, requires gradient, hooks, type[, metadata]). */
  private static TensorPlan typedTensor(List<Object> arguments) throws Unsound {
    ElementType type = argument(arguments, 6, ElementType.class);
    return view(argument(arguments, 0, StorageRef.class).typed(type), arguments, 7);
  }

  private static TensorPlan view(StorageRef storage, List<Object> arguments, int metadata)
      throws Unsound {
    if (arguments.size() > metadata && arguments.get(metadata) instanceof Map<?, ?> flags) {
      require(flags.isEmpty(), "it has a tensor that is negated or conjugated when it is read");
    }
    return TensorPlan.of(
        storage, argument(arguments, 1, Long.class), sizes(arguments, 2), sizes(arguments, 3));
  }

  private static long[] sizes(List<Object> arguments, int index) throws Unsound {
    List<Object> items = items(arguments, index);
    require(items.size() <= MAX_DIMENSIONS, "it has a tensor of " + items.size() + " dimensions");
    long[] sizes = new long[items.size()];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = argument(items, i, Long.class);
    }
    return sizes;
  }

  private static List<Object> items(List<Object> arguments, int index) throws Unsound {
    Object value = argument(arguments, index, Object.class);
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    if (value instanceof List<?> list) {
      @SuppressWarnings("unchecked")
      List<Object> items = (List<Object>) list;
      return items;
    }
    throw new Unsound("its pickle has a call whose argument " + index + " is no list");
  }

  private static <T> T argument(List<Object> arguments, int index, Class<T> type) throws Unsound {
    require(
        index < arguments.size() && type.isInstance(arguments.get(index)),
        "its pickle has a call whose argument " + index + " is missing or of another type");
    return type.cast(arguments.get(index));
  }

  @Override
  public Object created(Object type, List<Object> arguments) throws Unsound {
    return type instanceof ScriptType ? new ScriptObject() : called(type, arguments);
  }

  /** The state of a dictionary is PyTorch's {@code _metadata}: versions of modules. */
  @Override
  public void built(Object target, Object state) throws Unsound {
    if (target instanceof ScriptObject object) {
      if (state instanceof Map<?, ?> attributes) {
        object.attributes = attributes;
      }
      return;
    }
    require(
        target instanceof Map && state instanceof Map,
        "its pickle gives a state to something that has none");
  }

  /** ("storage", class, key, device, count[, view]). */
  @Override
  public Object stored(Object id) throws Unsound {
    List<Object> parts = id instanceof Tuple tuple ? tuple.items() : List.of();
    require(
        parts.size() >= 5
            && parts.get(0).equals("storage")
            && parts.get(1) instanceof StorageType
            && parts.get(2) instanceof String
            && parts.get(4) instanceof Long,
        "its pickle refers to something that is no storage");
    require(
        parts.size() == 5 || parts.get(5) == PickleReader.NONE,
        "it is from a PyTorch older than 0.4; save it again by a newer one");
    long count = (Long) parts.get(4);
    require(count >= 0 && count <= MAX_COUNT, "it has a storage of " + count + " numbers");
    return new StorageRef(((StorageType) parts.get(1)).type(), (String) parts.get(2), count);
  }
}
