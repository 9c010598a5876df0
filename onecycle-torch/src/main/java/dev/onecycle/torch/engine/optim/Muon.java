package dev.onecycle.torch.engine.optim;

import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.ParameterGroup;
import dev.onecycle.torch.engine.TensorDevice;
import dev.onecycle.torch.engine.Workers;
import dev.onecycle.torch.settings.LearnerSettings;
import dev.onecycle.torch.settings.Optimizer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Updates convolutions by their momentum made orthogonal, all other weights by Nesterov's momentum.
 */
final class Muon extends OptimizerKernel {
  /** Raises small singular values fast rather than bringing all to 1 exactly; the source's. */
  private static final double LINEAR = 3.4445;

  private static final double CUBIC = -4.7750;
  private static final double QUINTIC = 2.0315;

  private final Optimizer.Muon rule;
  private final double biasRate;
  private final ScalarType compute;
  private final List<Matrix> matrices;
  private final Workers workers;
  private final Tensor velocity;

  /** The place of a convolution's weight among all weights. */
  private record Matrix(long offset, long rows, long columns) {
    /** Its part of a flat tensor; the order of the columns makes no difference. */
    Tensor of(Tensor flat) {
      return flat.narrow(0, offset, rows * columns).view(rows, columns);
    }
  }

  Muon(
      Optimizer.Muon rule,
      LearnerSettings settings,
      List<Part> parts,
      Tensor values,
      List<ParameterGroup> groups,
      Workers workers) {
    super(parts);
    this.rule = rule;
    this.workers = workers;
    biasRate = settings.biasRate();
    compute = TensorDevice.type(settings.precision());
    matrices = matrices(ParameterGroup.parameters(groups));
    velocity = torch.zeros_like(values);
  }

  private static List<Matrix> matrices(List<Parameter> parameters) {
    List<Matrix> matrices = new ArrayList<>();
    long offset = 0;
    for (Parameter parameter : parameters) {
      if (parameter.shape.length == 4) {
        long rows = parameter.shape[0];
        matrices.add(new Matrix(offset, rows, parameter.count() / rows));
      }
      offset += parameter.count();
    }
    return matrices;
  }

  @Override
  void apply(Tensor values, Tensor gradients) {
    speedUp(gradients, biasRate);
    shrinkWeights(values);
    velocity.mul_(new Scalar(momentum())).add_(gradients);
    gradients.add_(velocity, new Scalar(momentum()));
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (Matrix matrix : matrices) {
      tasks.add(
          () -> {
            try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
              Tensor direction = matrix.of(gradients);
              Tensor orthogonal = orthogonal(direction, rule.iterations(), compute);
              direction.copy_(orthogonal).mul_(new Scalar(rule.matrixRate()));
              return true;
            }
          });
    }
    workers.run(tasks);
    move(values, gradients);
  }

  /**
   * A matrix with the same singular vectors, its singular values brought near 1.
   *
   * <p><i>Source:</i> Newton and Schulz's iteration with the coefficients of K. Jordan et al. 2024.
   */
  static Tensor orthogonal(Tensor matrix, int iterations, ScalarType compute) {
    boolean tall = matrix.size(0) > matrix.size(1);
    Tensor x = matrix.div(matrix.norm().add(new Scalar(1e-7))).to(compute);
    x = tall ? x.t() : x;
    x = compute == ScalarType.Float ? iteratedOnSquare(x, iterations) : iterated(x, iterations);
    return tall ? x.t() : x;
  }

  private static Tensor iterated(Tensor matrix, int iterations) {
    Tensor x = matrix;
    for (int i = 0; i < iterations; i++) {
      x = cubicAndQuintic(x.mm(x.t())).mm(x).add_(x, new Scalar(LINEAR));
    }
    return x;
  }

  /**
   * The same on x·xᵀ alone, which is a ninth of a convolution's x or less: every iteration
   * multiplies x by a polynomial of it. It loses singular values below the root of the rounding
   * error, about 1/3000 of the largest in float32, which no iteration would bring near 1 either.
   */
  private static Tensor iteratedOnSquare(Tensor x, int iterations) {
    Tensor square = x.mm(x.t());
    Tensor factor = torch.eye(square.size(0));
    for (int i = 0; i < iterations; i++) {
      Tensor polynomial = cubicAndQuintic(square);
      polynomial.diagonal().add_(new Scalar(LINEAR));
      factor = i == 0 ? polynomial : polynomial.mm(factor);
      if (i + 1 < iterations) {
        square = polynomial.mm(polynomial).mm(square);
      }
    }
    return factor.mm(x);
  }

  private static Tensor cubicAndQuintic(Tensor square) {
    return torch.mm(square, square).mul_(new Scalar(QUINTIC)).add_(square, new Scalar(CUBIC));
  }

  @Override
  public List<Tensor> state() {
    return List.of(velocity);
  }

  @Override
  public List<String> names() {
    return List.of("velocity");
  }
}
