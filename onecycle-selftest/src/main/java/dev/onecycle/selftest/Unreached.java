package dev.onecycle.selftest;

/** A case that this system does not let anyone try; it is listed with the reason. */
final class Unreached extends RuntimeException {
  Unreached(String reason) {
    super(reason);
  }
}
