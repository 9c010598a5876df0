package dev.onecycle.torch.engine.network;

import dev.onecycle.error.InvalidValueException;
import dev.onecycle.torch.engine.custom.TensorLoss;
import dev.onecycle.torch.settings.Loss;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The losses of outputs and float targets [n, outputs], and their gradients by the outputs.
 *
 * @param each the loss of each sample, [n]
 * @param gradient of the sum of them by the outputs, [n, outputs]
 */
record TargetLoss(Tensor each, Tensor gradient) {
  private static final long EACH = 0;

  /** Computes a loss with its gradient, in the open scope. */
  static TargetLoss of(Loss loss, Tensor outputs, Tensor targets) {
    if (loss instanceof TensorLoss custom) {
      return byAutograd(custom, outputs, targets);
    }
    Scalar mean = new Scalar(1.0 / outputs.size(1));
    Tensor gradient;
    if (loss instanceof Loss.BinaryCrossEntropy) {
      gradient = outputs.sigmoid().sub_(targets).mul_(mean);
    } else if (loss instanceof Loss.MeanSquaredError) {
      gradient = outputs.sub(targets).mul_(new Scalar(2.0 / outputs.size(1)));
    } else if (loss instanceof Loss.Huber huber) {
      gradient = torch.clamp(outputs.sub(targets), low(huber), high(huber)).mul_(mean);
    } else {
      throw unknown(loss);
    }
    return new TargetLoss(each(loss, outputs, targets), gradient);
  }

  private static ScalarOptional low(Loss.Huber huber) {
    return new ScalarOptional(new Scalar(-huber.delta()));
  }

  private static ScalarOptional high(Loss.Huber huber) {
    return new ScalarOptional(new Scalar(huber.delta()));
  }

  /** The loss of each sample, [n]. */
  static Tensor each(Loss loss, Tensor outputs, Tensor targets) {
    if (loss instanceof TensorLoss custom) {
      return requireEach(custom, custom.each(outputs, targets), outputs);
    }
    Tensor all;
    if (loss instanceof Loss.BinaryCrossEntropy) {
      all =
          torch.binary_cross_entropy_with_logits(
              outputs, targets, new TensorOptional(), new TensorOptional(), EACH);
    } else if (loss instanceof Loss.MeanSquaredError) {
      all = torch.mse_loss(outputs, targets, EACH);
    } else if (loss instanceof Loss.Huber huber) {
      all = torch.huber_loss(outputs, targets, EACH, huber.delta());
    } else {
      throw unknown(loss);
    }
    return all.mean(1);
  }

  private static TargetLoss byAutograd(TensorLoss loss, Tensor outputs, Tensor targets) {
    try (AutoGradMode recording = new AutoGradMode(true)) {
      Tensor leaf = outputs.detach().set_requires_grad(true);
      Tensor each = requireEach(loss, loss.each(leaf, targets), outputs);
      if (!each.requires_grad()) {
        throw InvalidValueException.ofSeveral(
            "loss "
                + loss.describe()
                + " must be computed from the outputs by differentiable functions, but its result"
                + " has no gradient");
      }
      Tensor gradient =
          torch.grad(new TensorVector(each.sum()), new TensorVector(leaf)).get(0).contiguous();
      return new TargetLoss(each.detach(), gradient);
    }
  }

  private static Tensor requireEach(TensorLoss loss, Tensor each, Tensor outputs) {
    if (each.dim() != 1
        || each.size(0) != outputs.size(0)
        || each.scalar_type().value != outputs.scalar_type().value) {
      throw InvalidValueException.ofSeveral(
          "result of the loss "
              + loss.describe()
              + " must be one number for each of "
              + outputs.size(0)
              + " samples, of "
              + outputs.scalar_type()
              + ", but has "
              + each.dim()
              + " sizes and "
              + each.numel()
              + " values of "
              + each.scalar_type()
              + "; take the mean over the outputs alone");
    }
    return each;
  }

  private static RuntimeException unknown(Loss loss) {
    return InvalidValueException.ofSeveral(
        "loss must be one of the library or a TensorLoss but was " + loss.getClass().getName());
  }
}
