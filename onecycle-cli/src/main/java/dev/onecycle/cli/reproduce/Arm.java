package dev.onecycle.cli.reproduce;

import dev.onecycle.report.claims.Quantity;
import dev.onecycle.torch.job.TrainingConfig;
import java.util.List;
import java.util.Map;

/**
 * One way to train, or to run a range test, of which an experiment has several.
 *
 * @param name in files and folders
 * @param title for people
 * @param rangeTest whether its trials are range tests, not runs
 * @param config at the scale of the campaign, without data and seed
 * @param grid of peak rates, of which the best is chosen; empty where the rate is settled
 * @param source figures of the source
 */
record Arm(
    String name,
    String title,
    boolean rangeTest,
    TrainingConfig config,
    List<Double> grid,
    Map<Quantity, Double> source) {
  Arm {
    grid = List.copyOf(grid);
    source = Map.copyOf(source);
  }
}
