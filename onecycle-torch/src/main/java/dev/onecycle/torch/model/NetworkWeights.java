package dev.onecycle.torch.model;

import dev.onecycle.error.BadDataException;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.module.ModuleBuilder;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.weights.NamedTensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks that weights belong to a network, before any native memory is taken. */
public final class NetworkWeights {
  private static final int SHOWN = 3;

  private NetworkWeights() {}

  /**
   * Compares names and shapes; no name may stand twice, no value may be infinite or NaN, no running
   * variance negative.
   *
   * @throws BadDataException naming the array that is missing, differs or does not belong
   */
  public static void requireSame(Network network, List<NamedTensor> weights) {
    Map<String, NamedTensor> byName = new HashMap<>();
    for (NamedTensor tensor : weights) {
      if (byName.put(tensor.name(), tensor) != null) {
        throw new BadDataException(
            "weights must hold each array once but hold " + tensor.name() + " twice");
      }
    }
    ModuleBuilder builder = new ModuleBuilder();
    builder.build("", network.layers());
    Stream.of(builder.parameters, builder.statistics, builder.fixed())
        .flatMap(List::stream)
        .forEach(parameter -> requireShape(network, parameter, byName.remove(parameter.name)));
    if (!byName.isEmpty()) {
      List<String> first = new TreeSet<>(byName.keySet()).stream().limit(SHOWN).toList();
      String more = byName.size() > SHOWN ? " and " + (byName.size() - SHOWN) + " more" : "";
      throw new BadDataException(
          "weights hold " + first + more + ", which " + network.name() + " does not have");
    }
    weights.forEach(NamedTensor::requireFinite);
    weights.stream()
        .filter(tensor -> tensor.name().endsWith(ModuleBuilder.RUNNING_VARIANCE))
        .forEach(NetworkWeights::requireNotNegative);
  }

  /** The arrays of a network with the value 0, made without the engine. */
  public static List<NamedTensor> zeros(Network network) {
    ModuleBuilder builder = new ModuleBuilder();
    builder.build("", network.layers());
    return Stream.of(builder.parameters, builder.statistics, builder.constants)
        .flatMap(List::stream)
        .map(
            array ->
                new NamedTensor(array.name, array.shape, new float[Math.toIntExact(array.count())]))
        .toList();
  }

  private static void requireNotNegative(NamedTensor variances) {
    for (float variance : variances.values()) {
      if (variance < 0) {
        throw new BadDataException(
            variances.name() + " must be at least 0, as variances are, but holds " + variance);
      }
    }
  }

  private static void requireShape(
      Network network, Parameter parameter, @Nullable NamedTensor tensor) {
    if (tensor == null || !Arrays.equals(tensor.shape(), parameter.shape)) {
      throw new BadDataException(
          "weights of "
              + network.name()
              + " must hold "
              + parameter.name
              + " "
              + Arrays.toString(parameter.shape)
              + " but "
              + (tensor == null ? "do not" : "have " + Arrays.toString(tensor.shape())));
    }
  }
}
