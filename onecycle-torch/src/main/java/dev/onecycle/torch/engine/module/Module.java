package dev.onecycle.torch.engine.module;

import org.bytedeco.pytorch.Tensor;

/**
 * A layer with its weights. It computes in the open native scope, without autograd, and records the
 * way back on the context's tape.
 */
@FunctionalInterface
public interface Module {
  Tensor forward(Tensor x, ForwardContext context);
}
