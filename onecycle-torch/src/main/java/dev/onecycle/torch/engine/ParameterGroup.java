package dev.onecycle.torch.engine;

import java.util.List;

/**
 * Trained weights that learn alike. The groups of a network lie one after the other in its flat
 * buffers.
 *
 * @param name the layers at the top of the network that it belongs to, with spaces between them
 * @param rate factor of the learning rate
 * @param weightDecay strength of its weight decay
 * @param parameters its weights in the order of {@link FlatBuffer#ordered}
 */
public record ParameterGroup(
    String name, double rate, double weightDecay, List<Parameter> parameters) {
  public ParameterGroup {
    parameters = List.copyOf(parameters);
  }

  /** The number of values. */
  public long count() {
    return FlatBuffer.count(parameters);
  }

  /** All weights of some groups, in the order of the flat buffers. */
  public static List<Parameter> parameters(List<ParameterGroup> groups) {
    return groups.stream().flatMap(group -> group.parameters.stream()).toList();
  }
}
