package dev.onecycle.run;

import dev.onecycle.text.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a finder's, sweep's or tuning's result depends on: trained under other conditions, the rate
 * that was found says nothing.
 *
 * <p>What changes neither a loss nor a gradient is not among them: where the data lie, the seed,
 * the length of the cycle.
 *
 * @param model name and structure of the network, dropout apart
 * @param data classes, shape and pixels of the training images
 * @param batchSize images an optimizer step
 * @param replicas copies of the network that share a batch, so that batch norms see parts of it
 * @param optimizer the rule of an update
 * @param weightDecay strength of the pull towards zero
 * @param normAndBiasDecay whether batch norms and biases decay too
 * @param dropout share of features dropped in training
 * @param momentum at the peak rate; β1 for AdamW
 * @param loss what is minimised
 * @param gradientClip largest norm of the gradient, 0 for no limit
 * @param accumulation parts in which a batch is computed
 * @param augmentation of training images
 * @param precision type of convolutions and matrix products
 */
public record Conditions(
    String model,
    String data,
    int batchSize,
    int replicas,
    String optimizer,
    double weightDecay,
    boolean normAndBiasDecay,
    double dropout,
    double momentum,
    String loss,
    double gradientClip,
    int accumulation,
    String augmentation,
    String precision) {

  /**
   * A condition that has changed.
   *
   * @param name of the condition, as people call it
   * @param found its value when the result was found
   * @param now its value at training
   */
  public record Difference(String name, String found, String now) {}

  /** Every condition by the name that people give it, its value as text. */
  public Map<String, String> byName() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("model", model);
    all.put("data", data);
    all.put("batch size", Integer.toString(batchSize));
    all.put("replicas", Integer.toString(replicas));
    all.put("optimizer", optimizer);
    all.put("weight decay", Numbers.exact(weightDecay));
    all.put("decay of batch norms and biases", normAndBiasDecay ? "on" : "off");
    all.put("dropout", Numbers.exact(dropout));
    all.put("momentum at the peak", Numbers.exact(momentum));
    all.put("loss", loss);
    all.put("gradient clip", Numbers.exact(gradientClip));
    all.put("accumulation", Integer.toString(accumulation));
    all.put("augmentation", augmentation);
    all.put("precision", precision);
    return all;
  }

  /** What has changed since a result was found under these conditions; empty where nothing has. */
  public List<Difference> differencesTo(Conditions now) {
    Map<String, String> current = now.byName();
    List<Difference> differences = new ArrayList<>();
    byName()
        .forEach(
            (name, found) -> {
              String value = String.valueOf(current.get(name));
              if (!found.equals(value)) {
                differences.add(new Difference(name, found, value));
              }
            });
    return differences;
  }
}
