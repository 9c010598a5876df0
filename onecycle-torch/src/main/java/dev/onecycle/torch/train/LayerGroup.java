package dev.onecycle.torch.train;

/**
 * Layers that learn alike.
 *
 * @param layers their names, with spaces between them
 * @param rate factor of the policy's learning rate
 * @param weightDecay strength of their weight decay
 * @param values the number of their trained values
 */
public record LayerGroup(String layers, double rate, double weightDecay, long values) {}
