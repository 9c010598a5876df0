package dev.onecycle.torch.engine.module;

import dev.onecycle.error.Require;
import dev.onecycle.torch.engine.FlatBuffer;
import dev.onecycle.torch.engine.Parameter;
import dev.onecycle.torch.engine.ParameterGroup;
import dev.onecycle.torch.nn.Network;
import dev.onecycle.torch.settings.LayerRules;
import dev.onecycle.torch.settings.LearnerSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The rules of the settings applied to the layers of a network: its frozen weights, and groups of
 * the others that learn alike.
 */
public final class LayerGroups {
  private final Network network;
  private final LayerRules rules;
  private final double weightDecay;

  /** The layers at the top with weights of their own, the first one first. */
  private final List<String> depths;

  private LayerGroups(Network network, LayerRules rules, double weightDecay, List<String> depths) {
    this.network = network;
    this.rules = rules;
    this.weightDecay = weightDecay;
    this.depths = depths;
  }

  /**
   * Applies the rules.
   *
   * @throws dev.onecycle.error.InvalidValueException where a rule names no layer of the network, or
   *     leaves nothing to train
   */
  public static LayerGroups of(Network network, LearnerSettings settings) {
    ModuleBuilder all = new ModuleBuilder();
    all.build("", network.layers());
    Set<String> depths = new LinkedHashSet<>();
    for (Parameter parameter : all.parameters) {
      if (!parameter.normOrBias) {
        depths.add(top(parameter.name));
      }
    }
    LayerRules rules = settings.layerRules();
    for (String layer : rules.layers()) {
      Require.that(
          all.parameters.stream().anyMatch(weight -> LayerRules.belongs(weight.name, layer)),
          "layer",
          "the beginning of a name in " + network.name() + ": " + tops(all) + ",",
          layer,
          layer);
    }
    LayerGroups groups =
        new LayerGroups(network, rules, settings.weightDecay(), List.copyOf(depths));
    ModuleBuilder trained = groups.builder();
    trained.build("", network.layers());
    Require.that(
        !trained.parameters.isEmpty(),
        "frozen layers",
        "some of the layers of " + network.name(),
        rules.frozen(),
        "leave the last one to be trained");
    return groups;
  }

  private static String tops(ModuleBuilder all) {
    Set<String> tops = new LinkedHashSet<>();
    all.parameters.forEach(parameter -> tops.add(top(parameter.name)));
    return String.join(", ", tops);
  }

  private static String top(String weight) {
    return weight.contains(".") ? weight.substring(0, weight.indexOf('.')) : weight;
  }

  /** A builder that sets frozen weights apart. */
  public ModuleBuilder builder() {
    return new ModuleBuilder(this::frozen, rules.trainFrozenNorms());
  }

  private boolean frozen(String weight) {
    boolean body = rules.frozen().contains(LayerRules.BODY) && !weight.startsWith(last() + ".");
    return body || rules.frozen().stream().anyMatch(layer -> LayerRules.belongs(weight, layer));
  }

  private String last() {
    return depths.get(depths.size() - 1);
  }

  /** The trained weights in groups, each in the order of {@link FlatBuffer#ordered}. */
  public List<ParameterGroup> of(List<Parameter> trained) {
    record Key(double rate, double weightDecay) {}
    Map<Key, List<Parameter>> byKey = new LinkedHashMap<>();
    for (Parameter parameter : trained) {
      Key key =
          new Key(
              longest(rules.rates(), parameter.name).orElseGet(() -> byDepth(parameter.name)),
              longest(rules.weightDecays(), parameter.name).orElse(weightDecay));
      byKey.computeIfAbsent(key, unused -> new ArrayList<>()).add(parameter);
    }
    List<ParameterGroup> groups = new ArrayList<>();
    byKey.forEach(
        (key, members) -> {
          Set<String> names = new LinkedHashSet<>();
          members.forEach(member -> names.add(top(member.name)));
          groups.add(
              new ParameterGroup(
                  String.join(" ", names), key.rate, key.weightDecay, FlatBuffer.ordered(members)));
        });
    return groups;
  }

  private static Optional<Double> longest(Map<String, Double> byLayer, String weight) {
    return byLayer.keySet().stream()
        .filter(layer -> LayerRules.belongs(weight, layer))
        .max(java.util.Comparator.comparingInt(String::length))
        .map(byLayer::get);
  }

  /** A layer of norms alone is as deep as the layer before it. */
  private double byDepth(String weight) {
    if (rules.firstLayerRate() == 1 || depths.size() < 2) {
      return 1;
    }
    int depth = Math.max(0, depths.indexOf(depthOf(top(weight))));
    int last = depths.size() - 1;
    return Math.pow(rules.firstLayerRate(), (double) (last - depth) / last);
  }

  private String depthOf(String top) {
    if (depths.contains(top)) {
      return top;
    }
    ModuleBuilder all = new ModuleBuilder();
    all.build("", network.layers());
    String before = depths.get(0);
    for (Parameter parameter : all.parameters) {
      if (top(parameter.name).equals(top)) {
        return before;
      }
      before = depths.contains(top(parameter.name)) ? top(parameter.name) : before;
    }
    return before;
  }
}
