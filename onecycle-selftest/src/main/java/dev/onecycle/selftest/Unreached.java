package dev.onecycle.selftest;

/** A case that this system does not let anyone try; it is listed with the reason. */
public final class Unreached extends RuntimeException {
  public Unreached(String reason) {
    super(reason);
  }
}
