package dev.onecycle.report.chart;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes long curves short without changing their picture.
 *
 * <p>The points are split into groups of equal size. Each group keeps its first, lowest, highest
 * and last point. Drawn at one pixel a group, the line covers the very same pixels (U. Jugel et
 * al., "M4: a visualization-oriented time series data aggregation", 2014). A group also keeps a
 * point that is not finite, so a gap stays a gap.
 */
public final class Downsampling {
  private static final int KEPT = 4;
  private static final int FIGURE_GROUPS = 400;

  private Downsampling() {}

  /** The points for a figure, which is 480 pixels wide. */
  public static List<Point> forFigure(List<Point> points) {
    return m4(points, FIGURE_GROUPS);
  }

  /** The curve itself if it has at most four points a group; otherwise at most five of each. */
  static List<Point> m4(List<Point> points, int groups) {
    int n = points.size();
    if (n <= KEPT * groups) {
      return points;
    }
    List<Point> kept = new ArrayList<>();
    for (int group = 0; group < groups; group++) {
      int begin = (int) ((long) n * group / groups);
      int end = (int) ((long) n * (group + 1) / groups);
      keep(points.subList(begin, end), kept);
    }
    return kept;
  }

  private static void keep(List<Point> group, List<Point> kept) {
    int low = -1;
    int high = -1;
    int gap = -1;
    for (int i = 0; i < group.size(); i++) {
      if (!group.get(i).finite()) {
        gap = i;
      } else {
        low = low < 0 || group.get(i).y() < group.get(low).y() ? i : low;
        high = high < 0 || group.get(i).y() > group.get(high).y() ? i : high;
      }
    }
    for (int i = 0; i < group.size(); i++) {
      if (i == 0 || i == low || i == high || i == gap || i == group.size() - 1) {
        kept.add(group.get(i));
      }
    }
  }
}
