package dev.onecycle.torch.internal;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** A batch norm's running mean and variance, float [features]. */
final class Statistics implements AutoCloseable {
  final String name;
  final long features;
  final Tensor mean;
  final Tensor variance;

  Statistics(String name, long features) {
    this.name = name;
    this.features = features;
    mean = torch.zeros(features);
    variance = torch.ones(features);
  }

  @Override
  public void close() {
    mean.close();
    variance.close();
  }
}
