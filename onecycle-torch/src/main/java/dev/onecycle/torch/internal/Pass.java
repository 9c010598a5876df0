package dev.onecycle.torch.internal;

import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * What one forward pass needs to know.
 *
 * @param training whether batch norms use and update batch statistics, and dropout drops
 * @param compute the type of convolutions and matrix products; weights stay float32
 * @param batchNormMomentum weight of the batch in the running statistics
 * @param dropout where dropout draws from; needed in training only
 */
record Pass(
    boolean training,
    ScalarType compute,
    double batchNormMomentum,
    @Nullable GeneratorOptional dropout) {}
