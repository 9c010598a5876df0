package dev.onecycle.data.augment;

/**
 * An affine map from places of a result to places of its source: x' = xx·x + xy·y + x0 and y' =
 * yx·x + yy·y + y0.
 *
 * <p>Places are measured from the corner of an image: pixel (x, y) has its centre at (x + 1/2, y +
 * 1/2).
 */
record AffineMap(double xx, double xy, double x0, double yx, double yy, double y0) {
  static final AffineMap IDENTITY = new AffineMap(1, 0, 0, 0, 1, 0);

  static AffineMap shift(double x, double y) {
    return new AffineMap(1, 0, x, 0, 1, y);
  }

  /**
   * The image appears turned counter-clockwise about a centre. Multiples of 90° are exact.
   *
   * @param angle in degrees
   */
  static AffineMap rotation(double angle, double centerX, double centerY) {
    double cos = cosine(angle);
    double sin = cosine(angle - 90);
    return shift(-centerX, -centerY)
        .then(new AffineMap(cos, -sin, 0, sin, cos, 0))
        .then(shift(centerX, centerY));
  }

  private static double cosine(double angle) {
    return angle % 90 == 0
        ? new double[] {1, 0, -1, 0}[Math.floorMod((long) angle / 90, 4)]
        : Math.cos(Math.toRadians(angle));
  }

  /** This map and then another. */
  AffineMap then(AffineMap next) {
    return new AffineMap(
        next.xx * xx + next.xy * yx,
        next.xx * xy + next.xy * yy,
        next.xx * x0 + next.xy * y0 + next.x0,
        next.yx * xx + next.yy * yx,
        next.yx * xy + next.yy * yy,
        next.yx * x0 + next.yy * y0 + next.y0);
  }
}
