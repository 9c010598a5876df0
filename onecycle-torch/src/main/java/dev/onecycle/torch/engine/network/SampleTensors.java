package dev.onecycle.torch.engine.network;

import dev.onecycle.data.sample.SampleLayout;
import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.TensorLayout;
import dev.onecycle.torch.settings.Normalization;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Makes the input of a network's first layer from the values of samples: normalised float images
 * [N, C, H, W], channels last; normalised features [N, features]; or tokens [N, length].
 */
final class SampleTensors implements AutoCloseable {
  private final SampleLayout layout;
  private final TensorDevice device;
  private final Tensor mean;
  private final Tensor inverseStd;

  /** Must not be made inside a native scope, which would take its tensors with it. */
  SampleTensors(SampleLayout layout, Normalization normalization, TensorDevice device) {
    this.layout = layout;
    this.device = device;
    double scale = layout.isImage() ? 255 : 1;
    mean = device.moved(perChannel(layout, c -> scale * normalization.mean(c)));
    inverseStd = device.moved(perChannel(layout, c -> 1 / (scale * normalization.std(c))));
  }

  /**
   * A value of each channel; of images repeated for every pixel: broadcasting over images alone is
   * fast. Nothing for tokens.
   */
  private static Tensor perChannel(SampleLayout input, IntToDoubleFunction value) {
    if (!input.isImage()) {
      int channels = input.type() == SampleLayout.Type.INT64 ? 0 : input.channels();
      Tensor tensor = torch.zeros(channels);
      for (int c = 0; c < channels; c++) {
        FlatBuffer.elements(tensor).put(c, (float) value.applyAsDouble(c));
      }
      return tensor;
    }
    long[] shape = shape(1, input);
    int count = input.values();
    Tensor tensor = torch.zeros(count).as_strided(shape, TensorLayout.strides(shape));
    FloatBuffer elements = FlatBuffer.elements(tensor);
    for (int i = 0; i < count; i++) {
      elements.put(i, (float) value.applyAsDouble(i % input.channels()));
    }
    return tensor;
  }

  /** [samples, C, H, W] of images. */
  private static long[] shape(long samples, SampleLayout images) {
    List<Integer> shape = images.shape();
    return new long[] {samples, shape.get(0), shape.get(1), shape.get(2)};
  }

  /**
   * The samples [from, to), in the open native scope.
   *
   * @param values a direct buffer of samples, one after the other; must outlive the result's use
   * @param compute the type of the result; tokens stay integers
   */
  Tensor of(ByteBuffer values, int from, int to, ScalarType compute) {
    BytePointer first = new BytePointer(values).getPointer((long) from * layout.bytes());
    int count = to - from;
    return switch (layout.type()) {
      case UINT8 -> {
        long[] size = shape(count, layout);
        Tensor bytes =
            torch.from_blob(
                first, size, TensorLayout.strides(size), new TensorOptions(ScalarType.Byte));
        yield device.sent(bytes).to(ScalarType.Float).sub_(mean).mul_(inverseStd).to(compute);
      }
      case FLOAT32 -> numbers(first, count).to(compute);
      case INT64 ->
          device
              .sent(
                  torch.from_blob(
                      first,
                      new long[] {count, layout.values()},
                      new TensorOptions(ScalarType.Long)))
              .clone(); // the batch may be filled again before a way back is done
    };
  }

  private Tensor numbers(BytePointer values, int count) {
    int channels = layout.channels();
    long each = layout.values() / channels;
    Tensor all =
        device.sent(
            torch.from_blob(
                values, new long[] {count, channels, each}, new TensorOptions(ScalarType.Float)));
    Tensor normalised = all.sub(mean.view(1, channels, 1)).mul_(inverseStd.view(1, channels, 1));
    List<Integer> shape = layout.shape();
    return switch (shape.size()) {
      case 1 -> normalised.view(count, channels);
      case 2 -> channelsLast(normalised.view(count, channels, 1, each));
      default -> channelsLast(normalised.view(count, channels, shape.get(1), shape.get(2)));
    };
  }

  private static Tensor channelsLast(Tensor images) {
    return images.contiguous(MemoryFormat.ChannelsLast);
  }

  @Override
  public void close() {
    mean.close();
    inverseStd.close();
  }
}
