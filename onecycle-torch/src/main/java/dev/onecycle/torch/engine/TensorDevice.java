package dev.onecycle.torch.engine;

import dev.onecycle.torch.settings.Device;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/** Where a network's tensors lie, and the ways between there and the memory that Java reads. */
enum TensorDevice {
  /** The processor's memory: nothing is copied. */
  HOST,
  /** The processor's memory by the ways to a GPU and back, to test those where there is none. */
  COPIED,
  /** The memory of the first NVIDIA GPU. */
  CUDA;

  static TensorDevice of(Device device) {
    return device == Device.CUDA ? CUDA : HOST;
  }

  /** Tells the engine to compute equal bits from equal settings, and float32 as float32. */
  void prepare() {
    if (this != HOST) {
      Context context = torch.globalContext();
      context.setDeterministicCuDNN(true);
      context.setAllowTF32CuDNN(false);
      context.setAllowTF32CuBLAS(false);
    }
  }

  /**
   * A tensor that Java filled, where the network computes, in the open scope.
   *
   * <p>To a GPU it goes from pinned memory, and nobody waits for it: what is computed with it comes
   * after it in the GPU's queue, and the engine keeps the pinned memory until the copy is made.
   *
   * @param host may be overwritten as soon as this returns, unless it is itself the answer
   */
  Tensor sent(Tensor host) {
    return switch (this) {
      case HOST -> host;
      case COPIED -> copy(host, DeviceType.CPU, false);
      case CUDA -> copy(host.pin_memory(), DeviceType.CUDA, true);
    };
  }

  /** The same outside of scopes, for what is to live longer; the one handed in is closed. */
  Tensor moved(Tensor host) {
    if (this == HOST) {
      return host;
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor there = sent(host);
      there.retainReference();
      return there;
    } finally {
      host.close();
    }
  }

  /**
   * The values for Java to read, in the open scope: the tensor itself where they can be read in
   * place, else a copy. Waits for the GPU.
   */
  Tensor read(Tensor tensor) {
    return this == HOST ? tensor : copy(tensor, DeviceType.CPU, false);
  }

  private static Tensor copy(Tensor tensor, DeviceType to, boolean unwaited) {
    return tensor.to(
        new org.bytedeco.pytorch.Device(to),
        tensor.scalar_type(),
        unwaited,
        true,
        new MemoryFormatOptional());
  }

  /**
   * What dropout draws from. A GPU's is the only one that it has, so whoever draws seeds it first.
   */
  Generator generator() {
    return this == CUDA
        ? torch.globalContext().defaultGenerator(new org.bytedeco.pytorch.Device(DeviceType.CUDA))
        : torch.createCPUGenerator();
  }
}
