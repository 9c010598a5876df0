package dev.onecycle.export;

/**
 * The parts around the network that an exported file has too.
 *
 * @param normalize whether the input are pixels as uint8, or numbers as they are, which the file
 *     itself normalises first; otherwise it is normalised float32
 * @param probabilities whether the output is the softmax of the scores, or for labels their
 *     logistic function
 */
public record ExportOptions(boolean normalize, boolean probabilities) {
  /** The network alone: normalised samples to scores. */
  public static final ExportOptions NETWORK = new ExportOptions(false, false);
}
