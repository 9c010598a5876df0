package dev.onecycle.torch.engine.module;

import org.bytedeco.pytorch.Tensor;

/**
 * A layer with its memory: computes in whatever native scope is open, without autograd, and leaves
 * the way back on the pass's tape.
 */
@FunctionalInterface
public interface Module {
  Tensor forward(Tensor x, ForwardContext pass);
}
