package dev.onecycle.torch.weights;

import dev.onecycle.error.BadDataException;
import dev.onecycle.error.IoErrors;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The arrays of a weight file of any of the formats that are read, in memory. Nothing in a file is
 * executed, and a file that is not sound as a whole is refused.
 *
 * @param file where it was
 * @param format how it was written
 * @param part the key of a checkpoint under which the arrays were, such as {@code model}; empty for
 *     a file that holds nothing else
 * @param metadata free text by name; safetensors have it
 * @param notes sentences about what was left out
 * @param tensors in the order of the file
 */
public record WeightFile(
    Path file,
    Format format,
    String part,
    Map<String, String> metadata,
    List<String> notes,
    List<StoredTensor> tensors) {

  /** How weights are written. */
  public enum Format {
    /** Safetensors. */
    SAFETENSORS("safetensors file"),
    /** Safetensors with the metadata of a model of onecycle. */
    MODEL("model file of onecycle"),
    /** A state dict or checkpoint of PyTorch 1.6 and later. */
    PYTORCH("PyTorch file"),
    /** A state dict or checkpoint of an older PyTorch. */
    LEGACY_PYTORCH("PyTorch file of the format before 1.6"),
    /** A model with its code; only its arrays are read. */
    TORCHSCRIPT("TorchScript file");

    private final String text;

    Format(String text) {
      this.text = text;
    }

    /** The format in words. */
    public String text() {
      return text;
    }
  }

  private static final String MODEL_KEY = "onecycle.network";
  private static final int PROTO = 0x80;

  public WeightFile {
    metadata = Map.copyOf(metadata);
    notes = List.copyOf(notes);
    tensors = List.copyOf(tensors);
  }

  /**
   * Reads a file: safetensors of any type, a state dict or checkpoint of PyTorch, or the arrays of
   * a TorchScript file. The format is told by the first bytes.
   *
   * @throws BadDataException naming the file and the fault: it is missing, damaged, of another
   *     format, too large for the heap, or refers to code
   */
  public static WeightFile read(Path file) {
    return readPart(file, null);
  }

  /**
   * Reads one part of a checkpoint, such as {@code model_ema}.
   *
   * @throws BadDataException as {@link #read(Path)}, and listing the parts where it is not there
   */
  public static WeightFile read(Path file, String part) {
    return readPart(file, part);
  }

  private static WeightFile readPart(Path file, @Nullable String part) {
    if (Files.isDirectory(file)) {
      throw new BadDataException(file + " is no weight file: it is a folder");
    }
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new BadDataException(file + " is no weight file: it is no regular file");
    }
    byte[] start = start(file);
    if (startsWith(start, 'P', 'K', 3, 4)) {
      return torch(file, part, true);
    }
    if (start.length == 9 && start[8] == '{' || name(file).endsWith(".safetensors")) {
      return safetensors(file, part);
    }
    if (startsWith(start, PROTO)) {
      return torch(file, part, false);
    }
    throw new BadDataException(
        file + " is no weight file: it is neither safetensors nor a file of PyTorch" + seen(start));
  }

  private static byte[] start(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(9);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  private static String name(Path file) {
    Path name = file.getFileName();
    return name == null ? "" : name.toString();
  }

  private static boolean startsWith(byte[] start, int... bytes) {
    for (int i = 0; i < bytes.length; i++) {
      if (i >= start.length || (start[i] & 0xFF) != bytes[i]) {
        return false;
      }
    }
    return true;
  }

  private static String seen(byte[] start) {
    if (startsWith(start, 0x89, 'H', 'D', 'F')) {
      return " but HDF5, as Keras writes; convert it in Python";
    }
    if (startsWith(start, 'G', 'G', 'U', 'F')) {
      return " but GGUF; convert it in Python";
    }
    return start.length == 0 ? "; it is empty" : "";
  }

  private static WeightFile safetensors(Path file, @Nullable String part) {
    if (part != null) {
      throw new BadDataException(file + " has no part " + part + ": it is a safetensors file");
    }
    Safetensors.Stored stored = Safetensors.stored(file);
    Format format = stored.metadata().containsKey(MODEL_KEY) ? Format.MODEL : Format.SAFETENSORS;
    return new WeightFile(file, format, "", stored.metadata(), List.of(), stored.tensors());
  }

  private static WeightFile torch(Path file, @Nullable String part, boolean zip) {
    try (TorchSource source = zip ? TorchArchive.open(file) : LegacyTorchFile.open(file)) {
      StateDict dict = StateDict.of(source.root(), part);
      Format format =
          source instanceof TorchArchive archive
              ? archive.isScript() ? Format.TORCHSCRIPT : Format.PYTORCH
              : Format.LEGACY_PYTORCH;
      return new WeightFile(
          file, format, dict.part(), Map.of(), dict.notes(), numbers(source, dict.tensors()));
    } catch (Unsound e) {
      throw new BadDataException(file + " is not read: " + e.getMessage(), e);
    } catch (BadDataException e) {
      throw new BadDataException(file + " cannot be read: " + e.getMessage(), e);
    } catch (EOFException e) {
      throw new BadDataException(file + " is not read: it ends too early", e);
    } catch (IOException e) {
      throw IoErrors.cannotRead(file, e);
    }
  }

  /** Reads each storage once, so that memory holds one beside the arrays. */
  private static List<StoredTensor> numbers(TorchSource source, Map<String, TensorPlan> plans)
      throws IOException, Unsound {
    long bytes = 0;
    long largest = 0;
    Map<StorageRef, List<String>> users = new LinkedHashMap<>();
    for (Map.Entry<String, TensorPlan> plan : plans.entrySet()) {
      TensorPlan tensor = plan.getValue();
      source.requireStored(tensor.storage());
      if (tensor.count() == 0) {
        continue;
      }
      bytes += Elements.bytes(tensor.type(), tensor.count());
      largest = Math.max(largest, Elements.bytes(tensor.type(), tensor.storage().count()));
      users.computeIfAbsent(tensor.storage(), storage -> new ArrayList<>()).add(plan.getKey());
    }
    Elements.requireHeap(bytes + largest);
    Map<String, Elements> read = new LinkedHashMap<>();
    for (Map.Entry<StorageRef, List<String>> use : users.entrySet()) {
      Elements storage = source.numbers(use.getKey());
      boolean alone = use.getValue().size() == 1;
      for (String name : use.getValue()) {
        TensorPlan plan = Objects.requireNonNull(plans.get(name));
        read.put(
            name,
            alone && plan.isWholeStorage()
                ? storage
                : storage.view(plan.offset(), plan.shape(), plan.strides()));
      }
    }
    List<StoredTensor> tensors = new ArrayList<>();
    plans.forEach(
        (name, plan) -> {
          Elements elements = read.get(name);
          tensors.add(
              new StoredTensor(
                  name,
                  plan.shape(),
                  elements == null ? Elements.zeros(plan.type(), 0) : elements));
        });
    return tensors;
  }

  /** The format and the part in words: "PyTorch file, part model". */
  public String description() {
    return format.text() + (part.isEmpty() ? "" : ", part " + part);
  }
}
