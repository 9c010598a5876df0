package dev.onecycle.torch.internal;

import org.bytedeco.pytorch.Tensor;

/**
 * A layer with its memory: computes in whatever native scope is open, without autograd, and leaves
 * the way back on the pass's tape.
 */
@FunctionalInterface
interface Module {
  Tensor forward(Tensor x, Pass pass);
}
