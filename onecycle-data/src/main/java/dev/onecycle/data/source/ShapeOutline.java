package dev.onecycle.data.source;

import java.util.List;
import java.util.Locale;

/** The outlines of the generated shapes, as signed distances: negative inside, in units of size. */
enum ShapeOutline {
  DISC {
    @Override
    double distance(double u, double v) {
      return Math.sqrt(u * u + v * v) - 0.88;
    }
  },
  RING {
    @Override
    double distance(double u, double v) {
      return Math.abs(Math.sqrt(u * u + v * v) - 0.72) - 0.2;
    }
  },
  SQUARE {
    @Override
    double distance(double u, double v) {
      return box(u, v, 0.8, 0.8);
    }
  },
  FRAME {
    @Override
    double distance(double u, double v) {
      return Math.abs(box(u, v, 0.66, 0.66)) - 0.18;
    }
  },
  TRIANGLE {
    @Override
    double distance(double u, double v) {
      double slanted = Math.abs(u) * HALF_SQRT_3 - v * 0.5;
      return Math.max(slanted, v) - 0.5;
    }
  },
  CROSS {
    @Override
    double distance(double u, double v) {
      return Math.min(box(u, v, 0.95, 0.28), box(u, v, 0.28, 0.95));
    }
  },
  STAR {
    /** A point inside a pentagram is outside of at most one of its five lines. */
    @Override
    double distance(double u, double v) {
      double largest = Double.NEGATIVE_INFINITY;
      double second = Double.NEGATIVE_INFINITY;
      for (double[] normal : PENTAGON) {
        double d = normal[0] * u + normal[1] * v - 0.33;
        second = Math.max(second, Math.min(largest, d));
        largest = Math.max(largest, d);
      }
      return second;
    }
  },
  ROWS(0.35) {
    @Override
    double distance(double u, double v) {
      double row = Math.min(Math.abs(v), Math.abs(Math.abs(v) - 0.7));
      return Math.max(row - 0.2, Math.max(Math.abs(u), Math.abs(v)) - 0.92);
    }
  },
  COLUMNS(0.35) {
    @Override
    double distance(double u, double v) {
      return ROWS.distance(v, u);
    }
  },
  CHECKER {
    @Override
    double distance(double u, double v) {
      double cell = 0.46;
      double across = u / cell - Math.floor(u / cell);
      double down = v / cell - Math.floor(v / cell);
      double edge = Math.min(Math.min(across, 1 - across), Math.min(down, 1 - down)) * cell;
      boolean filled = ((long) Math.floor(u / cell) + (long) Math.floor(v / cell)) % 2 == 0;
      return Math.max(filled ? -edge : edge, box(u, v, 0.92, 0.92));
    }
  };

  static final List<ShapeOutline> ALL = List.of(values());

  private static final double HALF_SQRT_3 = 0.8660254037844386;
  private static final double[][] PENTAGON = new double[5][];

  static {
    for (int i = 0; i < PENTAGON.length; i++) {
      double angle = 2 * Math.PI * i / PENTAGON.length;
      PENTAGON[i] = new double[] {StrictMath.cos(angle), StrictMath.sin(angle)};
    }
  }

  private final double maxTurn;

  ShapeOutline() {
    this(Math.PI);
  }

  ShapeOutline(double maxTurn) {
    this.maxTurn = maxTurn;
  }

  /** Signed distance of (u, v) from the outline of a shape of radius 1 about (0, 0). */
  abstract double distance(double u, double v);

  /** The largest turn to either side that keeps the shape recognizable, in radians. */
  double maxTurn() {
    return maxTurn;
  }

  static List<String> names() {
    return ALL.stream().map(shape -> shape.name().toLowerCase(Locale.ROOT)).toList();
  }

  private static double box(double u, double v, double halfWidth, double halfHeight) {
    return Math.max(Math.abs(u) - halfWidth, Math.abs(v) - halfHeight);
  }
}
