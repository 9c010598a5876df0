package dev.onecycle.peer.djl;

import ai.djl.basicmodelzoo.cv.classification.ResNetV1;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;

/**
 * The residual network for CIFAR-size images, of the residual units of DJL's own zoo.
 *
 * <p>Its {@code ResNetV1.builder()} is not used because it makes this network for images of 28×28
 * at most, without the first batch norm and with a shortcut more in the first stage.
 */
final class ResNet {
  private static final float BATCH_NORM_MOMENTUM = 0.9f;

  private ResNet() {}

  /** A network of {@code depth} = 6n + 2 layers. */
  static Block of(int depth, int classes) {
    SequentialBlock net =
        new SequentialBlock()
            .add(
                Conv2d.builder()
                    .setKernelShape(new Shape(3, 3))
                    .setFilters(16)
                    .optPadding(new Shape(1, 1))
                    .optBias(false)
                    .build())
            .add(BatchNorm.builder().optMomentum(BATCH_NORM_MOMENTUM).build())
            .add(Activation::relu);
    int width = 16;
    for (int filters = 16; filters <= 64; filters *= 2) {
      for (int i = 0; i < (depth - 2) / 6; i++) {
        boolean same = width == filters;
        Shape stride = same ? new Shape(1, 1) : new Shape(2, 2);
        net.add(ResNetV1.residualUnit(filters, stride, same, false, BATCH_NORM_MOMENTUM));
        width = filters;
      }
    }
    return net.add(Pool.globalAvgPool2dBlock())
        .add(Blocks.batchFlattenBlock())
        .add(Linear.builder().setUnits(classes).build());
  }
}
