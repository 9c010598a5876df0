package dev.onecycle.torch.settings;

import dev.onecycle.error.Require;
import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Rules for the layers of a network: which are frozen, and which learn at a rate or with a weight
 * decay of their own.
 *
 * <p>A layer is named by the beginning of the names of its weights, {@code layer1} or {@code
 * layer1.0.conv1}; of several names the longest counts. All groups follow one policy: the learning
 * rate of a group is the policy's times its factor.
 *
 * <p><i>Source:</i> for rates that fall with depth, Howard and Ruder 2018 (arXiv 1801.06146,
 * section 3.2).
 *
 * @param frozen layers whose weights stay as they are; {@link #BODY} stands for all but the last
 * @param trainFrozenNorms whether batch norms of frozen layers are trained all the same, as fastai
 *     has it; else they use their running statistics and change in nothing, as Keras has it
 * @param firstLayerRate factor of the learning rate at the first layer, in (0, 1]; it rises to 1 at
 *     the last layer by equal factors from each layer to the next
 * @param rates factors of the learning rate by layer, each positive; they take the place of the
 *     factor by depth
 * @param weightDecays weight decays by layer
 */
public record LayerRules(
    List<String> frozen,
    boolean trainFrozenNorms,
    double firstLayerRate,
    Map<String, Double> rates,
    Map<String, Double> weightDecays) {
  /** All layers but the last that has weights. */
  public static final String BODY = "body";

  private static final double MAX_FACTOR = 1e6;
  private static final LayerRules NONE = new LayerRules(List.of(), false, 1, Map.of(), Map.of());

  public LayerRules {
    frozen = List.copyOf(frozen);
    rates = Map.copyOf(rates);
    weightDecays = Map.copyOf(weightDecays);
    Require.that(
        firstLayerRate > 0 && firstLayerRate <= 1,
        "first layer rate",
        "in (0, 1]",
        firstLayerRate,
        firstLayerRate);
    rates.forEach(
        (layer, rate) ->
            Require.that(
                rate > 0 && rate <= MAX_FACTOR,
                "rate of layer " + layer,
                "in (0, 1e6]",
                rate,
                rate));
    weightDecays.forEach(
        (layer, decay) ->
            Require.that(
                decay >= 0 && decay <= MAX_FACTOR,
                "weight decay of layer " + layer,
                "in [0, 1e6]",
                decay,
                decay));
  }

  /** No rule: every layer learns alike. */
  public static LayerRules none() {
    return NONE;
  }

  /** The same rules with other frozen layers. */
  public LayerRules withFrozen(List<String> layers) {
    return new LayerRules(layers, trainFrozenNorms, firstLayerRate, rates, weightDecays);
  }

  /** The same rules with batch norms of frozen layers trained or not. */
  public LayerRules withTrainFrozenNorms(boolean train) {
    return new LayerRules(frozen, train, firstLayerRate, rates, weightDecays);
  }

  /** The same rules with another factor at the first layer. */
  public LayerRules withFirstLayerRate(double factor) {
    return new LayerRules(frozen, trainFrozenNorms, factor, rates, weightDecays);
  }

  /** The same rules with other factors by layer. */
  public LayerRules withRates(Map<String, Double> factors) {
    return new LayerRules(frozen, trainFrozenNorms, firstLayerRate, factors, weightDecays);
  }

  /** The same rules with other weight decays by layer. */
  public LayerRules withWeightDecays(Map<String, Double> decays) {
    return new LayerRules(frozen, trainFrozenNorms, firstLayerRate, rates, decays);
  }

  /** Whether every layer learns alike. */
  public boolean isNone() {
    return equals(NONE);
  }

  /** The layers that the rules name. */
  public List<String> layers() {
    List<String> layers = new ArrayList<>(frozen);
    layers.remove(BODY);
    layers.addAll(rates.keySet());
    layers.addAll(weightDecays.keySet());
    return layers;
  }

  /** Whether a weight belongs to a layer: {@code layer1.0.conv1.weight} to {@code layer1}. */
  public static boolean belongs(String weight, String layer) {
    return weight.equals(layer) || weight.startsWith(layer + ".");
  }

  /** The rules in a few words, which saved conditions compare. */
  public String describe() {
    List<String> parts = new ArrayList<>();
    if (!frozen.isEmpty()) {
      parts.add(
          "frozen "
              + String.join(" ", frozen.stream().sorted().toList())
              + (trainFrozenNorms ? " but for batch norms" : ""));
    }
    if (firstLayerRate != 1) {
      parts.add("first layer at " + Numbers.exact(firstLayerRate) + " times the rate");
    }
    if (!rates.isEmpty()) {
      parts.add("rates " + text(rates));
    }
    if (!weightDecays.isEmpty()) {
      parts.add("weight decays " + text(weightDecays));
    }
    return parts.isEmpty() ? "all alike" : String.join(", ", parts);
  }

  private static String text(Map<String, Double> byLayer) {
    return new TreeMap<>(byLayer)
        .entrySet().stream()
            .map(entry -> entry.getKey() + "=" + Numbers.exact(entry.getValue()))
            .collect(Collectors.joining(" "));
  }
}
