package dev.onecycle.range;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.DoublePredicate;

/** Measured curves, and helpers to make points of losses. */
final class Curves {
  private Curves() {}

  /** The figures of a file under {@code range/}, in rows whose rate is positive and accepted. */
  static List<RangePoint> measured(String file, String lossColumn, DoublePredicate accepted) {
    List<RangePoint> points = new ArrayList<>();
    try (InputStream stream =
            Objects.requireNonNull(Curves.class.getResourceAsStream("/range/" + file), file);
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      List<String[]> rows =
          reader
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> line.split(",", -1))
              .toList();
      List<String> header = Arrays.asList(rows.get(0));
      int rateAt = header.indexOf("lr");
      int lossAt = header.indexOf(lossColumn);
      for (String[] row : rows.subList(1, rows.size())) {
        double rate = row[rateAt].isEmpty() ? 0 : Double.parseDouble(row[rateAt]);
        if (rate > 0 && accepted.test(rate)) {
          double loss = Double.parseDouble(row[lossAt]);
          points.add(new RangePoint(points.size(), rate, loss, loss));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return points;
  }

  /** A measured range test of ResNet-20, which diverged, at the given weight decay. */
  static RangeResult resnet20(String weightDecay) {
    return RangeResult.of(
        measured("resnet20-wd" + weightDecay + ".csv", "raw", rate -> true),
        RangeStop.of(StopReason.DIVERGED),
        0.85,
        Optional.empty());
  }

  /** Losses at rates that rise exponentially from start to end. */
  static RangeResult read(double start, double end, StopReason stopped, double... losses) {
    List<RangePoint> points = new ArrayList<>();
    for (int i = 0; i < losses.length; i++) {
      double rate = Ramp.EXPONENTIAL.at(i, Math.max(2, losses.length), start, end);
      points.add(new RangePoint(i, rate, losses[i], losses[i]));
    }
    return RangeResult.of(points, RangeStop.of(stopped), 0.9, Optional.empty());
  }
}
