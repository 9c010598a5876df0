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
  private final LayerRules rules;
  private final double weightDecay;

  private final Depths depths;

  private LayerGroups(LayerRules rules, double weightDecay, Depths depths) {
    this.rules = rules;
    this.weightDecay = weightDecay;
    this.depths = depths;
  }

  /**
   * The depths of the layers at the top.
   *
   * @param byLayer from 0 on; a layer of norms alone is as deep as the layer before it
   * @param last the deepest layer that is not of norms alone
   */
  private record Depths(Map<String, Integer> byLayer, String last) {
    static Depths of(List<Parameter> parameters) {
      Set<String> own = new LinkedHashSet<>();
      for (Parameter parameter : parameters) {
        if (!parameter.normOrBias) {
          own.add(top(parameter.name));
        }
      }
      Map<String, Integer> byLayer = new LinkedHashMap<>();
      String last = "";
      int depth = -1;
      for (Parameter parameter : parameters) {
        String top = top(parameter.name);
        if (!byLayer.containsKey(top)) {
          depth += own.contains(top) ? 1 : 0;
          last = own.contains(top) ? top : last;
          byLayer.put(top, Math.max(0, depth));
        }
      }
      return new Depths(byLayer, last);
    }

    int of(String layer) {
      return byLayer.getOrDefault(layer, 0);
    }
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
    LayerRules rules = settings.layerRules();
    for (String layer : rules.layers()) {
      Require.that(
          all.parameters.stream().anyMatch(weight -> LayerRules.belongs(weight.name, layer)),
          "layer",
          "the beginning of a name in " + network.name() + ": " + tops(all) + ",",
          layer,
          layer);
    }
    if (all.scripts.isEmpty()) {
      rules.frozen().forEach(layer -> requireWholeNorm(layer, all));
    }
    LayerGroups groups = new LayerGroups(rules, settings.weightDecay(), Depths.of(all.parameters));
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

  /** Scale and shift of a norm are trained together, or neither. */
  private static void requireWholeNorm(String layer, ModuleBuilder all) {
    String norm = layer.substring(0, Math.max(0, layer.lastIndexOf('.')));
    boolean isPart =
        all.parameters.stream().anyMatch(weight -> weight.name.equals(layer))
            && all.parameters.stream()
                .anyMatch(weight -> weight.name.equals(norm + ".weight") && weight.normOrBias);
    Require.that(!isPart, "frozen layers", "the norm as a whole, " + norm + ",", layer, layer);
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
    boolean body =
        rules.frozen().contains(LayerRules.BODY) && !weight.startsWith(depths.last + ".");
    return body || rules.frozen().stream().anyMatch(layer -> LayerRules.belongs(weight, layer));
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

  private double byDepth(String weight) {
    int deepest = depths.of(depths.last);
    if (rules.firstLayerRate() == 1 || deepest == 0) {
      return 1;
    }
    return Math.pow(rules.firstLayerRate(), (double) (deepest - depths.of(top(weight))) / deepest);
  }
}
