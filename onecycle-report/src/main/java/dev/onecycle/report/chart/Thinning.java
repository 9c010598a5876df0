package dev.onecycle.report.chart;

import java.util.ArrayList;
import java.util.List;

/**
 * Long curves made short without losing what a picture of them shows.
 *
 * <p>A curve's points are taken in runs of equal length, and of each run the first, the lowest, the
 * highest and the last are kept: drawn at one pixel a run, the line covers the very same pixels (U.
 * Jugel et al., "M4: a visualization-oriented time series data aggregation", 2014). A point that is
 * not finite is kept too, so that a gap stays a gap.
 */
public final class Thinning {
  private static final int KEPT = 4;
  private static final int FIGURE_RUNS = 400;

  private Thinning() {}

  /** As a figure wants it, which is 480 pixels wide. */
  public static List<Point> forFigure(List<Point> points) {
    return keepingExtremes(points, FIGURE_RUNS);
  }

  /** The curve, where it has at most four points a run; otherwise four of each run, or fewer. */
  static List<Point> keepingExtremes(List<Point> points, int runs) {
    int n = points.size();
    if (n <= KEPT * runs) {
      return points;
    }
    List<Point> kept = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      int begin = (int) ((long) n * run / runs);
      int end = (int) ((long) n * (run + 1) / runs);
      keep(points.subList(begin, end), kept);
    }
    return kept;
  }

  private static void keep(List<Point> run, List<Point> kept) {
    int low = -1;
    int high = -1;
    int gap = -1;
    for (int i = 0; i < run.size(); i++) {
      if (!run.get(i).finite()) {
        gap = i;
      } else {
        low = low < 0 || run.get(i).y() < run.get(low).y() ? i : low;
        high = high < 0 || run.get(i).y() > run.get(high).y() ? i : high;
      }
    }
    for (int i = 0; i < run.size(); i++) {
      if (i == 0 || i == low || i == high || i == gap || i == run.size() - 1) {
        kept.add(run.get(i));
      }
    }
  }
}
