package dev.onecycle.torch.engine;

import dev.onecycle.torch.settings.Device;
import dev.onecycle.torch.settings.Precision;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Context;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The device of a network's tensors, and the copies between it and the memory that Java reads. */
public enum TensorDevice {
  /** The processor's memory: nothing is copied. */
  HOST,
  /** The processor's memory, by the copies that a GPU needs: tests them where there is no GPU. */
  COPIED,
  /** The memory of the first NVIDIA GPU. */
  CUDA;

  /** The place of a device's tensors; the device must be chosen. */
  public static TensorDevice of(Device device) {
    return switch (device) {
      case AUTO -> throw new IllegalArgumentException("the device must be chosen");
      case CPU -> HOST;
      case CUDA -> CUDA;
    };
  }

  /** The type of convolutions and matrix products; the precision must be chosen. */
  public static ScalarType type(Precision precision) {
    return switch (precision) {
      case AUTO -> throw new IllegalArgumentException("the precision must be chosen");
      case BF16 -> ScalarType.BFloat16;
      case FP32 -> ScalarType.Float;
    };
  }

  /** Makes the engine compute equal bits from equal settings, and float32 as float32. */
  public void prepare() {
    if (this != HOST) {
      Context context = torch.globalContext();
      context.setDeterministicCuDNN(true);
      context.setAllowTF32CuDNN(false);
      context.setAllowTF32CuBLAS(false);
    }
  }

  /**
   * A tensor that Java filled, on this device, in the open scope.
   *
   * <p>A GPU copies it from pinned memory, and nobody waits for it: work on the tensor comes later
   * in the GPU's queue, and the engine keeps the pinned memory until the copy is made.
   *
   * @param host may be overwritten as soon as this returns, unless it is itself the result
   */
  public Tensor sent(Tensor host) {
    return switch (this) {
      case HOST -> host;
      case COPIED -> copy(host, DeviceType.CPU, false);
      case CUDA -> copy(host.pin_memory(), DeviceType.CUDA, true);
    };
  }

  /** As {@link #sent}, for a tensor that outlives the open scope; closes the given one. */
  public Tensor moved(Tensor host) {
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
   * A tensor whose values Java can read, in the open scope: the tensor itself where it lies in the
   * processor's memory, else a copy. Waits for the GPU.
   */
  public Tensor read(Tensor tensor) {
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
   * The generator of dropout's random numbers. A GPU has only one, so it is seeded before each use.
   */
  public Generator generator() {
    return this == CUDA
        ? torch.globalContext().defaultGenerator(new org.bytedeco.pytorch.Device(DeviceType.CUDA))
        : torch.createCPUGenerator();
  }
}
