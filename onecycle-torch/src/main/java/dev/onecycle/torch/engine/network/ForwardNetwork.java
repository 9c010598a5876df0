package dev.onecycle.torch.engine.network;

import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.NamedArray;
import dev.onecycle.torch.engine.NativeErrors;
import dev.onecycle.torch.engine.Natives;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.module.ForwardContext;
import dev.onecycle.torch.engine.module.Module;
import dev.onecycle.torch.engine.module.ModuleBuilder;
import dev.onecycle.torch.engine.module.ScriptModule;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.Normalization;
import dev.onecycle.torch.settings.Precision;
import dev.onecycle.torch.weights.NamedTensor;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A network in native memory that computes outputs and nothing else: it has no gradients and no
 * optimizer, and keeps its weights in the type that it computes with.
 *
 * <p>Safe for use by several threads at a time, which share the weights. Each computes on itself,
 * and on as many more of the engine's threads as {@link #useThreads} says. It must not be closed
 * while one computes.
 */
public final class ForwardNetwork implements AutoCloseable {
  private final int outputs;
  private final ScalarType compute;
  private final TensorDevice device;
  private final Module module;
  private final List<ScriptModule> scripts;
  private final List<Parameter> arrays = new ArrayList<>();
  private final List<Tensor> held = new ArrayList<>();
  private final SampleTensors samples;

  /**
   * Builds the network with its weights; must not run inside a native scope.
   *
   * @param weights every array of the network, see {@code NetworkWeights.requireSame}
   * @param precision chosen, not open
   */
  public ForwardNetwork(
      Network network,
      Normalization normalization,
      List<NamedTensor> weights,
      TensorDevice device,
      Precision precision) {
    Natives.load();
    device.prepare();
    outputs = network.outputs();
    compute = TensorDevice.type(precision);
    this.device = device;
    ModuleBuilder builder = ModuleBuilder.untrained();
    module = builder.build("", network.layers());
    scripts = builder.scripts;
    samples = new SampleTensors(network.input(), normalization, device);
    try {
      place(builder, weights);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void place(ModuleBuilder builder, List<NamedTensor> weights) {
    List<NamedArray> named = new ArrayList<>();
    for (List<Parameter> part : List.of(builder.fixed(), builder.statistics)) {
      Tensor flat = device.moved(torch.zeros(Math.max(1, FlatBuffer.count(part))));
      held.add(flat);
      try (PointerScope scope = new PointerScope();
          NoGradGuard noGrad = new NoGradGuard()) {
        List<Tensor> views = FlatBuffer.views(flat, part);
        for (int i = 0; i < views.size(); i++) {
          views.get(i).retainReference();
          held.add(views.get(i));
          part.get(i).place(views.get(i));
        }
      }
      named.addAll(FlatBuffer.arrays(flat, part, device));
      arrays.addAll(part);
    }
    try (NoGradGuard noGrad = new NoGradGuard()) {
      scripts.forEach(ScriptModule::bind);
    }
    Map<String, NamedTensor> byName = new HashMap<>();
    weights.forEach(tensor -> byName.put(tensor.name(), tensor));
    for (NamedArray array : named) {
      NamedTensor values = byName.get(array.name());
      if (values == null) {
        throw new IllegalArgumentException("weights must hold " + array.name() + " but do not");
      }
      array.set(values.values());
    }
    arrays.forEach(Parameter::keepCast);
  }

  /** Makes the calling thread compute an operation with so many threads. */
  public static void useThreads(int threads) {
    torch.set_num_threads(threads);
  }

  /**
   * The outputs of samples, [count, outputs], row by row.
   *
   * @param values a direct buffer of the samples' values from position 0 on
   */
  public float[] outputs(ByteBuffer values, int count) {
    return NativeErrors.named(() -> computed(values, count));
  }

  private float[] computed(ByteBuffer values, int count) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard noGrad = new NoGradGuard()) {
      Tensor input = samples.of(values, 0, count, compute);
      Tensor scores =
          module.forward(input, ForwardContext.evaluation(compute)).to(ScalarType.Float);
      float[] found = new float[Math.multiplyExact(count, outputs)];
      FlatBuffer.elements(device.read(scores.contiguous())).get(found);
      return found;
    } finally {
      Reference.reachabilityFence(values); // the engine reads them by their address
    }
  }

  @Override
  public void close() {
    scripts.forEach(ScriptModule::close);
    arrays.forEach(Parameter::dropCast);
    held.forEach(Tensor::close);
    samples.close();
  }
}
