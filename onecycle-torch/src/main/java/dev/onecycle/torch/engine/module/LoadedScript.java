package dev.onecycle.torch.engine.module;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.nn.ScriptFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.ExtraFilesMap;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A TorchScript file in native memory. Load it outside any native scope, which would take it with
 * it.
 */
final class LoadedScript implements AutoCloseable {
  private static final int LONGEST = 300;
  private static final Pattern UNKNOWN_OPERATOR =
      Pattern.compile(
          "Unknown builtin op: ([\\w:]+(?:\\.\\w+)*)"
              + "|Could not find any similar ops to ([\\w:]+(?:\\.\\w+)*)");
  private static final Pattern RAISED =
      Pattern.compile("(?m)^(?:\\w+\\.)*(\\w*(?:Error|Exception): .*)$");

  private final ScriptFile file;
  private final JitModule module;
  private final Map<String, Tensor> parameters = new LinkedHashMap<>();
  private final Map<String, Tensor> buffers = new LinkedHashMap<>();
  private final boolean avoidsKernels;
  private Optional<Boolean> training = Optional.empty();

  private LoadedScript(ScriptFile file, JitModule module) {
    this.file = file;
    this.module = module;
    // The lists are read by their sizes: their iterators cannot be compared.
    var named = module.named_parameters(true);
    var parameter = named.begin();
    for (long i = 0; i < named.size(); i++, parameter.increment()) {
      var one = parameter.access();
      parameters.put(one.name().getString(), new Tensor(one.value()));
    }
    var others = module.named_buffers(true);
    var buffer = others.begin();
    for (long i = 0; i < others.size(); i++, buffer.increment()) {
      var one = buffer.access();
      buffers.put(one.name().getString(), new Tensor(one.value()));
    }
    avoidsKernels = parameters.values().stream().anyMatch(ConvolutionWay::isDoubtful);
  }

  /**
   * Loads a copy of the file, so that it cannot change between the check of its hash and its use.
   *
   * @throws BadDataException where it is no TorchScript file, or has changed
   */
  static LoadedScript load(ScriptFile file) {
    Natives.load();
    @Nullable Path copy = null;
    try {
      copy = Files.createTempFile("onecycle-network", ".pt"); // readable by its owner alone
      try (OutputStream out = Files.newOutputStream(copy)) {
        file.copyTo(out);
      }
      return new LoadedScript(
          file, torch.load(copy.toString(), new DeviceOptional(new Device("cpu")), true));
    } catch (IOException e) {
      throw IoErrors.cannotCreate("a copy of " + file.path(), e);
    } catch (RuntimeException e) {
      throw notLoaded(file, e);
    } finally {
      remove(copy);
    }
  }

  private static void remove(@Nullable Path copy) {
    if (copy != null) {
      try {
        Files.deleteIfExists(copy);
      } catch (IOException e) {
        System.getLogger(LoadedScript.class.getName())
            .log(System.Logger.Level.DEBUG, () -> "left over: " + IoErrors.reason(e), e);
      }
    }
  }

  private static RuntimeException notLoaded(ScriptFile file, RuntimeException failure) {
    if (failure.getClass() != RuntimeException.class) {
      return failure; // not the engine's
    }
    String message = String.valueOf(failure.getMessage());
    Matcher operator = UNKNOWN_OPERATOR.matcher(message);
    if (operator.find()) {
      String name = operator.group(1) == null ? operator.group(2) : operator.group(1);
      return new BadDataException(
          "model "
              + file.path()
              + " must use operators of libtorch alone but uses "
              + name
              + "; write it without the extension that defines it");
    }
    return new BadDataException(
        "model "
            + file.path()
            + " must be a TorchScript file, written by torch.jit.script(network).save(file), but"
            + " cannot be loaded: "
            + line(message));
  }

  /** A failure while it computes; others are returned as they are. */
  RuntimeException failed(RuntimeException failure) {
    if (failure.getClass() != RuntimeException.class) {
      return failure;
    }
    String message = String.valueOf(failure.getMessage());
    return new BadDataException("model " + file.path() + " fails: " + line(message));
  }

  /** The line of a message that says what happened: the exception raised, or the first line. */
  private static String line(String message) {
    String raised = message.lines().findFirst().orElse(message);
    Matcher last = RAISED.matcher(message);
    while (last.find()) {
      raised = last.group(1);
    }
    raised = raised.strip();
    return raised.length() <= LONGEST ? raised : raised.substring(0, LONGEST) + " …";
  }

  ScriptFile file() {
    return file;
  }

  /** For its way back; null where the engine's kernels are right for it. */
  @Nullable WithoutKernels kernelsAvoided() {
    return avoidsKernels ? WithoutKernels.begin() : null;
  }

  /** Its parameters by name; the tensors that it computes with. */
  Map<String, Tensor> parameters() {
    return parameters;
  }

  /** Its buffers by name; the tensors that it computes with. */
  Map<String, Tensor> buffers() {
    return buffers;
  }

  /** Makes a tensor of it compute with other memory of the same values' shape. */
  static void bind(Tensor own, Tensor memory) {
    own.__dispatch_set_data(memory);
  }

  /**
   * Computes scores in the open native scope, with gradients where the mode of the thread says so.
   *
   * @param mayUseBfloat16 whether convolutions and matrix products are computed in bfloat16, as
   *     PyTorch's autocast decides; in float32 where the engine would be wrong for one of them
   * @throws BadDataException where the program fails, or gives anything but one tensor
   */
  Tensor forward(Tensor x, boolean inTraining, boolean mayUseBfloat16) {
    boolean inBfloat16 = mayUseBfloat16 && !avoidsKernels;
    if (training.isEmpty() || training.get() != inTraining) {
      module.train(inTraining);
      training = Optional.of(inTraining);
    }
    // Optimized by the first passes, later ones would have other bits. Counts for the thread.
    torch.setGraphExecutorOptimize(false);
    boolean cached = torch.is_autocast_cache_enabled();
    try (WithoutKernels slow = kernelsAvoided()) {
      if (inBfloat16) {
        torch.set_autocast_cache_enabled(false); // it would hold weights of the step before
        torch.set_autocast_dtype(DeviceType.CPU, ScalarType.BFloat16);
        torch.set_autocast_enabled(DeviceType.CPU, true);
      }
      IValue result = module.forward(new IValueVector(new IValue(x)));
      if (!result.isTensor()) {
        throw new BadDataException(
            "model "
                + file.path()
                + " must give one tensor of scores [N, classes] but gives a "
                + result.tagKind().getString());
      }
      return result.toTensor();
    } catch (RuntimeException e) {
      throw failed(e);
    } finally {
      if (inBfloat16) {
        torch.set_autocast_enabled(DeviceType.CPU, false);
        torch.set_autocast_cache_enabled(cached);
      }
    }
  }

  /** Writes it, for evaluation, with the values that it has now. */
  void save(Path target, ExtraFilesMap extra) {
    module.eval();
    training = Optional.of(false);
    module.save(target.toString(), extra);
  }

  @Override
  public void close() {
    parameters.values().forEach(Tensor::close);
    buffers.values().forEach(Tensor::close);
    module.close();
  }
}
