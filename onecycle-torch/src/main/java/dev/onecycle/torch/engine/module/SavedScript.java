package dev.onecycle.torch.engine.module;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.onecycle.torch.engine.NativeErrors;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.nn.ScriptFile;
import dev.onecycle.torch.weights.NamedTensor;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.ExtraFilesMap;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** TorchScript files, as libtorch writes them. */
public final class SavedScript {
  private final Map<String, JitModule> modules = new HashMap<>();

  private SavedScript() {}

  /**
   * Writes a program with its arrays.
   *
   * @param forward its source
   * @param arrays by name; each dot leads into a module
   * @param metadata extra files by name
   */
  public static void write(
      String forward, List<NamedTensor> arrays, Map<String, String> metadata, Path file) {
    Natives.load();
    NativeErrors.named(
        () -> {
          try (PointerScope scope = new PointerScope();
              NoGradGuard noGrad = new NoGradGuard()) {
            SavedScript script = new SavedScript();
            arrays.forEach(script::put);
            JitModule root = script.module("");
            root.define(forward);
            root.eval();
            root.save(file.toString(), extraFiles(metadata));
          }
        });
  }

  /** Writes a TorchScript file again, with other values of its arrays. */
  public static void write(
      ScriptFile program, List<NamedTensor> arrays, Map<String, String> metadata, Path file) {
    try (LoadedScript loaded = LoadedScript.load(program)) {
      NativeErrors.named(
          () -> {
            try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
              for (NamedTensor array : arrays) {
                Tensor own = loaded.parameters().get(array.name());
                Tensor place = own == null ? loaded.buffers().get(array.name()) : own;
                if (place == null) {
                  throw new IllegalArgumentException(program.path() + " has no " + array.name());
                }
                place.detach().copy_(tensor(array));
              }
              loaded.save(file, extraFiles(metadata));
            }
          });
    }
  }

  private static ExtraFilesMap extraFiles(Map<String, String> metadata) {
    ExtraFilesMap files = new ExtraFilesMap();
    metadata.forEach(
        (name, text) -> files.put(new BytePointer(name, UTF_8), new BytePointer(text, UTF_8)));
    return files;
  }

  private static Tensor tensor(NamedTensor array) {
    return torch
        .from_blob(
            new FloatPointer(array.values()), array.shape(), new TensorOptions(ScalarType.Float))
        .clone();
  }

  private void put(NamedTensor array) {
    int dot = array.name().lastIndexOf('.');
    JitModule owner = module(dot < 0 ? "" : array.name().substring(0, dot));
    String name = array.name().substring(dot + 1);
    if (name.startsWith("running_") || name.startsWith("onecycle_")) {
      owner.register_buffer(name, tensor(array));
    } else {
      owner.register_parameter(name, tensor(array), false);
    }
  }

  /** The module of a path, made with all modules above it. */
  private JitModule module(String path) {
    JitModule known = modules.get(path);
    if (known != null) {
      return known;
    }
    JitModule made = new JitModule(new QualifiedName("__torch__.onecycle.Module" + modules.size()));
    modules.put(path, made);
    if (!path.isEmpty()) {
      int dot = path.lastIndexOf('.');
      module(dot < 0 ? "" : path.substring(0, dot)).register_module(path.substring(dot + 1), made);
    }
    return made;
  }
}
