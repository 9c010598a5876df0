package dev.onecycle.torch.nn;

import dev.onecycle.torch.nn.Layer.Dropout;
import dev.onecycle.torch.nn.Layer.Named;
import dev.onecycle.torch.nn.Layer.Residual;
import dev.onecycle.torch.nn.Layer.Sequential;
import dev.onecycle.torch.nn.Layer.ViewMean;
import java.util.OptionalDouble;

/** How much a tree of layers drops in training. */
final class DropoutRate {
  private DropoutRate() {}

  /** The share of the first dropout; empty where there is none. */
  static OptionalDouble of(Layer layer) {
    if (layer instanceof Dropout dropout) {
      return OptionalDouble.of(dropout.share());
    }
    if (layer instanceof Residual residual) {
      OptionalDouble body = of(residual.body());
      return body.isPresent() ? body : of(residual.shortcut());
    }
    if (layer instanceof ViewMean mean) {
      return of(mean.body());
    }
    if (layer instanceof Sequential sequence) {
      return sequence.parts().stream()
          .map(part -> of(part.layer()))
          .filter(OptionalDouble::isPresent)
          .findFirst()
          .orElse(OptionalDouble.empty());
    }
    return OptionalDouble.empty();
  }

  /** The same tree, with a share in every dropout. */
  static Layer set(Layer layer, double share) {
    if (layer instanceof Dropout) {
      return new Dropout(share);
    }
    if (layer instanceof Residual residual) {
      return new Residual(set(residual.body(), share), set(residual.shortcut(), share));
    }
    if (layer instanceof ViewMean mean) {
      return new ViewMean(set(mean.body(), share), mean.views());
    }
    if (layer instanceof Sequential sequence) {
      return new Sequential(
          sequence.parts().stream()
              .map(part -> new Named(part.name(), set(part.layer(), share)))
              .toList());
    }
    return layer;
  }

  /** The same tree without its dropouts: what has weights and gives scores. */
  static Layer without(Layer layer) {
    if (layer instanceof Residual residual) {
      return new Residual(without(residual.body()), without(residual.shortcut()));
    }
    if (layer instanceof ViewMean mean) {
      return new ViewMean(without(mean.body()), mean.views());
    }
    if (layer instanceof Sequential sequence) {
      return new Sequential(
          sequence.parts().stream()
              .filter(part -> !(part.layer() instanceof Dropout))
              .map(part -> new Named(part.name(), without(part.layer())))
              .toList());
    }
    return layer;
  }
}
